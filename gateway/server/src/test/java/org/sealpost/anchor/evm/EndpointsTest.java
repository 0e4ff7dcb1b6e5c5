package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.sealpost.anchor.Agreement;
import org.sealpost.anchor.AnchorState;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Finding;
import org.sealpost.merkle.Hash;

/// What becomes of a relay when one of several nodes is not what it should be.
class EndpointsTest {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(71);
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private static Anvil anvil;
    private static Address contract;

    private BentWire one;
    private BentWire other;

    @BeforeAll
    static void start() throws Exception {
        anvil = Anvil.start();
        contract = EvmRelay.deploy(anvil, ACCOUNT);
    }

    @AfterAll
    static void stop() {
        if (anvil != null) anvil.close();
    }

    @BeforeEach
    void open() throws Exception {
        one = new BentWire(anvil.url());
        other = new BentWire(anvil.url());
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    private static EvmConfig config(URI... nodes) {
        return new EvmConfig(
                List.of(nodes),
                OptionalInt.of(1),
                DEADLINE,
                Optional.empty(),
                EvmConfig.STUCK_AFTER,
                Duration.ofSeconds(1));
    }

    private EvmRelay relay() throws Exception {
        return EvmRelay.withoutProofs(config(one.url(), other.url()), contract, ACCOUNT);
    }

    /// By blocks that come between two steps and at no other time: else the second of two nodes may be asked a block
    /// later than the first, and be used, since it has come farther.
    private static void lodge(EvmRelay relay, long size) throws Exception {
        anvil.rpc().call("evm_setAutomine", false);
        try {
            relay.log.growTo(size);
            relay.untilFinal(anvil);
        } finally {
            anvil.rpc().call("evm_setAutomine", true);
        }
    }

    @Test
    void theFirstOfEqualsIsUsedAndTheOtherConfirmsOnly() throws Exception {
        try (var relay = relay()) {
            lodge(relay, 5);
            assertEquals(1, one.asked("eth_sendRawTransaction"));
            assertEquals(0, other.asked("eth_sendRawTransaction"));
            assertEquals(0, other.asked("eth_call"));
        }
    }

    /// To whoever asks it is half open: it costs its deadline once, and is then left alone for a while.
    @Test
    void aNodeThatNeverAnswersCostsItsDeadlineOnce() throws Exception {
        var third = new BentWire(anvil.url());
        try (third;
                var relay = EvmRelay.withoutProofs(config(one.url(), other.url(), third.url()), contract, ACCOUNT)) {
            lodge(relay, 5);
            one.isHalfOpen = true;
            int before = one.asked();
            lodge(relay, 7);
            lodge(relay, 9);
            assertEquals(before + 1, one.asked());
            assertEquals(2, other.asked("eth_sendRawTransaction"));
        }
    }

    /// Each answer is in time, and all that a look takes are not in that of one.
    @Test
    void nodesThatAreSlowAreLookedAtToTheEnd() {
        one.delay = Duration.ofMillis(1300);
        other.delay = Duration.ofMillis(1300);
        var config = new EvmConfig(
                List.of(one.url(), other.url()),
                OptionalInt.of(1),
                DEADLINE,
                Optional.empty(),
                EvmConfig.STUCK_AFTER,
                EvmConfig.STALLED_AFTER);
        try (var endpoints = new Endpoints(config, Optional.empty(), System::nanoTime)) {
            for (var look : endpoints.look(endpoints.all())) assertInstanceOf(Node.Look.Seen.class, look);
        }
    }

    /// Once it was looked at to the end, a move does not wait for all of its answers again; what it knows still counts.
    @Test
    void aSlowNodeCostsAMoveADeadlineAndConfirmsWhatIsFinal() throws Exception {
        var config = new EvmConfig(
                List.of(one.url(), other.url()),
                OptionalInt.of(1),
                Duration.ofSeconds(4),
                Optional.empty(),
                EvmConfig.STUCK_AFTER,
                EvmConfig.STALLED_AFTER);
        try (var endpoints = new Endpoints(config, Optional.empty(), System::nanoTime)) {
            other.delay = Duration.ofMillis(1500); // its four answers take six seconds
            endpoints.choose(Optional.empty());
            assertEquals(1, endpoints.others().size());
            anvil.mine(1);
            endpoints.choose(Optional.empty());
            assertEquals(List.of(), endpoints.others(), "it was not waited for");
            assertEquals(EvmConfig.name(one.url()), endpoints.used().name());
            var newest = endpoints.newest().place();
            assertEquals(Optional.empty(), endpoints.doubt(newest));
            other.othersFrom = 0;
            assertTrue(endpoints.doubt(newest).orElseThrow().contains("has another one"));
        }
    }

    @Test
    void theSameBytesGoToAnotherNodeWhereTheFirstLeavesOpenWhatBecomesOfThem() throws Exception {
        one.errors.put("eth_sendRawTransaction", "{\"code\":-32000,\"message\":\"try again later\"}");
        try (var relay = relay()) {
            lodge(relay, 5);
            assertEquals(1, one.asked("eth_sendRawTransaction"));
            assertEquals(1, other.asked("eth_sendRawTransaction"));
        }
    }

    /// It says that it has taken them, shows them as if they waited, and passes nothing on.
    @Test
    void whatTheFirstNodeKeepsToItselfIsOfferedToAllOnceItHasWaited() throws Exception {
        var config = config(one.url(), other.url())
                .withStuckAfter(Duration.ofSeconds(1))
                .withStalledAfter(Duration.ofMinutes(5));
        one.results.put("eth_sendRawTransaction", "\"0x" + "ab".repeat(32) + "\"");
        anvil.rpc().call("evm_setAutomine", false);
        try (var relay = EvmRelay.withoutProofs(config, contract, ACCOUNT)) {
            relay.log.growTo(5);
            relay.until("it is named", () -> hasTrouble(relay, "asked is node " + EvmConfig.name(one.url())), null);
            relay.until("it is offered", () -> other.asked("eth_sendRawTransaction") > 0, null);
            relay.untilFinal(anvil);
            assertEquals(Optional.empty(), relay.relay().trouble());
        } finally {
            anvil.rpc().call("evm_setAutomine", true);
        }
        long before = other.asked("eth_sendRawTransaction");
        one.results.put("eth_getTransactionByHash", "{}");
        try (var relay = EvmRelay.withoutProofs(config.withMaxFee(anvilPrice()), contract, ACCOUNT)) {
            relay.log.growTo(5);
            relay.until("it is offered", () -> other.asked("eth_sendRawTransaction") > before, null);
            one.results.clear();
            relay.untilFinal(anvil);
        }
    }

    /// Of the day, so that nothing dearer is made.
    private static BigInteger anvilPrice() throws Exception {
        return anvil.chain()
                .mustHave("latest")
                .baseFee()
                .orElseThrow()
                .multiply(BigInteger.TWO)
                .add(anvil.chain().tip().orElseThrow());
    }

    /// A height is a node's word, until it shows the block.
    @Test
    void aNodeThatHasAHigherBlockAndDoesNotShowItIsNotUsed() throws Exception {
        var newest = anvil.rpc().call("eth_getBlockByNumber", "latest", false);
        one.results.put(
                "eth_getBlockByNumber latest",
                ((ObjectNode) newest).put("number", "0xffffff").toString());
        try (var relay = relay()) {
            lodge(relay, 5);
            assertEquals(0, one.asked("eth_sendRawTransaction"));
            assertEquals(1, other.asked("eth_sendRawTransaction"));
        }
    }

    @Test
    void aNodeThatIsCatchingUpIsNotUsed() throws Exception {
        one.results.put("eth_syncing", "{\"currentBlock\":\"0x1\",\"highestBlock\":\"0x9\"}");
        try (var relay = EvmRelay.withoutProofs(config(one.url()), contract, ACCOUNT)) {
            relay.log.growTo(5);
            relay.step();
            assertTrue(
                    relay.setbacks().getFirst().contains("is still catching up, at block 1 of 9"),
                    String.valueOf(relay.relay().trouble()));
            assertEquals(0, one.asked("eth_sendRawTransaction"));
        }
        try (var relay = EvmRelay.withoutProofs(config(one.url(), other.url(), anvil.url()), contract, ACCOUNT)) {
            lodge(relay, 5);
            assertEquals(0, one.asked("eth_call"));
            assertEquals(1, other.asked("eth_sendRawTransaction"));
        }
    }

    /// A head that it has not heard of is not lost.
    @Test
    void aNodeThatIsBehindIsNotBelievedWhenTheOthersAreAway() throws Exception {
        var config = config(one.url(), other.url()).withStalledAfter(Duration.ofSeconds(20));
        try (var relay = EvmRelay.withoutProofs(config, contract, ACCOUNT)) {
            anvil.mine(1);
            one.newest = anvil.height() - 1;
            relay.log.growTo(5);
            relay.until("inclusion", relay::isAnchored, null);
            assertEquals(0, one.asked("eth_sendRawTransaction"));
            anvil.mine(2);
            for (int i = 0; i < 3; i++) relay.step();
            assertFalse(relay.isFinal(), "the one that is behind does not confirm it");

            other.isHalfOpen = true;
            relay.setbacks();
            relay.until(
                    "a setback",
                    () -> relay.setbacks().stream().anyMatch(cause -> cause.contains(" is behind: ")),
                    null);
            assertInstanceOf(AnchorState.Anchored.class, relay.relay().stateOf(4), "nothing was taken back");

            one.newest = Long.MAX_VALUE;
            other.isHalfOpen = false;
            relay.step();
            relay.until("the one that caught up is used", () -> relay.setbacks().isEmpty(), null);
            assertInstanceOf(AnchorState.Anchored.class, relay.relay().stateOf(4), "nobody confirms it yet");
        }
    }

    /// As one address behind which several nodes stand; though the chain may have been rolled back.
    @Test
    void aNodeThatFallsBehindItselfIsNotBelievedForAWhile() throws Exception {
        var config = config(one.url()).withStalledAfter(Duration.ofSeconds(20));
        var nanos = new AtomicLong();
        try (var endpoints = new Endpoints(config, Optional.empty(), nanos::get)) {
            anvil.mine(1);
            endpoints.choose(Optional.empty());
            long height = endpoints.newest().place().height();
            one.newest = height - 1;
            nanos.addAndGet(Duration.ofSeconds(19).toNanos());
            var behind = assertThrows(AnchorageSetback.class, () -> endpoints.choose(Optional.empty()));
            assertTrue(behind.getMessage().endsWith(" had " + height + " before"), behind.getMessage());
            one.newest = Long.MAX_VALUE;
            endpoints.choose(Optional.empty());
            one.newest = height - 1;
            nanos.addAndGet(Duration.ofSeconds(20).toNanos());
            endpoints.choose(Optional.empty());
            assertEquals(height - 1, endpoints.newest().place().height());
        }
    }

    /// A power cut takes the box and its node, which comes back some blocks behind and has no peers yet. It is
    /// not for ever: a development chain that is made anew from older data has the same genesis.
    @Test
    void aFinalHeadIsNotStruckOutByANodeThatCameBackBehind() throws Exception {
        var slow = config(one.url()).withStalledAfter(Duration.ofMinutes(5));
        try (var relay = EvmRelay.withoutProofs(slow, contract, ACCOUNT)) {
            lodge(relay, 5);
            long height = relay.relay().newestFinal().orElseThrow().place().height();
            one.newest = height - 1;
            relay.restart();
            relay.until(
                    "a setback",
                    () -> relay.setbacks().stream().anyMatch(cause -> cause.contains(" was final in block " + height)),
                    null);
            for (int i = 0; i < 5; i++) relay.step();
            assertFalse(
                    relay.entries().contains("RolledBack 0"), relay.entries().toString());
            one.newest = Long.MAX_VALUE;
            relay.until("it caught up", () -> relay.setbacks().isEmpty(), null);
            assertTrue(relay.isFinal());
        }
        try (var relay = EvmRelay.withoutProofs(config(one.url()), contract, ACCOUNT)) {
            lodge(relay, 5);
            one.newest = relay.relay().newestFinal().orElseThrow().place().height() - 1;
            relay.restart();
            relay.until("it is believed", () -> relay.entries().contains("RolledBack 0"), null);
        }
    }

    /// One that lies, or lost what the contract held, and has the highest block.
    @Test
    void thatAFinalHeadIsGoneOrElsewhereIsBelievedOnceASecondNodeSaysSo() throws Exception {
        try (var relay = relay()) {
            lodge(relay, 5);
            forgetAll(one);
            relay.until("doubt", () -> hasTrouble(relay, "the head of 5 entries is not there any more"), null);
            assertTrue(hasTrouble(relay, "and no other node says so: http://127.0.0.1:"));
            assertTrue(relay.isFinal());
            one.results.clear();
            String root = Hex.of(relay.log.root(5).toBytes()).substring(2);
            lie(one, "rootAt(bytes32,uint64)", root, word(1));
            relay.until("doubt", () -> hasTrouble(relay, "the head of 5 entries is in block 1 ("), null);
            assertFalse(
                    relay.entries().contains("RolledBack 0"), relay.entries().toString());
            one.results.clear();
            relay.until("it says as before", () -> relay.relay().trouble().isEmpty(), null);

            forgetAll(one);
            forgetAll(other);
            relay.until("both say so", () -> relay.entries().contains("RolledBack 0"), null);
        }
    }

    private static void forgetAll(BentWire node) {
        lie(node, "rootAt(bytes32,uint64)", word(0), word(0));
        lie(node, "newest(bytes32)", word(0), word(0), word(0));
    }

    private static boolean hasTrouble(EvmRelay relay, String words) {
        return relay.relay()
                .trouble()
                .filter(trouble -> trouble.cause().contains(words))
                .isPresent();
    }

    /// It tells in good faith of blocks that nobody else has.
    @Test
    void whatIsFinalByANodeInTheMinorityIsNotFinal() throws Exception {
        try (var relay = relay()) {
            relay.log.growTo(5);
            one.othersFrom = anvil.height() + 1;
            relay.until("inclusion", relay::isAnchored, null);
            anvil.mine(3);
            relay.until("doubt", () -> hasTrouble(relay, "no other node confirms it: "), null);
            assertFalse(relay.isFinal());
            var trouble = relay.relay().trouble().orElseThrow();
            assertTrue(trouble.cause().contains("has another one"), trouble.toString());
            one.othersFrom = Long.MAX_VALUE;
            relay.untilFinal(anvil);
            assertEquals(Optional.empty(), relay.relay().trouble());
        }
    }

    /// Either would end something for good.
    @Test
    void anotherRootOrALargerHeadIsBelievedOnceASecondNodeSaysSo() throws Exception {
        var root = Hash.of(Hex.bytes("0x" + "ee".repeat(32)));
        try (var relay = relay()) {
            lodge(relay, 5);
            relay.log.growTo(9);
            lie(one, "rootAt(bytes32,uint64)", "ee".repeat(32), word(1));
            relay.until("doubt", () -> hasTrouble(relay, "holds another root for 5 entries, "), null);
            assertTrue(hasTrouble(relay, "and no other node says so: http://127.0.0.1:"));
            assertEquals(Agreement.DOUBTED, relay.relay().agreement());
            var remedy = relay.relay().trouble().orElseThrow().remedy();
            assertTrue(remedy.startsWith("nothing is sealed, and records wait as captured, until it"), remedy);
            assertTrue(remedy.contains("came from a backup, or was copied, stop the gateway and look"), remedy);
            isDoubted(() -> find(relay, 9), "has nothing for 9 entries");
            lie(other, "rootAt(bytes32,uint64)", "ee".repeat(32), word(1));
            assertEquals(new Finding.Conflict(root), find(relay, 9));

            one.results.clear();
            other.results.clear();
            lie(one, "newest(bytes32)", word(20), "ee".repeat(32), word(1));
            isDoubted(() -> find(relay, 9), "has nothing for 20 entries");
            other.errors.put("eth_call", "{\"code\":-32000,\"message\":\"try again later\"}");
            isDoubted(() -> find(relay, 9), "does not tell: ");

            one.results.clear();
            other.errors.clear();
            relay.untilFinal(anvil);
        }
    }

    /// Whoever says it may be silent from then on, and the box without power.
    @Test
    void whatIsSaidAgainstTheLogStandsThoughTheNodeFailsAtTheNextQuestion() throws Exception {
        try (var relay = relay()) {
            lodge(relay, 5);
            relay.log.growTo(9);
            var told = toldByOneThatFailsThen(relay);
            assertTrue(told.getMessage().contains("and no other node says so: "), told.getMessage());
            assertTrue(told.tellsAnotherRoot());
        }
    }

    /// Another root, by a node that does not answer the question behind it.
    private AnchorageSetback toldByOneThatFailsThen(EvmRelay relay) {
        lie(one, "rootAt(bytes32,uint64)", "ee".repeat(32), word(1));
        one.afterwards.put(
                "eth_call " + Hex.of(Abi.selector("rootAt(bytes32,uint64)")),
                () -> one.errors.put("eth_getBlockByNumber latest", "{\"code\":-32005,\"message\":\"too many\"}"));
        return assertThrows(AnchorageSetback.class, () -> find(relay, 9));
    }

    /// That keeps nobody from contradicting it.
    @Test
    void whoSpeaksAgainstTheLogAndFailsAtTheNextQuestionIsOutvoted() throws Exception {
        try (var third = new BentWire(anvil.url());
                var relay = EvmRelay.withoutProofs(config(one.url(), other.url(), third.url()), contract, ACCOUNT)) {
            lodge(relay, 5);
            relay.log.growTo(9);
            var told = toldByOneThatFailsThen(relay);
            assertTrue(told.getMessage().contains("2 others have come as far, say otherwise"), told.getMessage());
            assertFalse(told.speaksAgainstTheLog());
        }
    }

    /// Two others have come as far: by the word of one alone nothing that is sealed would wait for ever.
    @Test
    void whoAloneSpeaksAgainstTheLogIsOutvotedByTwo() throws Exception {
        var third = new BentWire(anvil.url());
        try (third;
                var relay = EvmRelay.withoutProofs(config(one.url(), other.url(), third.url()), contract, ACCOUNT)) {
            lodge(relay, 5);
            long height = anvil.height();
            lie(one, "newest(bytes32)", word(20), "ee".repeat(32), word(height));
            one.results.put(
                    "eth_call " + Hex.of(ContractCalls.rootAt(relay.log.originId(), 20)),
                    "\"0x" + "ee".repeat(32) + word(height) + "\"");
            third.newest = height - 1;
            relay.restart();
            relay.until("doubt", () -> relay.relay().agreement() == Agreement.DOUBTED, null);
            relay.until("who disagrees", () -> hasTrouble(relay, "they disagree: another node has come as far"), null);
            for (int i = 0; i < 5; i++) relay.step();
            assertEquals(Agreement.DOUBTED, relay.relay().agreement(), "the third one has not come so far");

            third.newest = Long.MAX_VALUE;
            relay.until("it is outvoted", () -> relay.relay().agreement() == Agreement.AGREES, null);
            assertEquals(Optional.empty(), relay.relay().trouble());
            lodge(relay, 7);
        }
    }

    /// It may name one that nobody will ever come to.
    @Test
    void whoNamesABlockThatIsNotThereYetIsOutvoted() throws Exception {
        var third = new BentWire(anvil.url());
        try (third;
                var relay = EvmRelay.withoutProofs(config(one.url(), other.url(), third.url()), contract, ACCOUNT)) {
            lodge(relay, 5);
            long never = 1L << 60;
            lie(one, "newest(bytes32)", word(20), "ee".repeat(32), word(never));
            one.results.put(
                    "eth_call " + Hex.of(ContractCalls.rootAt(relay.log.originId(), 20)),
                    "\"0x" + "ee".repeat(32) + word(never) + "\"");
            third.newest = anvil.height() - 1;
            relay.restart();
            relay.until("who disagrees", () -> hasTrouble(relay, "they disagree: another node has come as far"), null);
            assertEquals(Agreement.DOUBTED, relay.relay().agreement());
            third.newest = Long.MAX_VALUE;
            relay.until("it is outvoted", () -> relay.relay().agreement() == Agreement.AGREES, null);
        }
    }

    /// And may show it. Of what is true in a chain, those who have made blocks since know.
    @Test
    void whoShowsABlockThatNobodyEverComesToIsOutvoted() throws Exception {
        var third = new BentWire(anvil.url());
        try (third;
                var relay = EvmRelay.withoutProofs(config(one.url(), other.url(), third.url()), contract, ACCOUNT)) {
            lodge(relay, 5);
            third.newest = anvil.height();
            long never = 1L << 60;
            tellAlone(relay, never);
            relay.restart();
            relay.until("doubt", () -> relay.relay().agreement() == Agreement.DOUBTED, null);
            relay.until("who disagrees", () -> hasTrouble(relay, "they disagree: another node has come"), anvil);
            for (int i = 0; i < 5; i++) relay.step();
            assertEquals(Agreement.DOUBTED, relay.relay().agreement(), "the third one has no block since");
            third.newest = Long.MAX_VALUE;
            relay.until("it is outvoted", () -> relay.relay().agreement() == Agreement.AGREES, anvil);
            assertEquals(Optional.empty(), relay.relay().trouble());
            lodge(relay, 7);
        }
    }

    /// To the block that it names now nobody has come, whenever it is asked.
    @Test
    void whoIsAlwaysABlockAheadIsOutvoted() throws Exception {
        var third = new BentWire(anvil.url());
        try (third;
                var relay = EvmRelay.withoutProofs(config(one.url(), other.url(), third.url()), contract, ACCOUNT)) {
            lodge(relay, 5);
            var ahead = new AtomicLong(anvil.height() + 1000);
            tellAlone(relay, ahead.get());
            relay.restart();
            relay.until("doubt", () -> relay.relay().agreement() == Agreement.DOUBTED, null);
            relay.until(
                    "it is outvoted",
                    () -> {
                        tellAlone(relay, ahead.incrementAndGet());
                        return relay.relay().agreement() == Agreement.AGREES;
                    },
                    anvil);
            lodge(relay, 7);
        }
    }

    /// What it says now is in a block that they have not come to, and of what it said before they say the same.
    @Test
    void whoIsABlockAheadOfTheOthersIsNotOutvotedForWhatIsTrue() throws Exception {
        var third = new BentWire(anvil.url());
        try (third;
                var relay = EvmRelay.withoutProofs(config(one.url(), other.url(), third.url()), contract, ACCOUNT)) {
            lodge(relay, 5);
            relay.restart();
            long size = 20;
            long begun = System.nanoTime();
            // Four times stalled-after: by then it was long enough ago that it was heard first, and again.
            while (System.nanoTime() - begun < Duration.ofSeconds(4).toNanos()) {
                for (var node : List.of(other, third)) {
                    if (size > 20) hold(node, relay, size, anvil.height());
                }
                anvil.mine(1);
                long height = anvil.height();
                other.newest = height - 1;
                third.newest = height - 1;
                size++;
                hold(one, relay, size, height);
                lie(one, "newest(bytes32)", word(size), "ee".repeat(32), word(height));
                long told = one.asked("eth_call");
                relay.until("it is asked", () -> one.asked("eth_call") > told + 3, null);
                assertEquals(Agreement.DOUBTED, relay.relay().agreement());
            }
            for (var node : List.of(other, third)) {
                hold(node, relay, size, anvil.height());
                node.newest = Long.MAX_VALUE;
            }
            relay.until("it is believed", () -> relay.relay().agreement() == Agreement.CONTRADICTS, anvil);
        }
    }

    /// A head that this log does not have.
    private static void hold(BentWire node, EvmRelay relay, long size, long height) {
        node.results.put(
                "eth_call " + Hex.of(ContractCalls.rootAt(relay.log.originId(), size)),
                "\"0x" + "ee".repeat(32) + word(height) + "\"");
    }

    /// The first node has a head of 20 entries in a block, which is its newest, and shows that.
    private void tellAlone(EvmRelay relay, long height) throws Exception {
        var block = (ObjectNode) anvil.rpc().call("eth_getBlockByNumber", "latest", false);
        var shown = block.put("number", Hex.quantity(height))
                .put("hash", "0x" + String.format("%064x", height))
                .toString();
        one.results.put("eth_getBlockByNumber " + Hex.quantity(height - 1), shown);
        one.results.put("eth_getBlockByNumber " + Hex.quantity(height), shown);
        one.results.put("eth_getBlockByNumber latest", shown);
        lie(one, "rootAt(bytes32,uint64)", word(0), word(0));
        lie(one, "newest(bytes32)", word(20), "ee".repeat(32), word(height));
        one.results.put(
                "eth_call " + Hex.of(ContractCalls.rootAt(relay.log.originId(), 20)),
                "\"0x" + "ee".repeat(32) + word(height) + "\"");
    }

    private static Finding find(EvmRelay relay, long size) throws AnchorageSetback {
        return relay.ledger.find(relay.log.originId(), size, relay.log.root(size));
    }

    private static void isDoubted(Executable question, String words) {
        var setback = assertThrows(AnchorageSetback.class, question);
        assertTrue(setback.getMessage().contains(words), setback.getMessage());
    }

    private static void lie(BentWire node, String question, String... words) {
        node.results.put("eth_call " + Hex.of(Abi.selector(question)), "\"0x" + String.join("", words) + "\"");
    }

    private static String word(long number) {
        return String.format("%064x", number);
    }

    @Test
    void aNodeOfAnotherChainIsToldAndNotUsed() throws Exception {
        try (var relay = relay()) {
            other.results.put(
                    "eth_getBlockByNumber 0x0",
                    anvil.rpc()
                            .call("eth_getBlockByNumber", "0x0", false)
                            .toString()
                            .replaceFirst("\"hash\":\"0x..", "\"hash\":\"0xab"));
            var ledger = relay.ledger;
            var mixed = assertThrows(AnchorageSetback.class, ledger::identity);
            assertTrue(mixed.getMessage().contains("not of one chain"), mixed.getMessage());

            var right = EvmLedger.open(config(one.url()), contract, ACCOUNT);
            Optional<AnchorIdentity> known = Optional.of(right.identity());
            right.close();
            assertEquals(known.get(), ledger.identity(known));
            var reports = ledger.nodes(known);
            assertTrue(reports.getFirst().isWell(), reports.toString());
            assertFalse(reports.getLast().isWell());
            assertTrue(reports.getLast().words().contains("of another chain"), reports.toString());

            // The right one is away: nobody says that the chain is another one now.
            one.isHalfOpen = true;
            var away = assertThrows(AnchorageSetback.class, () -> ledger.identity(known));
            assertTrue(away.getMessage().startsWith("no node of "), away.getMessage());
        }
    }

    @Test
    void eachNodeIsReported() throws Exception {
        var third = new BentWire(anvil.url());
        var ledger = EvmLedger.open(config(one.url(), other.url(), third.url()), contract, ACCOUNT);
        try (third;
                ledger) {
            anvil.mine(2);
            other.othersFrom = anvil.height() - 1;
            other.newest = anvil.height() - 1;
            third.isHalfOpen = true;
            var reports = ledger.nodes(Optional.empty());
            assertEquals(EvmConfig.name(one.url()), reports.getFirst().name());
            assertTrue(
                    reports.getFirst()
                            .words()
                            .matches("evm chain 31337.*, block [0-9]+ of .*, -?[0-9]+ s ago, told in" + " [0-9]+ ms.*"),
                    reports.toString());
            assertTrue(reports.get(0).isWell());
            assertTrue(reports.get(1).words().contains("one of them is cut off"), reports.toString());
            assertTrue(reports.get(2).words().contains("within " + DEADLINE.toMillis() + " ms"), reports.toString());
            assertInstanceOf(AnchorageHealth.Good.class, ledger.health());
        }
    }

    /// What one of two says alone is final nowhere.
    @Test
    void whereFewerThanTwoOfSeveralNodesAnswerHealthIsBad() throws Exception {
        try (var ledger = EvmLedger.open(config(one.url(), other.url()), contract, ACCOUNT)) {
            assertInstanceOf(AnchorageHealth.Good.class, ledger.health());
            other.isHalfOpen = true;
            var bad = assertInstanceOf(AnchorageHealth.Bad.class, ledger.health());
            var words = "heads are not final until two of urls are well and of one chain: of 2, 1 is";
            assertEquals(words, bad.cause());
            assertEquals(Node.ASK_NODE, bad.remedy());
            other.isHalfOpen = false;
            other.results.put("eth_syncing", "{\"currentBlock\":\"0x1\",\"highestBlock\":\"0x9\"}");
            assertEquals(
                    words,
                    assertInstanceOf(AnchorageHealth.Bad.class, ledger.health()).cause());
        }
    }

    /// No word of a stalled chain while nothing is under way: some make blocks for transactions only.
    @Test
    void aChainThatStandsStillIsCalledSoWhileSomethingWaits() throws Exception {
        try (var relay = EvmRelay.withoutProofs(config(one.url()), contract, ACCOUNT)) {
            lodge(relay, 5);
            anvil.rpc().call("evm_setAutomine", false);
            relay.log.growTo(7);
            var words = "the chain stands still: the newest block of node http://127.0.0.1:";
            relay.until("a word of it", () -> hasTrouble(relay, words), null);
            var trouble = relay.relay().trouble().orElseThrow();
            assertTrue(trouble.cause().startsWith(words), trouble.cause());
            assertTrue(trouble.remedy().contains("validators"));
            anvil.rpc().call("evm_setAutomine", true);
            relay.untilFinal(anvil);
            assertEquals(Optional.empty(), relay.relay().trouble());
        } finally {
            anvil.rpc().call("evm_setAutomine", true);
        }
    }

    @Test
    void aChainWithoutAFinalizedBlockNeedsConfirmations() throws Exception {
        var asked = new EvmConfig(one.url(), OptionalInt.empty(), DEADLINE);
        for (var said : List.of(
                "{\"code\":-32602,\"message\":\"invalid argument 0: hex string without 0x prefix\"}",
                "{\"code\":-32000,\"message\":\"finalized block not found\"}")) {
            one.errors.put("eth_getBlockByNumber finalized", said);
            refusesToLodge(asked);
        }
        one.errors.clear();
        one.results.put("eth_getBlockByNumber finalized", "null");
        refusesToLodge(asked);
    }

    private void refusesToLodge(EvmConfig asked) throws Exception {
        try (var relay = EvmRelay.withoutProofs(asked, contract, ACCOUNT)) {
            relay.log.growTo(5);
            relay.step();
            var trouble = relay.relay().trouble().orElseThrow();
            assertEquals("set confirmations; 0 on QBFT and IBFT", trouble.remedy());
            assertTrue(trouble.urgent(), "it does not pass by itself");
            assertEquals(0, one.asked("eth_sendRawTransaction"));
            var health = assertInstanceOf(AnchorageHealth.Bad.class, relay.ledger.health());
            assertEquals(trouble.remedy(), health.remedy());
        }
    }
}
