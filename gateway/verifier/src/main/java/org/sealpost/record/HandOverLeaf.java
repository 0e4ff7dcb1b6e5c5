package org.sealpost.record;

import java.util.Arrays;
import java.util.Optional;

/// The leaf of an entry that hands the log over to another sealing key (docs/formats.md §2.3). It has no body.
///
/// @param byOld r‖s of the old key; empty for a break, and only there
/// @param byNew r‖s of the new key
public record HandOverLeaf(HandOver handOver, Optional<byte[]> byOld, byte[] byNew) implements Leaf {
    public static final String PROFILE = "sealpost.handover";
    private static final int SIGNATURE_SIZE = 64;
    private static final byte[] BEGINNING = new CborWriter()
            .map(5)
            .integer(0)
            .integer(FORMAT_VERSION)
            .integer(1)
            .text(PROFILE)
            .toBytes();

    public HandOverLeaf {
        if (byOld.isEmpty() != handOver.isBreak()) {
            throw new IllegalArgumentException("the old key signs, but where it is lost");
        }
        if (byNew.length != SIGNATURE_SIZE || byOld.orElse(byNew).length != SIGNATURE_SIZE) {
            throw new IllegalArgumentException("a signature has 64 bytes");
        }
        byOld = byOld.map(byte[]::clone);
        byNew = byNew.clone();
    }

    /// Whether these bytes can be a hand-over: they are, or no reader takes them for a leaf.
    public static boolean isAt(byte[] leaf) {
        return isAt(leaf, 0, leaf.length);
    }

    /// The same for a leaf inside a larger array.
    public static boolean isAt(byte[] bytes, int offset, int length) {
        return length > BEGINNING.length
                && Arrays.equals(bytes, offset, offset + BEGINNING.length, BEGINNING, 0, BEGINNING.length);
    }

    @Override
    public Optional<byte[]> byOld() {
        return byOld.map(byte[]::clone);
    }

    @Override
    public byte[] byNew() {
        return byNew.clone();
    }

    @Override
    public byte[] encode() {
        var out = new CborWriter(1024).map(5).integer(0).integer(FORMAT_VERSION);
        out.integer(1).text(PROFILE).integer(2).integer(1).integer(3).integer(SourceKind.BOX.number());
        out.integer(6).map(10);
        handOver.write(out);
        out.integer(9);
        byOld.ifPresentOrElse(out::bytes, out::nil);
        return out.integer(10).bytes(byNew).toBytes();
    }

    static HandOverLeaf rest(CborReader in) throws CborMalformed {
        in.expect(2)
                .expect(1)
                .expect(3)
                .expect(SourceKind.BOX.number())
                .expect(6)
                .mapOf(10);
        var handOver = HandOver.read(in);
        int at = in.expect(9).position();
        Optional<byte[]> byOld = in.nil() ? Optional.empty() : Optional.of(in.fixed(SIGNATURE_SIZE));
        var byNew = in.expect(10).fixed(SIGNATURE_SIZE);
        if (byOld.isEmpty() != handOver.isBreak()) {
            throw new CborMalformed(
                    at, "the old key's signature is " + (byOld.isEmpty() ? "missing" : "not to be there"));
        }
        return new HandOverLeaf(handOver, byOld, byNew);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HandOverLeaf that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
        return handOver.hashCode();
    }
}
