package org.sealpost.record;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/// The private part of an entry: its slots in their order (docs/formats.md §3). In the journal every slot is shown;
/// in an evidence file some may be withheld.
///
/// @param slots at least the four of [Slot#LABELS], at most [#MAX_SLOTS]
public record Body(List<Slot> slots) {
    public static final int MAX_SLOTS = 64;
    static final byte[] TAG = "sealpost-body-v1".getBytes(StandardCharsets.US_ASCII);
    private static final ThreadLocal<MessageDigest> SHA256 = ThreadLocal.withInitial(Body::newSha256);

    public Body {
        slots = List.copyOf(slots);
        if (slots.size() != Slot.LABELS.size()) {
            // Slots of single fields come with the profiles that declare them; until then nobody could name them.
            throw new IllegalArgumentException("a body has " + Slot.LABELS.size() + " slots, not " + slots.size());
        }
    }

    /// A body with all of its slots shown, one salt each.
    ///
    /// @param salts 4 × 32 bytes from a cryptographic random generator, used nowhere else
    public static Body of(Source source, ClockReading clock, Content content, References references, byte[][] salts) {
        return new Body(List.of(
                new Slot.Shown(salts[0], source.encode()),
                new Slot.Shown(salts[1], clock.encode()),
                new Slot.Shown(salts[2], content.encode()),
                new Slot.Shown(salts[3], references.encode())));
    }

    public Commitment commitment() {
        var sha256 = sha256();
        var list = new CborWriter(slots.size() * 34 + 8).array(slots.size());
        for (int i = 0; i < slots.size(); i++) list.bytes(digest(i, sha256));
        sha256.update(TAG);
        return Commitment.owning(sha256.digest(list.toBytes()));
    }

    private byte[] digest(int i, MessageDigest sha256) {
        var label = Slot.LABELS.get(i);
        return slots.get(i) instanceof Slot.Shown shown
                ? shown.digest(label, sha256)
                : slots.get(i).digest(label);
    }

    /// As it lies in the journal and in an evidence file.
    public byte[] encode() {
        var out = new CborWriter(512).array(slots.size());
        for (var slot : slots) {
            switch (slot) {
                case Slot.Shown shown -> out.array(2).bytes(shown.salt()).bytes(shown.bytes());
                case Slot.Withheld withheld -> out.bytes(withheld.value());
            }
        }
        return out.toBytes();
    }

    public static Body parse(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        var body = read(in);
        in.end();
        return body;
    }

    public static Body read(CborReader in) throws CborMalformed {
        int at = in.position();
        int count = in.array(MAX_SLOTS);
        var slots = new ArrayList<Slot>(count);
        for (int i = 0; i < count; i++) {
            if (in.major() == 2) slots.add(new Slot.Withheld(in.fixed(32)));
            else slots.add(new Slot.Shown(in.arrayOf(2).fixed(Slot.SALT_SIZE), in.bytes(Integer.MAX_VALUE)));
        }
        try {
            return new Body(slots);
        } catch (IllegalArgumentException e) {
            throw new CborMalformed(at, e.getMessage());
        }
    }

    static MessageDigest sha256() {
        return SHA256.get();
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
