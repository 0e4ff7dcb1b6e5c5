package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.evm.Anvil;
import org.sealpost.anchor.evm.EvmConfig;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.hsm.Installed;
import org.sealpost.hsm.SoftHsm;

/// DESIGN §4: a box whose whole data directory came back from a backup signs nothing over what it has forgotten, once a
/// ledger says so.
@Timeout(300)
class RestoredBoxIT {
    @TempDir
    private Path folder;

    @Test
    void aRestoredBoxTakesRecordsAndSealsNone() throws Exception {
        try (var anvil = Anvil.start()) {
            var config = box(anvil);
            lodgeBackUpAndRestore(config);

            long sealed;
            try (var box = RunningGateway.start(config)) {
                long taken = box.record("after the restore".getBytes(StandardCharsets.UTF_8), "key-3");
                Await.until(
                        "the sealer says why it does not seal",
                        () -> box.trouble("sealer")
                                .filter(part -> part.required("cause").asText().contains("since evm holds"))
                                .isPresent());
                var part = box.trouble("sealer").orElseThrow();
                assertTrue(part.required("remedy").asText().contains("captured"), part::toString);
                var relay = box.trouble("relay evm").orElseThrow();
                assertTrue(relay.required("cause").asText().contains("restored from an older copy"), relay::toString);
                assertTrue(relay.required("remedy").asText().contains("sealpost origin succeed"), relay::toString);
                assertTrue(RunningGateway.text(box.get("/v1/records/" + taken)).contains("\"captured\""));
                sealed = box.sealedSize();
                assertTrue(sealed <= taken);
            }
            try (var box = RunningGateway.start(config)) {
                Await.until(
                        "the sealer says so after a start, too",
                        () -> box.trouble("sealer").isPresent());
                assertEquals(sealed, box.sealedSize());
            }

            // A backup from before the ledger was added.
            Trees.delete(config.data());
            Trees.copy(folder.resolve("backup"), config.data());
            Trees.delete(config.data().resolve("anchors-evm"));
            try (var box = RunningGateway.start(config)) {
                Await.until(
                        "the sealer says so though its relay knows of no lodging",
                        () -> box.trouble("sealer").isPresent());
                var part = box.trouble("sealer").orElseThrow();
                assertTrue(part.required("cause").asText().contains("since evm"), part::toString);
            }
        }
    }

    /// It takes connections and never answers, so nobody else tells: the box seals as without a network, says so, and
    /// stops as soon as it is told.
    @Test
    void aNodeThatIsHalfOpenIsWaitedForThoughNotForEver() throws Exception {
        try (var anvil = Anvil.start()) {
            var config = box(anvil);
            lodgeBackUpAndRestore(config);
            long restored = RelayOnDisk.sealedSize(config.data());
            anvil.signal("STOP");
            long begun = System.nanoTime();
            try (var box = RunningGateway.start(config)) {
                long taken = box.record("while it is silent".getBytes(StandardCharsets.UTF_8), "key-3");
                Await.until(
                        "it seals though nobody answers",
                        HistoryGuard.PATIENCE_WHILE_ASKED.multipliedBy(2),
                        () -> box.sealedSize() > restored);
                var waited = Duration.ofNanos(System.nanoTime() - begun);
                assertTrue(waited.compareTo(HistoryGuard.PATIENCE) >= 0, waited::toString);
                Await.until("its seal covers the record", () -> box.sealedSize() > taken);
                var said = part(box, "sealer").required("cause").asText();
                assertTrue(said.contains("no ledger answered since the start") && said.contains("not yet: evm"), said);

                anvil.signal("CONT");
                Await.until("the sealer is told", () -> box.trouble("sealer").isPresent());
                assertSealsNothing(box);
            } finally {
                anvil.signal("CONT");
            }
        }
    }

    /// The node in front takes longer than an ordinary question may, and the one behind it tells.
    @Test
    void theNodeBehindOneThatIsHalfOpenIsHeardFirst() throws Exception {
        try (var anvil = Anvil.start();
                var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            lodgeBackUpAndRestore(box(anvil));
            var both = List.of(URI.create("http://127.0.0.1:" + silent.getLocalPort()), anvil.url());
            var deadline = HistoryGuard.PATIENCE.plusSeconds(2);
            var chain = new EvmConfig(
                    both,
                    OptionalInt.of(0),
                    deadline,
                    Optional.empty(),
                    EvmConfig.STUCK_AFTER,
                    EvmConfig.STALLED_AFTER);
            var config = RunningGateway.config(
                    folder, RunningGateway.softToken(folder), IntakeConfig.defaults(), Optional.of(chain));
            long restored = RelayOnDisk.sealedSize(config.data());
            long begun = System.nanoTime();
            try (var box = RunningGateway.start(config)) {
                box.record("meanwhile".getBytes(StandardCharsets.UTF_8), "key-3");
                Await.until("the sealer is told", () -> box.trouble("sealer").isPresent());
                assertTrue(System.nanoTime() - begun >= deadline.toNanos(), "it was waited for");
                assertEquals(restored, box.sealedSize(), "nothing was sealed before");
                assertSealsNothing(box);
            }
        }
    }

    /// A ledger that came after the log began is asked with a key of the token, so while that is away nobody is. What
    /// it would have told is heard before the first seal all the same.
    @Test
    void aTokenThatComesLateSealsNothingBeforeTheLedgerIsAsked() throws Exception {
        try (var anvil = Anvil.start()) {
            var far = FarToken.start(folder);
            try (var server = far.server()) {
                var before = RunningGateway.config(folder, far.settings(), IntakeConfig.defaults(), Optional.empty());
                try (var box = RunningGateway.start(before)) {
                    box.awaitEvidence(box.record("before the ledger".getBytes(StandardCharsets.UTF_8), "key-1"));
                }
                var config = RunningGateway.config(
                        folder, far.settings(), IntakeConfig.defaults(), Optional.of(anvil.config(0)));
                TokenSetup.initialise(config);
                RunningGateway.fund(config, anvil);
                lodgeBackUpAndRestore(config);
                long restored = RelayOnDisk.sealedSize(config.data());
                server.kill();
                long begun = System.nanoTime();
                try (var box = RunningGateway.start(config)) {
                    box.record("without the token".getBytes(StandardCharsets.UTF_8), "key-4");
                    var away = HistoryGuard.PATIENCE.plusSeconds(2);
                    Await.until("it was away for long", () -> System.nanoTime() - begun > away.toNanos());
                    assertTrue(box.trouble("token").isPresent());
                    assertEquals("", part(box, "sealer").path("cause").asText(), "it waits");
                    server.restart();
                    Await.until(
                            "the sealer is told", () -> box.trouble("sealer").isPresent());
                    assertEquals(restored, box.sealedSize(), "nothing was sealed before");
                    assertSealsNothing(box);
                }
            }
        }
    }

    private static void assertSealsNothing(RunningGateway box) throws Exception {
        var part = box.trouble("sealer").orElseThrow();
        assertTrue(part.required("cause").asText().contains("since evm"), part::toString);
        long sealed = box.sealedSize();
        long taken = box.record("behind it".getBytes(StandardCharsets.UTF_8), "key-5");
        assertTrue(RunningGateway.text(box.get("/v1/records/" + taken)).contains("\"captured\""));
        assertEquals(sealed, box.sealedSize());
    }

    private static JsonNode part(RunningGateway box, String name) throws Exception {
        for (var part : RunningGateway.json(box.get("/readyz")).required("parts"))
            if (part.required("name").asText().equals(name)) return part;
        throw new AssertionError("/readyz does not know " + name);
    }

    private GatewayConfig box(Anvil anvil) throws Exception {
        Installed.require(SoftHsm.module().isPresent(), "SoftHSM2 is not installed (package softhsm2)");
        SoftHsm.create(folder.resolve("hsm"));
        var config = RunningGateway.config(
                folder, RunningGateway.softToken(folder), IntakeConfig.defaults(), Optional.of(anvil.config(0)));
        TokenSetup.initialise(config);
        RunningGateway.fund(config, anvil);
        return config;
    }

    private void lodgeBackUpAndRestore(GatewayConfig config) throws Exception {
        lodgeOne(config, "gate-in");
        Trees.copy(config.data(), folder.resolve("backup"));
        lodgeOne(config, "gate-out");
        Trees.delete(config.data());
        Trees.copy(folder.resolve("backup"), config.data());
    }

    private static void lodgeOne(GatewayConfig config, String record) throws Exception {
        try (var box = RunningGateway.start(config)) {
            long index = box.record(record.getBytes(StandardCharsets.UTF_8), record);
            Await.until(
                    record + " is final",
                    () -> RunningGateway.text(box.get("/v1/records/" + index)).contains("\"final\""));
        }
    }
}
