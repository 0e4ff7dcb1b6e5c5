package org.sealpost.anchor.evm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.LodgeableHead;
import org.sealpost.anchor.OriginId;
import org.sealpost.merkle.Hash;

/// Questions to the contract and its answers, in Solidity's ABI: what `SealpostAnchor.sol` declares and nothing more.
final class ContractCalls {
    private static final int WORD = 32;
    private static final byte[] LODGE =
            selector("lodge(bytes32,bytes32,string,uint64,bytes32,bytes32,bytes32,bytes32[])");
    private static final byte[] NEWEST = selector("newest(bytes32)");
    private static final byte[] ROOT_AT = selector("rootAt(bytes32,uint64)");
    private static final byte[] CONFLICT = selector("Conflict(bytes32,uint64,bytes32)");
    private static final byte[] NOT_CONSISTENT = selector("NotConsistent(bytes32,uint64,uint64)");
    private static final byte[] BAD_SIGNATURE = selector("BadSignature()");
    private static final byte[] BAD_ORIGIN = selector("BadOrigin()");
    private static final byte[] BAD_SIZE = selector("BadSize(uint64)");

    private ContractCalls() {}

    /// What the contract's own errors say.
    enum Revert {
        CONFLICT("the contract holds another root for this size"),
        NOT_CONSISTENT("the consistency proof does not start from the contract's newest head"),
        BAD_SIGNATURE("the contract does not accept the checkpoint's signature"),
        BAD_ORIGIN("the contract does not accept the origin's name"),
        BAD_SIZE("the contract does not accept the size"),
        OTHER("the contract stopped for a reason it does not name");

        final String sentence;

        Revert(String sentence) {
            this.sentence = sentence;
        }
    }

    /// A size and a root held by the contract, and the block in which they were lodged.
    record Held(long size, Hash root, long height) {}

    static byte[] lodge(LodgeableHead head, List<Hash> proof) {
        byte[] key = head.firstKey();
        byte[] signature = head.signature();
        byte[] origin = head.origin().name().getBytes(StandardCharsets.US_ASCII);
        int originWords = (origin.length + WORD - 1) / WORD;
        var out = new ByteArrayOutputStream();
        out.writeBytes(LODGE);
        out.write(key, key.length - 2 * WORD, 2 * WORD);
        out.writeBytes(word(8 * WORD));
        out.writeBytes(word(head.size()));
        out.writeBytes(head.root().toBytes());
        out.writeBytes(signature);
        out.writeBytes(word((long) (8 + 1 + originWords) * WORD));
        out.writeBytes(word(origin.length));
        out.writeBytes(Arrays.copyOf(origin, originWords * WORD));
        out.writeBytes(word(proof.size()));
        for (Hash hash : proof) out.writeBytes(hash.toBytes());
        return out.toByteArray();
    }

    static byte[] newest(OriginId origin) {
        return join(NEWEST, origin.value().toBytes());
    }

    static byte[] rootAt(OriginId origin, long size) {
        return join(ROOT_AT, origin.value().toBytes(), word(size));
    }

    /// The answer to [#newest]; empty if the contract knows nothing of the origin.
    static Optional<Held> newestAnswer(byte[] answer) throws IOException {
        requireWords(answer, 3);
        long size = number(answer, 0);
        return size == 0 ? Optional.empty() : Optional.of(new Held(size, Hash.of(answer, WORD), number(answer, 2)));
    }

    /// The answer to [#rootAt]; empty if nothing was lodged for this size.
    static Optional<Held> rootAtAnswer(byte[] answer, long size) throws IOException {
        requireWords(answer, 2);
        long height = number(answer, 1);
        return height == 0 ? Optional.empty() : Optional.of(new Held(size, Hash.of(answer, 0), height));
    }

    static Revert revert(RpcError error) {
        byte[] data;
        try {
            data = Hex.bytes(error.data().isEmpty() ? "0x" : error.data());
        } catch (IOException e) {
            return Revert.OTHER;
        }
        if (starts(data, CONFLICT)) return Revert.CONFLICT;
        if (starts(data, NOT_CONSISTENT)) return Revert.NOT_CONSISTENT;
        if (starts(data, BAD_SIGNATURE)) return Revert.BAD_SIGNATURE;
        if (starts(data, BAD_ORIGIN)) return Revert.BAD_ORIGIN;
        if (starts(data, BAD_SIZE)) return Revert.BAD_SIZE;
        return Revert.OTHER;
    }

    private static boolean starts(byte[] data, byte[] selector) {
        return data.length >= 4 && Arrays.equals(data, 0, 4, selector, 0, 4);
    }

    private static void requireWords(byte[] answer, int count) throws IOException {
        if (answer.length != count * WORD) {
            throw new IOException("the contract answered with " + answer.length + " bytes, expected " + count * WORD);
        }
    }

    private static long number(byte[] answer, int index) throws IOException {
        var value = new BigInteger(1, Arrays.copyOfRange(answer, index * WORD, (index + 1) * WORD));
        if (value.bitLength() > 63) throw new IOException("the contract answered with a number above 2^63-1");
        return value.longValue();
    }

    private static byte[] word(long value) {
        var word = new byte[WORD];
        for (int i = 0; i < 8; i++) word[WORD - 1 - i] = (byte) (value >>> (8 * i));
        return word;
    }

    private static byte[] selector(String signature) {
        return Arrays.copyOf(Keccak.hash(signature), 4);
    }

    private static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) out.writeBytes(part);
        return out.toByteArray();
    }
}
