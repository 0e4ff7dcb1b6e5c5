package org.sealpost.record;

import java.security.MessageDigest;

/// Makes leaf and body of an ordinary entry: the bytes that [HeaderLeaf] and [Body] make of a record without
/// references, without an object for each part of them. For the door that all records come through; of one
/// thread.
///
/// Each slot is laid out once as it is hashed (prefix, salt, bytes), and copied from there into the body.
public final class EntryEncoder {
    private static final int SLOTS = Slot.LABELS.size();

    /// One salt for each slot, one behind the other.
    public static final int SALTS_SIZE = SLOTS * Slot.SALT_SIZE;

    private static final byte[][] PREFIXES =
            Slot.LABELS.stream().map(Slot::digestPrefix).toArray(byte[][]::new);
    private static final byte[] NO_REFERENCES = References.NONE.encode();

    private final MessageDigest sha256 = Body.newSha256();
    private final CborWriter slot = new CborWriter(1024);
    private final CborWriter list = new CborWriter(256);
    private final CborWriter leaf = new CborWriter(128);
    private final CborWriter body = new CborWriter(1024);
    private Profiled checked = new Profiled("default", 1);

    /// The name and version of a profile; checked when it is encoded.
    public record Profiled(String name, int version) {}

    /// An entry as the journal keeps it; the arrays are the receiver's.
    public record Encoded(byte[] leaf, byte[] body) {}

    /// @param salts [#SALTS_SIZE] bytes from a cryptographic random generator, used nowhere else
    /// @throws IllegalArgumentException if there can be no such profile
    public Encoded encode(
            Profiled profile, SourceKind kind, Source source, ClockReading clock, Content content, byte[] salts) {
        if (salts.length != SALTS_SIZE) {
            throw new IllegalArgumentException("salts have " + SALTS_SIZE + " bytes, not " + salts.length);
        }
        check(profile);
        list.clear().raw(Body.TAG, 0, Body.TAG.length).array(SLOTS);
        body.clear().array(SLOTS);
        source.write(begin(Slot.SOURCE, salts));
        end(Slot.SOURCE);
        clock.write(begin(Slot.CLOCK, salts));
        end(Slot.CLOCK);
        content.write(begin(Slot.CONTENT, salts));
        end(Slot.CONTENT);
        begin(Slot.REFERENCES, salts).item(NO_REFERENCES);
        end(Slot.REFERENCES);
        HeaderLeaf.write(leaf.clear(), profile.name(), profile.version(), kind, digest(list));
        return new Encoded(leaf.toBytes(), body.toBytes());
    }

    private CborWriter begin(int position, byte[] salts) {
        byte[] prefix = PREFIXES[position];
        return slot.clear().raw(prefix, 0, prefix.length).raw(salts, position * Slot.SALT_SIZE, Slot.SALT_SIZE);
    }

    private void end(int position) {
        list.bytes(digest(slot));
        int saltAt = PREFIXES[position].length;
        int bytesAt = saltAt + Slot.SALT_SIZE;
        body.array(2).bytes(slot.shared(), saltAt, Slot.SALT_SIZE);
        body.bytes(slot.shared(), bytesAt, slot.size() - bytesAt);
    }

    private byte[] digest(CborWriter hashed) {
        sha256.update(hashed.shared(), 0, hashed.size());
        return sha256.digest();
    }

    /// Nearly all records are of the profile of the one before.
    private void check(Profiled profile) {
        if (profile.equals(checked)) return;
        HeaderLeaf.requireProfile(profile.name(), profile.version());
        checked = profile;
    }
}
