package org.sealpost.anchor.evm;

import static org.sealpost.anchor.evm.Abi.WORD;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.sealpost.lodging.KeyProof;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.LodgingRules.Refusal;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;

/// Questions to the contract and its answers, in Solidity's ABI: what `Lodgings.sol` declares and nothing more.
final class ContractCalls {
    private static final byte[] LODGE =
            Abi.selector("lodge((bytes32,bytes32,string,uint64,bytes32,bytes32,bytes32,bytes32[],"
                    + "bytes32,bytes32[],(bytes,bytes32[])[]))");
    private static final byte[] NEWEST = Abi.selector("newest(bytes32)");
    private static final byte[] ROOT_AT = Abi.selector("rootAt(bytes32,uint64)");
    private static final byte[] HOPS = Abi.selector("hops(bytes32)");
    private static final int MAX_HAND_OVERS = 256;
    private static final Map<String, Refusal> ERRORS = Map.of(
            error("BadOrigin()"), Refusal.BAD_ORIGIN,
            error("BadSize(uint64)"), Refusal.BAD_SIZE,
            error("Conflict(bytes32,uint64,bytes32)"), Refusal.CONFLICT,
            error("NotConsistent(bytes32,uint64,uint64)"), Refusal.NOT_CONSISTENT,
            error("BadSignature()"), Refusal.BAD_SIGNATURE,
            error("BadHandOver()"), Refusal.BAD_HAND_OVER,
            error("BrokenKey()"), Refusal.BROKEN_KEY,
            error("TooManyHandOvers()"), Refusal.TOO_MANY_HAND_OVERS);

    private ContractCalls() {}

    /// A size and a root held by the contract, and the block in which they were lodged.
    record Held(long size, Hash root, long height) {}

    /// What a lodging brings, of any content: whether it makes sense is for the contract to say.
    ///
    /// @param firstKey  x ‖ y, 64 bytes
    /// @param size      the bits of an unsigned number
    /// @param signature r ‖ s, 64 bytes
    record Lodging(
            byte[] firstKey,
            byte[] origin,
            long size,
            Hash root,
            byte[] signature,
            List<Hash> consistency,
            KeyProof.Hops hops) {
        static Lodging of(LodgeableHead head, List<Hash> consistency, KeyProof.Hops hops) {
            byte[] spki = head.firstKey();
            return new Lodging(
                    Arrays.copyOfRange(spki, spki.length - 2 * WORD, spki.length),
                    head.origin().name().getBytes(StandardCharsets.US_ASCII),
                    head.size(),
                    head.root(),
                    head.signature(),
                    consistency,
                    hops);
        }
    }

    static byte[] lodge(Lodging lodging) {
        var hops = lodging.hops.steps().stream()
                .map(step -> Abi.tuple(Abi.bytes(step.leaf()), Abi.words(step.path())))
                .toList();
        return Abi.call(
                LODGE,
                Abi.tuple(
                        Abi.word(lodging.firstKey, 0),
                        Abi.word(lodging.firstKey, WORD),
                        Abi.bytes(lodging.origin),
                        Abi.word(lodging.size),
                        Abi.word(lodging.root),
                        Abi.word(lodging.signature, 0),
                        Abi.word(lodging.signature, WORD),
                        Abi.words(lodging.consistency),
                        Abi.word(lodging.hops.genesisHash()),
                        Abi.words(lodging.hops.genesisPath()),
                        Abi.array(hops)));
    }

    static byte[] newest(OriginId origin) {
        return Abi.call(NEWEST, Abi.word(origin.value()));
    }

    static byte[] rootAt(OriginId origin, long size) {
        return Abi.call(ROOT_AT, Abi.word(origin.value()), Abi.word(size));
    }

    static byte[] hops(OriginId origin) {
        return Abi.call(HOPS, Abi.word(origin.value()));
    }

    /// The answer to [#newest]; empty if the contract knows nothing of the origin.
    static Optional<Held> newestAnswer(byte[] answer) throws IOException {
        Abi.requireWords(answer, 3);
        long size = Abi.number(answer, 0);
        return size == 0 ? Optional.empty() : Optional.of(new Held(size, Hash.of(answer, WORD), Abi.number(answer, 2)));
    }

    /// The answer to [#rootAt]; empty if nothing was lodged for this size.
    static Optional<Held> rootAtAnswer(byte[] answer, long size) throws IOException {
        Abi.requireWords(answer, 2);
        long height = Abi.number(answer, 1);
        return height == 0 ? Optional.empty() : Optional.of(new Held(size, Hash.of(answer, 0), height));
    }

    /// How many hand-overs the contract has followed, of the answer to [#hops].
    static int hopsAnswer(byte[] answer) throws IOException {
        if (answer.length < 3 * WORD) Abi.requireWords(answer, 3);
        long count = Abi.number(answer, 2);
        if (Abi.number(answer, 1) != 2 * WORD || count > MAX_HAND_OVERS) {
            throw new IOException(
                    "the contract answered with " + count + " hand-overs, not as an array of at most 256");
        }
        Abi.requireWords(answer, 3 + (int) count);
        return (int) count;
    }

    /// What the contract's own errors say; empty if it stopped for a reason that it does not name.
    static Optional<Refusal> refusal(RpcError error) {
        String data = error.data().toLowerCase(Locale.ROOT);
        return data.length() < 10 ? Optional.empty() : Optional.ofNullable(ERRORS.get(data.substring(0, 10)));
    }

    private static String error(String signature) {
        return Hex.of(Abi.selector(signature));
    }
}
