package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageContract;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.anchor.evm.EvmProof;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.Place;

/// The EVM ledger against a real anvil.
class EvmLedgerTest extends AnchorageContract {
    private static final int CONFIRMATIONS = 2;
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(1);

    private static Anvil anvil;
    private static EvmLedger ledger;

    @BeforeAll
    static void start() throws Exception {
        anvil = Anvil.start();
        anvil.fund(EvmLedger.accountOf(ACCOUNT));
        var contract = anvil.create(AnchorCode.PRECOMPILED.creation());
        ledger = EvmLedger.open(anvil.config(CONFIRMATIONS), contract, ACCOUNT);
    }

    @AfterAll
    static void stop() {
        if (ledger != null) ledger.close();
        if (anvil != null) anvil.close();
    }

    @Override
    protected Anchorage anchorage() {
        return ledger;
    }

    /// anvil seals nothing: the proof leads from the contract's log to the block, and no further.
    @Test
    void provesThatTheContractLodgedAndLeavesTheBlockToANode() throws Exception {
        var head = log.growTo(7).head(7);
        lodge(head);
        var place = assertInstanceOf(Finding.Present.class, find(head)).place();
        var proof = ledger.proof(head.originId(), 7, head.root(), place).orElseThrow();
        assertEquals(List.of(), proof.shared());
        var steps = List.of("lodged by the contract in block " + place.height(), "by this code");
        var missing = "a node must tell whether this block is the chain's; its seals are of no kind that is known";
        assertEquals(new AnchorProofFinding.Incomplete(steps, missing), check(proof, head));
        assertInstanceOf(
                AnchorProofFinding.Broken.class, check(proof, log.forkedAt(3).head(7)));
        assertInstanceOf(AnchorProofFinding.Broken.class, check(proof, log.head(6)));
    }

    @Test
    void aBlockThatDoesNotLodgeTheHeadProvesNothing() throws Exception {
        var head = log.growTo(7).head(7);
        lodge(head);
        var newest = anvil.chain().mustHave("latest").place();
        assertThrows(AnchorageSetback.class, () -> ledger.proof(head.originId(), 7, head.root(), newest));
        var nowhere = new Place(newest.height(), head.root());
        assertEquals(Optional.empty(), ledger.proof(head.originId(), 7, head.root(), nowhere));
    }

    /// Nor is a larger head one.
    @Test
    void whatMayBeTakenBackIsNoConflictYet() throws Exception {
        var head = log.growTo(9).head(9);
        var fork = log.forkedAt(3).head(9);
        assertInstanceOf(SubmitOutcome.Accepted.class, ledger.submit(ready(head)));
        while (!(find(head) instanceof Finding.Present)) Thread.onSpinWait(); // anvil mines a moment after it answers
        notYet(fork, "another root for 9 entries, " + head.root());
        notYet(log.head(4), "a head of 9 entries, and none of 4");
        settle();
        assertEquals(new Finding.Conflict(head.root()), find(fork));
        assertEquals(new Finding.Covered(9, head.root()), find(log.head(4)));
        var next = log.growTo(12).head(12);
        assertInstanceOf(SubmitOutcome.Accepted.class, ledger.submit(ready(next)));
        while (!(find(next) instanceof Finding.Present)) Thread.onSpinWait();
    }

    private static void notYet(LodgeableHead head, String words) {
        var setback =
                assertThrows(AnchorageSetback.class, () -> ledger.find(head.originId(), head.size(), head.root()));
        assertTrue(setback.getMessage().contains(words), setback.getMessage());
        assertTrue(setback.getMessage().contains("which is not final"), setback.getMessage());
    }

    /// A block full of others' transactions, of two kinds.
    @Test
    void findsTheLodgingAmongManyTransactions() throws Exception {
        var head = log.growTo(9).head(9);
        var request = ready(head);
        anvil.rpc().call("evm_setAutomine", false);
        try {
            for (int i = 0; i < 150; i++) {
                var transfer =
                        new HashMap<>(Map.of("from", anvil.developer(), "to", anvil.developer(), "gas", "0x5208"));
                // What anvil would offer by itself may be too little once blocks have been empty for a while.
                transfer.put(i % 2 == 0 ? "gasPrice" : "maxFeePerGas", "0x77359400");
                if (i % 2 != 0) transfer.put("maxPriorityFeePerGas", "0x1");
                anvil.rpc().text("eth_sendTransaction", transfer);
                if (i == 75) assertInstanceOf(SubmitOutcome.Accepted.class, ledger.submit(request));
            }
            settle();
        } finally {
            anvil.rpc().call("evm_setAutomine", true);
        }
        var place = assertInstanceOf(Finding.Present.class, find(head)).place();
        var block = anvil.rpc().call("eth_getBlockByHash", Hex.of(place.block().toBytes()), false);
        assertEquals(151, block.path("transactions").size());
        var proof = ledger.proof(head.originId(), 9, head.root(), place).orElseThrow();
        assertInstanceOf(AnchorProofFinding.Incomplete.class, check(proof, head));
    }

    private static AnchorProofFinding check(AnchorProof proof, LodgeableHead head) throws Exception {
        return EvmProof.check(
                proof.bytes(),
                name -> Optional.empty(),
                ledger.identity(),
                head.originId().value(),
                head.size(),
                head.root(),
                List.of());
    }

    /// Makes each pooled transaction part of a block, then puts blocks on top.
    @Override
    protected void settle() throws Exception {
        anvil.mine(1 + CONFIRMATIONS);
    }
}
