package org.sealpost.anchor.evm;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.sealpost.merkle.Hash;

/// Solidity's contract ABI, as far as our calls need it: words in place, and what has no fixed size behind
/// them.
final class Abi {
    static final int WORD = 32;

    private Abi() {}

    /// A part of a tuple.
    sealed interface Part {
        /// One word.
        record Word(byte[] bytes) implements Part {}

        /// Stands behind the words; in its place stands where.
        record Behind(byte[] bytes) implements Part {}
    }

    static Part word(long unsigned) {
        var word = new byte[WORD];
        for (int i = 0; i < 8; i++) word[WORD - 1 - i] = (byte) (unsigned >>> (8 * i));
        return new Part.Word(word);
    }

    static Part word(Hash hash) {
        return new Part.Word(hash.toBytes());
    }

    /// 32 bytes of a longer array.
    static Part word(byte[] bytes, int from) {
        return new Part.Word(Arrays.copyOfRange(bytes, from, from + WORD));
    }

    /// A `bytes` or `string`.
    static Part bytes(byte[] bytes) {
        int padded = (bytes.length + WORD - 1) / WORD * WORD;
        return new Part.Behind(join(wordOf(bytes.length), Arrays.copyOf(bytes, padded)));
    }

    /// A `bytes32[]`.
    static Part words(List<Hash> hashes) {
        return array(hashes.stream().map(Abi::word).toList());
    }

    static Part array(List<Part> parts) {
        return new Part.Behind(join(wordOf(parts.size()), laidOut(parts)));
    }

    /// A tuple with a part that has no fixed size.
    static Part tuple(Part... parts) {
        return new Part.Behind(laidOut(List.of(parts)));
    }

    static byte[] call(byte[] selector, Part... arguments) {
        return join(selector, laidOut(List.of(arguments)));
    }

    static byte[] selector(String signature) {
        return Arrays.copyOf(Keccak.hash(signature), 4);
    }

    private static byte[] laidOut(List<Part> parts) {
        var words = new ByteArrayOutputStream();
        var behind = new ByteArrayOutputStream();
        for (var part : parts) {
            switch (part) {
                case Part.Word(var bytes) -> words.writeBytes(bytes);
                case Part.Behind(var bytes) -> {
                    words.writeBytes(wordOf((long) parts.size() * WORD + behind.size()));
                    behind.writeBytes(bytes);
                }
            }
        }
        return join(words.toByteArray(), behind.toByteArray());
    }

    private static byte[] wordOf(long unsigned) {
        return ((Part.Word) word(unsigned)).bytes();
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
