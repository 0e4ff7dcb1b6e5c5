package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageContract;
import org.sealpost.anchor.FinalHead;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.EvmValidators;
import org.sealpost.evidence.anchor.evm.BftDialect;
import org.sealpost.evidence.anchor.evm.EvmProof;
import org.sealpost.merkle.Hash;

/// A consortium of four validators, on a chain where gas has no price: what every anchorage promises, what
/// proves its heads, and which of several nodes is believed. The account has no coins. [QbftTortureIT] has its
/// nodes fail, [QbftPublicationsIT] publishes there: a network each, so that none takes longer than two minutes.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class EvmConsortiumIT extends AnchorageContract {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(61);
    private static final Address ADDRESS = EvmLedger.accountOf(ACCOUNT);
    private static final Duration POLL = Duration.ofMillis(100);

    private static final List<String> GENESIS = BftConsortium.GENESIS;

    @TempDir
    private static Path folder;

    private static BftConsortium consortium;
    private static Address contract;
    private static EvmLedger ledger;

    @BeforeAll
    static void start() throws Exception {
        consortium = BftConsortium.start(folder, BftDialect.QBFT);
        contract = deploy();
        ledger = EvmLedger.open(consortium.config(1), contract, ACCOUNT);
    }

    @AfterEach
    void heal() throws Exception {
        consortium.heal();
    }

    @AfterAll
    static void stop() {
        if (ledger != null) ledger.close();
        if (consortium != null) consortium.close();
    }

    private static Address deploy() throws Exception {
        return EvmContract.deployOnce(consortium.config(1), ACCOUNT, folder.resolve("contract.pin"));
    }

    @Override
    protected Anchorage anchorage() {
        return ledger;
    }

    /// What is in a block is final, so what left the pool is.
    @Override
    protected void settle() throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (consortium.isPooled(1)) {
            assertTrue(System.nanoTime() < end, "the pool does not get empty");
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void anAccountWithoutCoinsLodgesWhereGasHasNoPrice() throws Exception {
        var chain = consortium.chain(1);
        assertEquals(BigInteger.ZERO, chain.balance(ADDRESS));
        assertEquals(
                new Transaction.LegacyFee(BigInteger.ZERO),
                new Fees(Optional.empty()).now(chain, chain.mustHave("latest")));
        try (var relay = relay(consortium.config(1))) {
            relay.log.growTo(5);
            relay.untilFinal(null);
            assertLodged(relay, 5L);
        }
    }

    /// Each of the others confirms what the one says that took over.
    @Test
    void anotherNodeTakesOverFromOneThatNeverAnswers() throws Exception {
        try (var relay = relay(several(1, 2, 3))) {
            relay.log.growTo(5);
            relay.untilFinal(null);
            consortium.stop(1);
            relay.log.growTo(8);
            relay.untilFinal(null);
            consortium.goOn(1);
            awaitBlock(1, relay);
            assertLodged(relay, 5L, 8L);
        }
    }

    /// Alone it makes no block, and takes requests all the same. Both relays sign for one account.
    @Test
    void aValidatorThatIsCutOffIsBelievedByNobodyWhoHasAnother() throws Exception {
        try (var alone = relay(several(1).withStalledAfter(Duration.ofSeconds(3)));
                var relay = relay(several(1, 2, 3))) {
            consortium.split(1);
            alone.log.growTo(6);
            alone.until(
                    "a request of the one that is alone", () -> alone.relay().holds(6), null);
            relay.log.growTo(5);
            relay.untilFinal(null);
            alone.until(
                    "a word of the standstill",
                    () -> alone.relay()
                            .trouble()
                            .filter(trouble -> trouble.cause().startsWith("the chain stands still"))
                            .isPresent(),
                    null);
            assertFalse(alone.isAnchored());

            consortium.unite();
            alone.untilFinal(null);
            awaitBlock(1, relay);
            assertLodged(relay, 5L);
            assertLodged(alone, 6L);
        }
    }

    /// Its disk was replaced: it knows of no contract, and then of no head.
    @Test
    void aValidatorThatBeginsAnewIsUsedOnceItCaughtUp() throws Exception {
        try (var relay = relay(several(4, 1, 2))) {
            consortium.forget(4);
            relay.log.growTo(5);
            relay.untilFinal(null);
            var known = relay.relay().identity();
            var report = relay.ledger.nodes(known).getFirst();
            assertTrue(report.words().contains("has no contract"), report.toString());

            consortium.unite();
            awaitBlock(4, relay);
            relay.until("it is well", () -> relay.ledger.nodes(known).getFirst().isWell(), null);
            relay.log.growTo(9);
            relay.untilFinal(null);
            assertLodged(relay, 5L, 9L);
        }
    }

    private static EvmConfig several(int... validators) {
        return new EvmConfig(
                Arrays.stream(validators).mapToObj(consortium::node).toList(),
                consortium.config(1).confirmations(),
                Duration.ofSeconds(2),
                Optional.empty(),
                EvmConfig.STUCK_AFTER,
                EvmConfig.STALLED_AFTER);
    }

    private static void awaitBlock(int validator, EvmRelay relay) throws Exception {
        long height = relay.relay().newestFinal().orElseThrow().place().height();
        relay.until("the block at validator " + validator, () -> consortium.height(validator) >= height, null);
    }

    /// Somebody is voted in who has no node, so all four must seal, and is voted out again. The head's block is behind
    /// the first that names five: that one itself would need no bridge.
    @Test
    void headsAreProvedOverAChangeOfTheValidators() throws Exception {
        var stranger = EvmLedger.accountOf(SoftwareKey.secp256k1ForTests(62));
        try (var relay = relay(consortium.config(1))) {
            try {
                consortium.vote(stranger, true);
                relay.until(
                        "a block that names five validators",
                        () -> consortium.named().size() == 5,
                        null);
                relay.log.growTo(5);
                relay.untilFinal(null);
                assertLodged(relay, 5L);
                var first = relay.relay().firstFinalCovering(0).orElseThrow();
                assertEquals(
                        1, relay.relay().proof(first).orElseThrow().shared().size(), "a bridge");
            } finally { // with a fifth that has no node, no other test could have one of the four gone
                consortium.vote(stranger, false);
                relay.until("four validators", () -> consortium.validators().size() == 4, null);
            }
            relay.log.growTo(9);
            relay.untilFinal(null);
            assertLodged(relay, 5L, 9L);
        }
    }

    @Test
    void aProofHoldsForItsHeadAndItsValidatorsOnly() throws Exception {
        try (var relay = relay(consortium.config(1))) {
            relay.log.growTo(5);
            relay.untilFinal(null);
            assertLodged(relay, 5L);
            var head = relay.relay().newestFinal().orElseThrow();
            var proof = relay.relay().proof(head).orElseThrow();
            var proved =
                    assertInstanceOf(AnchorProofFinding.Proved.class, finding(relay, 5, head.root(), proof, GENESIS));
            assertTrue(
                    proved.steps().getLast().matches("sealed by [34] of 4 validators of the trust store"),
                    proved.toString());

            var strangers = List.of("11".repeat(20), "22".repeat(20), GENESIS.get(0), GENESIS.get(1));
            assertInstanceOf(AnchorProofFinding.Incomplete.class, finding(relay, 5, head.root(), proof, strangers));
            assertInstanceOf(AnchorProofFinding.Broken.class, finding(relay, 5, relay.log.root(4), proof, GENESIS));
        }
    }

    private static AnchorProofFinding finding(
            EvmRelay relay, long size, Hash root, AnchorProof proof, List<String> trusted) {
        var chain = (AnchorIdentity.Evm) relay.relay().identity().orElseThrow();
        return EvmProof.check(
                proof.bytes(),
                name -> proof.shared().stream()
                        .filter(part -> EvmProofs.sha256(part).equals(name))
                        .findFirst(),
                chain,
                relay.log.originId().value(),
                size,
                root,
                List.of(new EvmValidators(chain.chainId(), EvmValidators.Consensus.QBFT, trusted)));
    }

    /// These heads and no others, in this order and each once. What the relay keeps of them proves each to whoever
    /// trusts the validators of block 0, and a validator that the relay never asks confirms it.
    private static void assertLodged(EvmRelay relay, Long... sizes) throws Exception {
        assertEquals(List.of(sizes), lodged(relay));
        int stranger = stranger(relay);
        awaitBlock(stranger, relay);
        for (long size : sizes) {
            var head = relay.relay().firstFinalCovering(size - 1).orElseThrow();
            assertEquals(size, head.size());
            relay.until("a proof", () -> relay.relay().proof(head).isPresent(), null);
            var offline = provedAnchors(relay, head);
            assertEquals(1, offline.size(), offline::toString);
            var lodged = ": lodged by the contract in block " + head.place().height() + "; by this code; sealed by ";
            assertTrue(offline.getFirst().contains(lodged), offline::toString);
            var node = consortium.node(stranger).toString();
            var asked = provedAnchors(relay, head, "--node", node);
            assertEquals(2, asked.size(), asked::toString);
            assertTrue(asked.getLast().contains("checked against the node " + node), asked::toString);
            assertTrue(asked.getLast().contains(", the very block of the file's proof"), asked::toString);
        }
    }

    private static int stranger(EvmRelay relay) {
        return Arrays.stream(consortium.all())
                .filter(validator -> !relay.config.nodes().contains(consortium.node(validator)))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> provedAnchors(EvmRelay relay, FinalHead head, String... more) throws Exception {
        return ProvedAnchors.of(folder, relay, head, "qbft " + String.join(" ", GENESIS), more);
    }

    private static EvmRelay relay(EvmConfig config) throws IOException {
        return new EvmRelay(config, contract, ACCOUNT, POLL);
    }

    /// The sizes that the contract says it lodged for this log, in the order of the chain.
    private static List<Long> lodged(EvmRelay relay) throws IOException {
        var topics = List.of(
                Hex.of(Keccak.hash("Lodged(bytes32,uint64,bytes32)")),
                Hex.of(relay.log.originId().value().toBytes()));
        var filter = Map.of("address", contract.toString(), "fromBlock", "0x0", "topics", topics);
        var sizes = new ArrayList<Long>();
        for (var event : consortium.rpc(1).call("eth_getLogs", filter)) {
            sizes.add(Hex.small(event.path("data").asText().substring(0, 66)));
        }
        return sizes;
    }
}
