package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.lodging.Finding;

/// What real nodes do to a relay, beyond what happens to every kind ([AnvilTortureTest]).
class EvmFaultsTest {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(2);

    @Test
    void aPoolThatIsLostGetsTheSameBytesAgain() throws Exception {
        try (var anvil = Anvil.start();
                var relay = new EvmRelay(anvil, EvmRelay.deploy(anvil, ACCOUNT), ACCOUNT)) {
            anvil.rpc().call("evm_setAutomine", false);
            relay.log.growTo(7);
            var request = ready(relay);
            assertInstanceOf(RequestState.Unknown.class, relay.ledger.status(request));
            assertInstanceOf(SubmitOutcome.Accepted.class, relay.ledger.submit(request));
            assertInstanceOf(RequestState.Pooled.class, relay.ledger.status(request));
            assertInstanceOf(SubmitOutcome.AlreadyKnown.class, relay.ledger.submit(request));
            anvil.rpc().call("anvil_dropAllTransactions");
            assertInstanceOf(RequestState.Unknown.class, relay.ledger.status(request));
            assertInstanceOf(SubmitOutcome.Accepted.class, relay.ledger.submit(request));
            anvil.mine(1);
            assertInstanceOf(RequestState.Included.class, relay.ledger.status(request));
            anvil.mine(2);
            assertInstanceOf(RequestState.Final.class, relay.ledger.status(request));
        }
    }

    @Test
    void whatANodeSaysOfItsTypeIsNotThatItHasIt() throws Exception {
        try (var anvil = Anvil.start();
                var wire = new BentWire(anvil.url());
                var relay = EvmRelay.withoutProofs(
                        new EvmConfig(wire.url(), OptionalInt.of(2), Duration.ofSeconds(5)),
                        EvmRelay.deploy(anvil, ACCOUNT),
                        ACCOUNT)) {
            relay.log.growTo(7);
            var request = ready(relay);
            for (var known : List.of("Known transaction", "known transaction: 0x12", "already known")) {
                says(wire, known);
                assertInstanceOf(SubmitOutcome.AlreadyKnown.class, relay.ledger.submit(request), known);
            }
            says(wire, "unknown transaction type 0x2");
            assertInstanceOf(SubmitOutcome.Unknown.class, relay.ledger.submit(request));
        }
    }

    private static void says(BentWire node, String message) {
        node.errors.put("eth_sendRawTransaction", "{\"code\":-32000,\"message\":\"" + message + "\"}");
    }

    @Test
    void aRequestWhoseNonceIsUsedCannotLandOnceThatIsFinal() throws Exception {
        try (var anvil = Anvil.start();
                var relay = new EvmRelay(anvil, EvmRelay.deploy(anvil, ACCOUNT), ACCOUNT)) {
            relay.log.growTo(7);
            var loser = ready(relay);
            relay.log.growTo(9);
            var winner = ready(relay);
            assertEquals(loser.nonce(), winner.nonce());
            assertInstanceOf(SubmitOutcome.Accepted.class, relay.ledger.submit(winner));
            awaitReceipt(anvil, winner);
            assertInstanceOf(RequestState.Included.class, relay.ledger.status(winner));
            assertInstanceOf(SubmitOutcome.Unknown.class, relay.ledger.submit(loser));
            assertInstanceOf(RequestState.Unknown.class, relay.ledger.status(loser), "the winner may be taken back");
            anvil.mine(2);
            assertInstanceOf(RequestState.CannotLand.class, relay.ledger.status(loser));
        }
    }

    /// More blocks make something final than a node keeps the state of: what it still knows has to do.
    @Test
    void aNodeThatForgotHowManyWereSentHoldsUpNothing() throws Exception {
        try (var anvil = Anvil.start();
                var wire = new BentWire(anvil.url())) {
            var config = new EvmConfig(wire.url(), OptionalInt.of(4), Duration.ofSeconds(5));
            try (var relay = EvmRelay.withoutProofs(config, EvmRelay.deploy(anvil, ACCOUNT), ACCOUNT)) {
                wire.keepsState = 2;
                anvil.mine(4);
                relay.log.growTo(7);
                var loser = ready(relay);
                assertInstanceOf(RequestState.Unknown.class, relay.ledger.status(loser));
                anvil.rpc().call("evm_setAutomine", false);
                assertInstanceOf(SubmitOutcome.Accepted.class, relay.ledger.submit(loser));
                var winner = assertInstanceOf(Preparation.Ready.class, relay.ledger.replace(loser))
                        .request();
                assertInstanceOf(SubmitOutcome.Accepted.class, relay.ledger.submit(winner));
                anvil.mine(1);
                assertInstanceOf(RequestState.Included.class, relay.ledger.status(winner));
                assertInstanceOf(RequestState.Unknown.class, relay.ledger.status(loser), "it may be taken back");
                anvil.rpc().call("anvil_reorg", 1, List.of());
                anvil.mine(4);
                assertInstanceOf(RequestState.Unknown.class, relay.ledger.status(loser), "and was");

                assertInstanceOf(SubmitOutcome.Accepted.class, relay.ledger.submit(winner));
                anvil.mine(1);
                assertInstanceOf(RequestState.Unknown.class, relay.ledger.status(loser));
                anvil.mine(3);
                assertInstanceOf(RequestState.Unknown.class, relay.ledger.status(loser));
                anvil.mine(1);
                assertInstanceOf(RequestState.CannotLand.class, relay.ledger.status(loser));
                assertInstanceOf(RequestState.Final.class, relay.ledger.status(winner));
            }
        }
    }

    /// Of a row the request in the first's place landed: later heads are lodged all the same.
    @Test
    void headsGoOnBehindARowWhereTheNodeForgotTheState() throws Exception {
        try (var anvil = Anvil.start();
                var wire = new BentWire(anvil.url())) {
            wire.keepsState = 2;
            var config = new EvmConfig(wire.url(), OptionalInt.of(4), Duration.ofSeconds(5))
                    .withStuckAfter(Duration.ofSeconds(1));
            try (var relay = EvmRelay.withoutProofs(config, EvmRelay.deploy(anvil, ACCOUNT), ACCOUNT)) {
                anvil.mine(4);
                anvil.rpc().call("evm_setAutomine", false);
                relay.log.growTo(5);
                relay.until("a dearer one", () -> Set.copyOf(wire.sent()).size() == 2, null);
                relay.untilFinal(anvil);
                anvil.rpc().call("evm_setAutomine", true);
                relay.log.growTo(9);
                relay.untilFinal(anvil);
                assertEquals(Set.of(5L, 9L), lodged(anvil));
            }
        }
    }

    /// What is under way was signed behind a transaction that the chain then forgets: a pool would keep it for ever,
    /// waiting for somebody to fill the gap.
    @Test
    void aRequestBehindAForgottenTransactionIsMadeAnew() throws Exception {
        try (var anvil = Anvil.start();
                var relay = new EvmRelay(anvil, EvmRelay.deploy(anvil, ACCOUNT), ACCOUNT)) {
            relay.log.growTo(5);
            relay.untilFinal(anvil);
            String before = anvil.rpc().text("evm_snapshot");
            relay.log.growTo(7);
            relay.untilFinal(anvil);
            anvil.rpc().call("evm_setAutomine", false);
            relay.log.growTo(9);
            relay.until("a request in the pool", () -> pooled(anvil, "pending") == 1, null);

            anvil.rpc().call("evm_revert", before);
            anvil.rpc().call("evm_setAutomine", true);
            relay.untilFinal(anvil);
            assertEquals(Set.of(5L, 9L), lodged(anvil));

            // The old request may land after all, when its turn has come; it finds its head there and changes nothing.
            for (long size = 11; size < 17; size += 2) {
                relay.log.growTo(size);
                relay.untilFinal(anvil);
            }
            assertEquals(0, pooled(anvil, "queued"));
            assertEquals(Set.of(5L, 9L, 11L, 13L, 15L), lodged(anvil));
        }
    }

    @Test
    void anAccountWithoutFundsIsNamedBeforeAnythingIsSent() throws Exception {
        var poor = SoftwareKey.secp256k1ForTests(44);
        try (var anvil = Anvil.start();
                var relay = new EvmRelay(anvil, EvmRelay.deploy(anvil, ACCOUNT), poor)) {
            relay.log.growTo(5);
            relay.until("setback", () -> relay.relay().trouble().isPresent(), null);
            var trouble = relay.relay().trouble().orElseThrow();
            String account = EvmLedger.accountOf(poor).toString();
            assertTrue(trouble.remedy().contains(account) || trouble.cause().contains("funds"), trouble.toString());
            anvil.fund(EvmLedger.accountOf(poor));
            relay.untilFinal(anvil);
        }
    }

    /// The head is set aside; a later one may need less.
    @Test
    void aHeadThatNoBlockHasRoomForIsRefused() throws Exception {
        try (var anvil = Anvil.start();
                var relay = new EvmRelay(anvil, EvmRelay.deploy(anvil, ACCOUNT), ACCOUNT)) {
            relay.log.growTo(7);
            anvil.rpc().call("evm_setBlockGasLimit", "0x186a0"); // 100,000
            anvil.mine(1);
            var refused =
                    assertInstanceOf(Preparation.Refused.class, relay.ledger.prepare(relay.log.head(7), 0, List.of()));
            assertTrue(refused.reason().contains("no room for it, it has 100000 gas"), refused.reason());
        }
    }

    @Test
    void whatIsNotTheContractIsRefusedByName() throws Exception {
        try (var anvil = Anvil.start()) {
            var nowhere = EvmLedger.open(anvil.config(0), Address.parse("0x" + "12".repeat(20)), ACCOUNT);
            var absent = assertThrows(AnchorageSetback.class, nowhere::identity);
            assertTrue(String.valueOf(absent.getMessage()).contains("no contract at 0x1212"), absent.getMessage());
            // Code that returns itself: a contract, but not ours.
            var stranger = anvil.create(Hex.bytes("0x600a600c600039600a6000f3602a60805260206080f3"));
            var other = EvmLedger.open(anvil.config(0), stranger, ACCOUNT);
            var refused = assertThrows(AnchorageSetback.class, other::identity);
            assertTrue(String.valueOf(refused.getMessage()).contains("has code"), refused.getMessage());
            assertInstanceOf(AnchorageHealth.Bad.class, other.health());
        }
    }

    @Test
    void theChainsOwnFinalizedBlockDecidesWhereNoNumberIsConfigured() throws Exception {
        try (var anvil = Anvil.start("--slots-in-an-epoch", "1")) {
            var contract = EvmRelay.deploy(anvil, ACCOUNT);
            var config = anvil.config(0);
            var ledger = EvmLedger.open(
                    new EvmConfig(anvil.url(), OptionalInt.empty(), config.deadline()), contract, ACCOUNT);
            try (var relay = new EvmRelay(anvil, contract, ACCOUNT)) {
                relay.log.growTo(5);
                var request = ready(relay);
                ledger.submit(request);
                awaitReceipt(anvil, request);
                assertFalse(((Finding.Present) find(ledger, relay)).isFinal());
                anvil.mine(4);
                assertTrue(((Finding.Present) find(ledger, relay)).isFinal());
            }
            ledger.close();
        }
    }

    @Test
    void transactionsFromBeforeEip1559AreUnderstood() throws Exception {
        try (var anvil = Anvil.start()) {
            var account = new Account(ACCOUNT);
            anvil.fund(account.address());
            var fee = new Transaction.LegacyFee(Hex.number(anvil.rpc().text("eth_gasPrice")));
            byte[] creation = AnchorCode.PRECOMPILED.creation();
            var legacy = new Transaction(anvil.chain().chainId(), 0, fee, 6_000_000, null, creation);
            byte[] raw = legacy.signed(account.sign(legacy.digest()));
            anvil.chain().send(raw);
            var receipt = anvil.awaitReceipt(Hex.of(Keccak.hash(raw)));
            assertEquals(account.address().toString(), receipt.get("from").asText());
            assertEquals(
                    Address.created(account.address(), 0).toString(),
                    receipt.get("contractAddress").asText());
            assertEquals("0x0", receipt.get("type").asText());
        }
    }

    /// @param where `pending`: could be included now; `queued`: waits for a transaction with the nonce before
    private static long pooled(Anvil anvil, String where) throws Exception {
        return Hex.small(anvil.rpc().call("txpool_status").get(where).asText());
    }

    private static void awaitReceipt(Anvil anvil, SignedRequest request) throws Exception {
        anvil.awaitReceipt(Hex.of(request.id().toBytes()));
    }

    private static Finding find(EvmLedger ledger, EvmRelay relay) throws AnchorageSetback {
        var head = relay.log.head(relay.log.size());
        return ledger.find(head.originId(), head.size(), head.root());
    }

    private static SignedRequest ready(EvmRelay relay) throws AnchorageSetback {
        var head = relay.log.head(relay.log.size());
        return assertInstanceOf(Preparation.Ready.class, relay.ledger.prepare(head, 0, List.of()))
                .request();
    }

    /// The sizes in the chain's events; fails if one is there twice.
    private static Set<Long> lodged(Anvil anvil) throws Exception {
        var sizes = new TreeSet<Long>();
        for (var event : anvil.rpc().call("eth_getLogs", Map.of("fromBlock", "0x0"))) {
            long size = Long.parseLong(event.get("data").asText().substring(2, 66), 16);
            assertTrue(sizes.add(size), "size " + size + " was lodged twice");
        }
        return sizes;
    }
}
