package org.sealpost.evidence.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.EvmValidators;
import org.sealpost.evidence.EvmValidators.Consensus;
import org.sealpost.merkle.Hash;

/// How many signatures proofs ask for that anybody can make, with validators whom nobody trusts.
class SealedBlocksTest {
    private static final AnchorProofFinding TOO_MANY =
            new AnchorProofFinding.Broken("more signatures than a file may ask for");
    private static final AnchorProofFinding NOT_BELOW =
            new AnchorProofFinding.Broken("a bridge is not below the block behind it");

    private final TestChain chain = new TestChain();
    private final Map<Hash, byte[]> shared = new HashMap<>();

    @Test
    void aRowCostsItsSealsOnceInAFile() {
        // Of 3, 4 and 3 seals, and the block's own 4.
        var proof = proof(bridge(10, 3), bridge(20, 4), bridge(30, 3));
        var enough = new SealedBlocks(14);
        for (int i = 0; i < 256; i++) assertInstanceOf(AnchorProofFinding.Incomplete.class, check(proof, enough));
        var tooFew = new SealedBlocks(13);
        for (int i = 0; i < 2; i++) assertEquals(TOO_MANY, check(proof, tooFew));
    }

    @Test
    void severalRowsShareWhatTheFileMayAskFor() {
        var blocks = new SealedBlocks(10);
        assertInstanceOf(AnchorProofFinding.Incomplete.class, check(proof(bridge(10, 3)), blocks));
        assertInstanceOf(AnchorProofFinding.Incomplete.class, check(proof(bridge(11, 3)), blocks));
        assertEquals(TOO_MANY, check(proof(bridge(12, 3)), blocks));
    }

    @Test
    void aRowInTheWrongOrderCostsNone() {
        var one = bridge(10, 3);
        var other = bridge(20, 4);
        var none = new SealedBlocks(0);
        assertEquals(NOT_BELOW, check(proof(one, one), none));
        assertEquals(NOT_BELOW, check(proof(other, one), none));
        assertEquals(NOT_BELOW, check(proof(bridge(50, 3)), none));
        assertEquals(TOO_MANY, check(proof(one, other), none));
    }

    @Test
    void aCliqueBlockAndThoseOnTopCostOneSealEach() {
        var row = new ArrayList<byte[]>();
        for (int i = 0; i < 5; i++) {
            var parent = row.isEmpty() ? TestChain.ROOT : Keccak256.of(row.getLast());
            row.add(chain.clique(parent, 50 + i, new TestValidator(i + 1)));
        }
        var proof = chain.proof(EvmProof.CLIQUE, row.getFirst(), List.of(), row.subList(1, 5));
        var enough = new SealedBlocks(5);
        for (int i = 0; i < 2; i++) assertInstanceOf(AnchorProofFinding.Incomplete.class, check(proof, enough));
        assertEquals(TOO_MANY, check(proof, new SealedBlocks(4)));
    }

    /// A header that was read as one dialect's before is not taken for what another makes of it.
    @Test
    void aHeaderIsKnownByItsDialect() {
        var blocks = new SealedBlocks(8);
        var set = TestChain.validators(1, 4);
        var header = chain.bft(BftDialect.IBFT2, 50, set, set);
        var right = chain.proof(EvmProof.IBFT2, header, List.of(), List.of());
        for (int i = 0; i < 2; i++) assertInstanceOf(AnchorProofFinding.Incomplete.class, check(right, blocks));
        var wrong = chain.proof(EvmProof.QBFT, header, List.of(), List.of());
        assertInstanceOf(AnchorProofFinding.Broken.class, check(wrong, blocks));
        assertInstanceOf(AnchorProofFinding.Incomplete.class, check(right, blocks));
    }

    private Hash bridge(int number, int validators) {
        var set = TestChain.validators(1, validators);
        var header = chain.qbft(number, set, set);
        shared.put(Keccak256.of(header), header);
        return Keccak256.of(header);
    }

    private EvmProof proof(Hash... bridges) {
        var set = TestChain.validators(1, 4);
        return chain.proof(EvmProof.QBFT, chain.qbft(50, set, set), List.of(bridges), List.of());
    }

    private AnchorProofFinding check(EvmProof proof, SealedBlocks blocks) {
        var trusted = TestChain.addresses(TestChain.validators(20, 4));
        return EvmProof.check(
                proof.encode(),
                name -> Optional.ofNullable(shared.get(name)),
                TestChain.CHAIN,
                TestChain.ORIGIN_ID,
                TestChain.SIZE,
                TestChain.ROOT,
                List.of(new EvmValidators(4719, Consensus.QBFT, trusted)),
                blocks);
    }
}
