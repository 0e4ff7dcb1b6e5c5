package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.FinalHead;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.EvmValidators;
import org.sealpost.evidence.EvmValidators.Consensus;
import org.sealpost.evidence.anchor.evm.BftDialect;
import org.sealpost.evidence.anchor.evm.EvmProof;

/// Four validators of a network from before QBFT: what the relay keeps of a head there proves it to whoever trusts
/// them, offline. All else about consortiums has [EvmConsortiumIT].
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class IstanbulConsortiumIT {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(81);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final List<String> FOUR = BftConsortium.GENESIS;

    @TempDir
    private static Path folder;

    private static BftConsortium consortium;
    private static Address contract;

    @BeforeAll
    static void start() throws Exception {
        consortium = BftConsortium.start(folder, BftDialect.ISTANBUL);
        contract = EvmContract.deployOnce(consortium.config(1), ACCOUNT, folder.resolve("contract.pin"));
    }

    @AfterAll
    static void stop() {
        if (consortium != null) consortium.close();
    }

    @Test
    void aHeadIsProvedOfflineAndANodeHasItsVeryBlock() throws Exception {
        try (var relay = relay()) {
            var head = lodged(relay, 5);
            assertProved(relay, head, FOUR, "[34] of 4");
            var node = consortium.node(2).toString();
            consortium.await(
                    "the block at validator 2",
                    () -> consortium.height(2) >= head.place().height());
            var asked = ProvedAnchors.of(folder, relay, head, "istanbul " + String.join(" ", FOUR), "--node", node);
            assertEquals(2, asked.size(), asked::toString);
            assertTrue(asked.getLast().contains(", the very block of the file's proof"), asked::toString);
            assertEquals(
                    List.of(),
                    ProvedAnchors.of(folder, relay, head, "qbft " + String.join(" ", FOUR)),
                    "another consensus proves nothing");
        }
    }

    /// Whatever byte of the proof is another: nothing is proved by it.
    @Test
    void noAlteredProofHolds() throws Exception {
        try (var relay = relay()) {
            var head = lodged(relay, 6);
            var good = relay.relay().proof(head).orElseThrow().bytes();
            assertInstanceOf(AnchorProofFinding.Proved.class, finding(relay, head, good, FOUR));
            for (int at = 0; at < good.length; at++) {
                var altered = good.clone();
                altered[at] ^= 1;
                var found = finding(relay, head, altered, FOUR);
                assertInstanceOf(AnchorProofFinding.Broken.class, found, "byte " + at);
            }
            var strangers = List.of("11".repeat(20), "22".repeat(20), FOUR.get(0), FOUR.get(1));
            assertInstanceOf(AnchorProofFinding.Incomplete.class, finding(relay, head, good, strangers));
        }
    }

    /// Somebody is voted in who has no node, so all four must seal, and is voted out again. Nothing leads from one set
    /// to another here: what they have in common seals for either.
    @Test
    void whoeverTrustsEnoughOfThoseThatSealedNeedsNoBridge() throws Exception {
        var stranger = EvmLedger.accountOf(SoftwareKey.secp256k1ForTests(82));
        try (var relay = relay()) {
            try {
                consortium.vote(stranger, true);
                consortium.await(
                        "five validators", () -> consortium.validators().size() == 5);
                consortium.awaitBlocks(2); // the next one is the first that names them
                var head = lodged(relay, 7);
                assertProved(relay, head, FOUR, "4 of 4");
                var five = new ArrayList<>(FOUR);
                five.add(stranger.hex());
                assertProved(relay, head, five, "4 of 5");
                assertEquals(List.of(), relay.relay().proof(head).orElseThrow().shared());
            } finally {
                consortium.vote(stranger, false);
                consortium.await(
                        "four validators", () -> consortium.validators().size() == 4);
            }
        }
    }

    private static EvmRelay relay() throws IOException {
        return new EvmRelay(consortium.config(1), contract, ACCOUNT, POLL);
    }

    /// The newest head of a log of so many entries, final and with its proof.
    private static FinalHead lodged(EvmRelay relay, int size) throws Exception {
        relay.log.growTo(size);
        relay.untilFinal(null);
        var head = relay.relay().newestFinal().orElseThrow();
        assertEquals(size, head.size());
        relay.until("a proof", () -> relay.relay().proof(head).isPresent(), null);
        return head;
    }

    /// @param sealers a pattern
    private static void assertProved(EvmRelay relay, FinalHead head, List<String> validators, String sealers)
            throws Exception {
        var offline = ProvedAnchors.of(folder, relay, head, "istanbul " + String.join(" ", validators));
        assertEquals(1, offline.size(), offline::toString);
        var words = ".*: lodged by the contract in block " + head.place().height() + "; by this code; sealed by "
                + sealers + " validators of the trust store;.*";
        assertTrue(offline.getFirst().matches(words), offline::toString);
        assertNotEquals(0, head.place().height());
    }

    private static AnchorProofFinding finding(EvmRelay relay, FinalHead head, byte[] proof, List<String> trusted)
            throws Exception {
        var chain = (AnchorIdentity.Evm) relay.relay().identity().orElseThrow();
        return EvmProof.check(
                proof,
                _ -> Optional.empty(),
                chain,
                relay.log.originId().value(),
                head.size(),
                head.root(),
                List.of(new EvmValidators(chain.chainId(), Consensus.ISTANBUL, trusted)));
    }
}
