package org.sealpost.archive.erasure;

import org.sealpost.record.CborMalformed;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.SourceKind;

/// Whose bodies may be erased: records of clients and sensors. What the box says of itself (starts, acts, the
/// orders to erase) stays, or else who erased what could be erased, too.
public final class ErasableLeaf {
    private ErasableLeaf() {}

    public static boolean is(Leaf leaf) {
        return leaf instanceof HeaderLeaf header && header.source() != SourceKind.BOX;
    }

    /// @param leaf as the journal has it
    public static boolean is(byte[] leaf) {
        try {
            return is(Leaf.parse(leaf));
        } catch (CborMalformed e) {
            return false;
        }
    }
}
