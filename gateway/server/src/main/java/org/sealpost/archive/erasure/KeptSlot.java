package org.sealpost.archive.erasure;

import org.sealpost.record.Slot;

/// What stays of a slot whose bytes are erased: with a copy of these, the salt gives the digest, and that is in
/// the leaf's commitment.
///
/// @param salt   32 bytes; nobody changes them
/// @param digest 32 bytes; nobody changes them
public record KeptSlot(byte[] salt, byte[] digest) {
    private static final int DIGEST_SIZE = 32;

    public KeptSlot {
        if (salt.length != Slot.SALT_SIZE || digest.length != DIGEST_SIZE) {
            throw new IllegalArgumentException("a salt and a digest have 32 bytes each");
        }
    }
}
