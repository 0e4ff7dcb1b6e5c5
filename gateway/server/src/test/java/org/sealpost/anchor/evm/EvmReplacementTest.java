package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.anchor.evm.Transaction.DynamicFee;
import org.sealpost.journal.FaultyDisk;

/// A transaction that a real node does not include, since the base fee rose above what it offers.
class EvmReplacementTest {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(72);

    private static EvmConfig config(URI node) {
        return new EvmConfig(node, OptionalInt.of(0), Duration.ofSeconds(5)).withStuckAfter(Duration.ofSeconds(3));
    }

    @Test
    void aStuckTransactionIsSentDearerAtItsNonceAndLandsOnce() throws Exception {
        try (var anvil = Anvil.start();
                var wire = new BentWire(anvil.url());
                var relay = EvmRelay.withoutProofs(config(wire.url()), EvmRelay.deploy(anvil, ACCOUNT), ACCOUNT)) {
            anvil.rpc().call("evm_setAutomine", false);
            relay.log.growTo(5);
            relay.until("a request in the pool", () -> wire.sent().size() == 1, null);
            var first = Transaction.parse(Hex.bytes(wire.sent().getFirst())).transaction();
            raiseBaseFee(anvil, first.fee().most().add(BigInteger.ONE));
            relay.until("a dearer one", () -> Set.copyOf(wire.sent()).size() == 2, null);
            int sent = wire.sent().size();
            var second = Transaction.parse(Hex.bytes(wire.sent().getLast())).transaction();
            assertEquals(first.nonce(), second.nonce());
            assertEquals(Hex.of(first.input()), Hex.of(second.input()));
            assertEquals(first.gas(), second.gas());
            var before = assertInstanceOf(DynamicFee.class, first.fee());
            var after = assertInstanceOf(DynamicFee.class, second.fee());
            assertTrue(isAnEighthMore(before.tip(), after.tip()), after.toString());
            assertTrue(isAnEighthMore(before.most(), after.most()), after.toString());

            relay.reopen(); // the row is known from the journals
            relay.step();
            relay.step();
            assertEquals(sent, wire.sent().size(), "it waits for the dearer one");
            relay.untilFinal(anvil);
            assertEquals(1, anvil.lodgings(second.to()));
            assertEquals(first.nonce() + 1, anvil.chain().nonce(EvmLedger.accountOf(ACCOUNT), anvil.height()));
            assertEquals(Optional.empty(), relay.relay().trouble());

            anvil.rpc().call("evm_setAutomine", true);
            relay.log.growTo(9);
            relay.untilFinal(anvil);
            assertEquals(sent + 1, wire.sent().size());
        }
    }

    /// The owner's word is above the chain's: it says so, and goes on once the price has fallen.
    @Test
    void aTransactionThatWouldBeTooDearWaitsInWords() throws Exception {
        try (var anvil = Anvil.start()) {
            var contract = EvmRelay.deploy(anvil, ACCOUNT);
            var now =
                    new Fees(Optional.empty()).now(anvil.chain(), anvil.chain().mustHave("latest"));
            try (var relay = EvmRelay.withoutProofs(config(anvil.url()).withMaxFee(now.most()), contract, ACCOUNT)) {
                anvil.rpc().call("evm_setAutomine", false);
                relay.log.growTo(5);
                relay.until("a request in the pool", () -> pooled(anvil) == 1, null);
                // It offers all that it may, and costs less now: there is nothing to wait for but its block.
                relay.until(
                        "a word of it",
                        () -> relay.relay()
                                .trouble()
                                .filter(trouble -> trouble.cause().contains(" is above max-fee; asked is node "))
                                .isPresent(),
                        null);
                assertEquals(List.of(), relay.setbacks());
                raiseBaseFee(anvil, now.most().shiftLeft(1));
                relay.until(
                        "the setback",
                        () -> relay.relay()
                                .trouble()
                                .filter(trouble -> trouble.cause().startsWith("dearer than max-fee: "))
                                .isPresent(),
                        null);
                anvil.rpc().call("anvil_setNextBlockBaseFeePerGas", Hex.quantity(BigInteger.ONE));
                relay.untilFinal(anvil);
                assertEquals(1, anvil.lodgings(contract));
            }
        }
    }

    /// By what pools say, nobody has it, and whoever waits waits for ever: it is made anew at its nonce, for
    /// what it takes now. Also where gas has no price.
    @Test
    void whatIsRefusedForItsOwnGasOrFeeIsMadeAnew() throws Exception {
        try (var anvil = Anvil.start("--gas-price", "0", "--hardfork", "berlin");
                var wire = new BentWire(anvil.url())) {
            var contract = anvil.create(AnchorCode.PLAIN.creation());
            try (var relay = EvmRelay.withoutProofs(config(wire.url()), contract, ACCOUNT)) {
                wire.errors.put("eth_sendRawTransaction", "{\"code\":-32000,\"message\":\"exceeds block gas limit\"}");
                relay.log.growTo(5);
                relay.until("a request", () -> !wire.sent().isEmpty(), null);
                long gas = Transaction.parse(Hex.bytes(wire.sent().getFirst()))
                        .transaction()
                        .gas();
                anvil.rpc().call("evm_setBlockGasLimit", Hex.quantity(gas - 1));
                anvil.mine(1);
                relay.until("another one", () -> Set.copyOf(wire.sent()).size() == 2, null);
                var second = Transaction.parse(Hex.bytes(wire.sent().getLast())).transaction();
                assertEquals(0, second.nonce());
                assertEquals(gas - 1, second.gas());
                wire.errors.clear();
                relay.untilFinal(anvil);
                assertEquals(1, anvil.lodgings(contract));
            }
        }
    }

    @Test
    void whatIsAboveANodesCapIsOfferedAtThePriceOfNow() throws Exception {
        try (var anvil = Anvil.start();
                var wire = new BentWire(anvil.url())) {
            var contract = EvmRelay.deploy(anvil, ACCOUNT);
            try (var relay = EvmRelay.withoutProofs(config(wire.url()), contract, ACCOUNT)) {
                relay.log.growTo(5);
                raiseBaseFee(anvil, new BigInteger("1000000000000"));
                var ready = assertInstanceOf(
                        Preparation.Ready.class, relay.ledger.prepare(relay.log.head(5), 0, List.of()));
                var cap = "tx fee (3.31 ether) exceeds the configured cap (1.00 ether)";
                wire.errors.put("eth_sendRawTransaction", "{\"code\":-32000,\"message\":\"" + cap + "\"}");
                assertEquals(
                        new SubmitOutcome.Unknown("eth_sendRawTransaction: " + cap + " (-32000)"),
                        relay.ledger.submit(ready.request()));
                raiseBaseFee(anvil, new BigInteger("1000000000001"));
                var same = assertInstanceOf(Preparation.Refused.class, relay.ledger.replace(ready.request()));
                assertTrue(same.reason().contains("offer no less"), same.reason());
                anvil.rpc().call("anvil_setNextBlockBaseFeePerGas", Hex.quantity(BigInteger.ONE));
                anvil.mine(1);
                var anew = assertInstanceOf(Preparation.Ready.class, relay.ledger.replace(ready.request()));
                wire.errors.clear();
                assertInstanceOf(SubmitOutcome.Accepted.class, relay.ledger.submit(anew.request()));
                // A pool has it: more is what helps.
                var dearer = assertInstanceOf(Preparation.Ready.class, relay.ledger.replace(anew.request()));
                assertTrue(isAnEighthMore(most(anew), most(dearer)));
            }
        }
    }

    /// A release that knows no dearer requests, or a box whose journal of them was lost: the one that is out lands.
    @Test
    void withoutTheJournalTheDearerOneIsFoundByItsHead() throws Exception {
        try (var anvil = Anvil.start();
                var relay = EvmRelay.withoutProofs(config(anvil.url()), EvmRelay.deploy(anvil, ACCOUNT), ACCOUNT)) {
            anvil.rpc().call("evm_setAutomine", false);
            relay.log.growTo(5);
            relay.until("a request in the pool", () -> pooled(anvil) == 1, null);
            String first = pooledHash(anvil);
            raiseBaseFee(anvil, new BigInteger("1000000000000"));
            relay.until(
                    "a dearer one in its place",
                    () -> pooled(anvil) == 1 && !pooledHash(anvil).equals(first),
                    null);
            String second = pooledHash(anvil);
            relay.replaced = new FaultyDisk();
            relay.reopen();
            for (int i = 0; i < 3; i++) relay.step();
            assertEquals(second, pooledHash(anvil), "the first one is refused as too cheap");
            relay.untilFinal(anvil);
            assertEquals(
                    1,
                    Hex.small(anvil.rpc()
                            .text(
                                    "eth_getTransactionCount",
                                    EvmLedger.accountOf(ACCOUNT).toString(),
                                    "latest")));
        }
    }

    @Test
    void whatIsNotOursOrHasNoPriceIsNotReplaced() throws Exception {
        try (var anvil = Anvil.start("--gas-price", "0", "--hardfork", "berlin")) {
            var contract = EvmRelay.deploy(anvil, ACCOUNT);
            try (var relay = EvmRelay.withoutProofs(config(anvil.url()), contract, ACCOUNT)) {
                relay.log.growTo(5);
                var head = relay.log.head(5);
                var ready = assertInstanceOf(Preparation.Ready.class, relay.ledger.prepare(head, 0, List.of()));
                var refused = assertInstanceOf(Preparation.Refused.class, relay.ledger.replace(ready.request()));
                assertTrue(refused.reason().contains("gas has no price"), refused.reason());
                var stranger = EvmLedger.open(config(anvil.url()), contract, SoftwareKey.secp256k1ForTests(73));
                var other = assertInstanceOf(Preparation.Refused.class, stranger.replace(ready.request()));
                assertTrue(other.reason().contains("of another account"), other.reason());
                stranger.close();
            }
        }
    }

    private static BigInteger most(Preparation.Ready made) throws Exception {
        return Transaction.parse(made.request().bytes()).transaction().fee().most();
    }

    private static boolean isAnEighthMore(BigInteger before, BigInteger after) {
        return after.multiply(BigInteger.valueOf(8)).compareTo(before.multiply(BigInteger.valueOf(9))) >= 0;
    }

    /// From the next block on, which has nothing in it.
    private static void raiseBaseFee(Anvil anvil, BigInteger to) throws Exception {
        anvil.rpc().call("anvil_setNextBlockBaseFeePerGas", Hex.quantity(to));
        anvil.mine(1);
    }

    private static long pooled(Anvil anvil) throws Exception {
        var status = anvil.rpc().call("txpool_status");
        return Hex.small(status.get("pending").asText())
                + Hex.small(status.get("queued").asText());
    }

    /// Of the one transaction in the pool.
    private static String pooledHash(Anvil anvil) throws Exception {
        var found = new ArrayList<String>();
        for (var where : anvil.rpc().call("txpool_content")) {
            for (var account : where)
                account.forEach(transaction -> found.add(transaction.get("hash").asText()));
        }
        assertEquals(1, found.size(), found.toString());
        return found.getFirst();
    }
}
