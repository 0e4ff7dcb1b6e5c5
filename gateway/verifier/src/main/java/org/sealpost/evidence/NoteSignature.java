package org.sealpost.evidence;

import java.util.Arrays;

/// A signature line of a signed note.
///
/// @param name      of the key; for a log's own keys, its origin
/// @param keyId     4 bytes
/// @param signature as the key's type has it
public record NoteSignature(String name, byte[] keyId, byte[] signature) {
    static final int KEY_ID_SIZE = 4;

    public NoteSignature {
        if (!isName(name)) throw new IllegalArgumentException("name of a key: not empty, no space, no plus sign");
        if (keyId.length != KEY_ID_SIZE) throw new IllegalArgumentException("a key id has 4 bytes");
        if (signature.length == 0) throw new IllegalArgumentException("an empty signature");
        keyId = keyId.clone();
        signature = signature.clone();
    }

    static boolean isName(String name) {
        return !name.isEmpty() && name.chars().noneMatch(c -> c == '+' || Character.isWhitespace(c) || c < 0x20);
    }

    @Override
    public byte[] keyId() {
        return keyId.clone();
    }

    @Override
    public byte[] signature() {
        return signature.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoteSignature that
                && name.equals(that.name)
                && Arrays.equals(keyId, that.keyId)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(signature);
    }
}
