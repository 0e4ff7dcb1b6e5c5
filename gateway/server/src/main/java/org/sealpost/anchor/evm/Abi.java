package org.sealpost.anchor.evm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
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

    static Part word(Address address) {
        var word = new byte[WORD];
        System.arraycopy(address.bytes(), 0, word, WORD - 20, 20);
        return new Part.Word(word);
    }

    /// That an answer has so many words.
    static void requireWords(byte[] answer, int count) throws IOException {
        if (answer.length != count * WORD) {
            throw new IOException("the contract answered with " + answer.length + " bytes, expected " + count * WORD);
        }
    }

    /// The word at this index of an answer, a number.
    static long number(byte[] answer, int index) throws IOException {
        var value = new BigInteger(1, Arrays.copyOfRange(answer, index * WORD, (index + 1) * WORD));
        if (value.bitLength() > 63) throw new IOException("the contract answered with a number above 2^63-1");
        return value.longValue();
    }

    /// An answer that is one address.
    static Address address(byte[] answer) throws IOException {
        requireWords(answer, 1);
        for (int i = 0; i < WORD - 20; i++) {
            if (answer[i] != 0) throw new IOException("the contract answered with a word that is no address");
        }
        return new Address(HexFormat.of().formatHex(answer, WORD - 20, WORD));
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
