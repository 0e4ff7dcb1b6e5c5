package org.sealpost.anchor;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.sealpost.evidence.P256Key;
import org.sealpost.record.CborWriter;

/// A hand-over leaf put together by hand (docs/formats.md §2.3), so that any part of it can be wrong while
/// both keys have signed it as it is.
public final class ForgedHandOver {
    private static final HexFormat HEX = HexFormat.of();
    private static final String SIGNED_PREFIX = "83717365616c706f73742d68616e646f76657201a8";
    private static final String LEAF_PREFIX = "a5000101717365616c706f73742e68616e646f7665720201030006aa";
    private static final String SPKI_PREFIX = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";

    private final SoftwareKey old;
    private final SoftwareKey next;
    private final Map<Integer, byte[]> pairs = new TreeMap<>();

    /// The log's next entry as it should be.
    ///
    /// @param number 1 for its first hand-over
    public ForgedHandOver(SignedLog log, int number, long secret) {
        this(log, number, log.lastKey(), secret);
    }

    /// The same from another key than the one in force.
    public ForgedHandOver(SignedLog log, int number, SoftwareKey from, long secret) {
        old = from;
        next = SoftwareKey.p256ForTests(secret);
        pairs.put(1, new CborWriter().integer(number).toBytes());
        pairs.put(2, new CborWriter().integer(log.size()).toBytes());
        pairs.put(3, new CborWriter().bytes(log.genesisHash().toBytes()).toBytes());
        pairs.put(
                4,
                new CborWriter()
                        .bytes(P256Key.of(old.spki()).thumbprint().toBytes())
                        .toBytes());
        pairs.put(
                5,
                newKey(
                        "83",
                        1,
                        next.spki(),
                        HEX.formatHex(new CborWriter().text(SignedLog.TOKEN).toBytes())));
        pairs.put(6, new CborWriter().integer(1).toBytes());
        pairs.put(7, SignedLog.CLOCK.encode());
        pairs.put(8, new CborWriter().array(0).toBytes());
    }

    public SoftwareKey next() {
        return next;
    }

    /// One pair's value, in hex as it is to stand there.
    public ForgedHandOver with(int key, String hex) {
        pairs.put(key, HEX.parseHex(hex));
        return this;
    }

    /// @param item of the token's text, in hex
    public ForgedHandOver withToken(String item) {
        pairs.put(5, newKey("83", 1, next.spki(), item));
        return this;
    }

    public ForgedHandOver withRole(int role) {
        pairs.put(5, newKey("83", role, next.spki(), "60"));
        return this;
    }

    public ForgedHandOver withSpki(byte[] spki) {
        pairs.put(5, newKey("83", 1, spki, "60"));
        return this;
    }

    /// The clock's six values, each an item in hex.
    public ForgedHandOver withClock(String time, String state, String source, String error, String boot, String up) {
        return with(7, "a601" + time + "02" + state + "03" + source + "04" + error + "05" + boot + "06" + up);
    }

    /// One byte of what both keys sign, from its first pair on, altered.
    public ForgedHandOver withByte(int at, int mask) {
        int before = 0;
        for (var pair : pairs.entrySet()) {
            byte[] value = pair.getValue();
            if (at < before + 1 + value.length) {
                if (at > before) value[at - before - 1] ^= (byte) mask;
                return this;
            }
            before += 1 + value.length;
        }
        throw new IllegalArgumentException("only " + before + " bytes are signed");
    }

    public int signedSize() {
        return pairs().length;
    }

    public byte[] byOld() {
        return old.sign(digest());
    }

    public byte[] byNew() {
        return next.sign(digest());
    }

    public byte[] leaf() {
        return leaf(byOld(), byNew());
    }

    public byte[] leaf(byte[] byOld, byte[] byNew) {
        return leaf(LEAF_PREFIX, byOld, byNew);
    }

    /// @param prefix all before the first pair, in hex
    public byte[] leaf(String prefix, byte[] byOld, byte[] byNew) {
        byte[] signatures = new CborWriter()
                .integer(9)
                .bytes(byOld)
                .integer(10)
                .bytes(byNew)
                .toBytes();
        return join(HEX.parseHex(prefix), pairs(), signatures);
    }

    public static String leafPrefix() {
        return LEAF_PREFIX;
    }

    /// The point of an SPKI, x ‖ y.
    public static byte[] point(byte[] spki) {
        return Arrays.copyOfRange(spki, SPKI_PREFIX.length() / 2, spki.length);
    }

    private byte[] digest() {
        return SignedLog.sha256(join(HEX.parseHex(SIGNED_PREFIX), pairs()));
    }

    private byte[] pairs() {
        var out = new ByteArrayOutputStream();
        pairs.forEach((key, value) -> {
            out.write(key);
            out.writeBytes(value);
        });
        return out.toByteArray();
    }

    private static byte[] newKey(String array, int role, byte[] spki, String token) {
        var middle = new CborWriter().integer(role).bytes(spki).toBytes();
        return join(HEX.parseHex(array), middle, HEX.parseHex(token));
    }

    private static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) out.writeBytes(part);
        return out.toByteArray();
    }
}
