package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.SubmitOutcome;

/// A log whose sealing key is replaced goes on on the chain, as far as a contract can follow it.
class EvmRotationTest {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(6);
    private static final SoftwareKey COURIER = SoftwareKey.secp256k1ForTests(16);

    @Test
    void headsGoOnBehindHandOvers() throws Exception {
        try (var anvil = Anvil.start()) {
            var contract = EvmRelay.deploy(anvil, ACCOUNT);
            try (var relay = new EvmRelay(anvil, contract, ACCOUNT)) {
                relay.log.growTo(5);
                relay.untilFinal(anvil);
                relay.log.handOver(501).growTo(9);
                relay.untilFinal(anvil);
                relay.log.handOver(502).handOver(503);
                relay.step();
                relay.reopen();
                relay.untilFinal(anvil);
                relay.log.growTo(15);
                relay.untilFinal(anvil);
                assertEquals(List.of(5L, 9L, 11L, 15L), anvil.lodgedSizes(contract.bytes()));
            }
        }
    }

    /// Whoever brings a head brings its hand-overs: they are not brought a second time.
    @Test
    void handOversThatSomebodyElseBroughtAreTakenAsTheyAre() throws Exception {
        try (var anvil = Anvil.start()) {
            var contract = EvmRelay.deploy(anvil, ACCOUNT);
            anvil.fund(EvmLedger.accountOf(COURIER));
            try (var relay = new EvmRelay(anvil, contract, ACCOUNT);
                    var courier = EvmLedger.open(anvil.config(2), contract, COURIER)) {
                relay.log.growTo(3).handOver(504).growTo(6);
                var request =
                        assertInstanceOf(Preparation.Ready.class, courier.prepare(relay.log.head(6), 0, List.of()));
                assertInstanceOf(SubmitOutcome.Accepted.class, courier.submit(request.request()));
                anvil.mine(3);
                relay.log.growTo(8);
                relay.untilFinal(anvil);
                relay.log.handOver(505).growTo(10);
                relay.untilFinal(anvil);
                assertEquals(List.of(6L, 8L, 10L), anvil.lodgedSizes(contract.bytes()));
            }
        }
    }

    /// A courier brings the hand-over between the question how many the contract knows and the request's trial.
    @Test
    void aHandOverThatComesMeanwhileIsNoReasonToSetTheHeadAside() throws Exception {
        var log = new SignedLog("race/log", 560).growTo(3).handOver(561).growTo(8);
        try (var anvil = Anvil.start()) {
            var contract = EvmRelay.deploy(anvil, ACCOUNT);
            anvil.fund(EvmLedger.accountOf(COURIER));
            try (var courier = EvmLedger.open(anvil.config(0), contract, COURIER);
                    var between = new Between(anvil.url(), "eth_estimateGas", () -> {
                        var brought =
                                assertInstanceOf(Preparation.Ready.class, courier.prepare(log.head(6), 0, List.of()));
                        courier.submit(brought.request());
                        anvil.awaitReceipt(Hex.of(brought.request().id().toBytes()));
                    });
                    var ledger = EvmLedger.open(between.config(), contract, ACCOUNT)) {
                var setback = assertThrows(AnchorageSetback.class, () -> ledger.prepare(log.head(8), 0, List.of()));
                assertTrue(String.valueOf(setback.getMessage()).contains("meanwhile"), setback.getMessage());
                assertInstanceOf(Preparation.Ready.class, ledger.prepare(log.head(8), 6, log.consistency(6, 8)));
            }
        }
    }

    /// Stands between a ledger and its node; does something before the first call of one method goes on.
    private static final class Between implements AutoCloseable {
        interface Deed {
            void done() throws Exception;
        }

        private final HttpServer server;
        private final HttpClient client = HttpClient.newHttpClient();
        private final AtomicBoolean isDone = new AtomicBoolean();

        Between(URI node, String method, Deed deed) throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                byte[] question = exchange.getRequestBody().readAllBytes();
                boolean isMeant = new String(question, StandardCharsets.UTF_8).contains(method);
                try {
                    if (isMeant && isDone.compareAndSet(false, true)) deed.done();
                    var asked = HttpRequest.newBuilder(node)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(question))
                            .build();
                    byte[] answer = client.send(asked, HttpResponse.BodyHandlers.ofByteArray())
                            .body();
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                } catch (Exception e) {
                    throw new IOException(e);
                } finally {
                    exchange.close();
                }
            });
            server.start();
        }

        EvmConfig config() {
            var node = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
            return new EvmConfig(node, OptionalInt.of(0), Duration.ofSeconds(20));
        }

        @Override
        public void close() {
            server.stop(0);
            client.close();
        }
    }

    @Test
    void anAnswerThatIsNoListOfHandOversIsAnErrorOfTheNode() throws IOException {
        String genesis = "11".repeat(32);
        String at64 = "%064x".formatted(64);
        assertEquals(0, ContractCalls.hopsAnswer(Hex.bytes("0x" + genesis + at64 + "%064x".formatted(0))));
        assertEquals(
                2, ContractCalls.hopsAnswer(Hex.bytes("0x" + genesis + at64 + "%064x%064x%064x".formatted(2, 5, 9))));
        for (String wrong : List.of(
                "",
                genesis,
                genesis + at64,
                genesis + at64 + "%064x".formatted(1),
                genesis + at64 + "%064x%064x".formatted(0, 5),
                genesis + "%064x%064x".formatted(32, 0),
                genesis + at64 + "%064x".formatted(257) + "00".repeat(257 * 32),
                genesis + at64 + "ff".repeat(32),
                genesis + at64 + "%064x".formatted(0x7fffffffL * 2))) {
            assertThrows(IOException.class, () -> ContractCalls.hopsAnswer(Hex.bytes("0x" + wrong)), wrong);
        }
    }

    @Test
    void anOriginThatJoinsBehindManyHandOversGoesByTheHeadsBetween() throws Exception {
        try (var anvil = Anvil.start()) {
            var contract = EvmRelay.deploy(anvil, ACCOUNT);
            try (var relay = new EvmRelay(anvil, contract, ACCOUNT)) {
                relay.log.growTo(3);
                for (int i = 0; i < 40; i++) relay.log.handOver(550 + i).growTo(relay.log.size() + 2);
                relay.untilFinal(anvil);
                var handOvers = relay.log.handOverIndexes();
                assertEquals(
                        List.of(handOvers.get(16), handOvers.get(32), relay.log.size()),
                        anvil.lodgedSizes(contract.bytes()),
                        "each with sixteen at most");
            }
        }
    }

    /// Where a log was thinned by a release that kept none of them.
    @Test
    void moreThanSixteenHandOversWithoutAHeadBetweenAreSetAside() throws Exception {
        try (var anvil = Anvil.start();
                var relay = new EvmRelay(anvil, EvmRelay.deploy(anvil, ACCOUNT), ACCOUNT)) {
            relay.log.growTo(3);
            for (int i = 0; i < 16; i++) relay.log.handOver(510 + i);
            relay.untilFinal(anvil);
            long held = relay.log.size();
            for (int i = 0; i < 17; i++) relay.log.handOver(530 + i);
            for (long size = held + 1; size < relay.log.size(); size++) relay.log.thin(size);
            untilTrouble(relay, "17 hand-overs lie between what this ledger holds and the next head that is kept");
        }
    }

    @Test
    void aLogGoesNoFurtherThanTheKeyThatWasLost() throws Exception {
        try (var anvil = Anvil.start()) {
            var contract = EvmRelay.deploy(anvil, ACCOUNT);
            try (var relay = new EvmRelay(anvil, contract, ACCOUNT)) {
                relay.log.growTo(5);
                relay.untilFinal(anvil);
                relay.log.breakTo(550).growTo(8);
                untilTrouble(relay, "its sealing key was lost; this ledger follows hand-overs only");
                assertEquals(List.of(5L), anvil.lodgedSizes(contract.bytes()));
            }
        }
    }

    private static void untilTrouble(EvmRelay relay, String cause) throws Exception {
        relay.until(
                cause,
                () -> relay.relay()
                        .trouble()
                        .filter(trouble -> trouble.cause().contains(cause))
                        .isPresent(),
                null);
    }
}
