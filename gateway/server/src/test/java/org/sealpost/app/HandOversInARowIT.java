package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.Token;
import org.sealpost.lodging.LodgingRules;
import org.sealpost.record.HandOver;
import org.sealpost.seal.Rotation;

/// A log that is handed over again and again while its gateway is stopped. Its keys are in files, which proves nothing
/// and is quick.
@Timeout(120)
class HandOversInARowIT {
    private static final Duration SETTLING = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    /// A ledger follows so many with one head, and no head is made of a gateway that is stopped. So the next one waits
    /// for a head, or no ledger could ever follow.
    @Test
    void oneMoreThanALedgerFollowsWaitsForAHead() throws Exception {
        var file = Files.writeString(folder.resolve("sealpost.toml"), """
                data = "data"
                [clients]
                file = "clients"
                [http]
                port = 0
                [mqtt]
                port = 0
                [journal]
                segment-size = "16MiB"
                [token]
                driver = "insecure-software"
                folder = "keys"
                label = "laptop"
                """);
        var config = GatewayConfig.read(file);
        TokenSetup.initialise(config);
        commission(config);
        handOver(config, LodgingRules.MAX_HOPS - 1);
        rotate(file, config).done();

        long size = entries(config);
        var refused = rotate(file, config).refused(HsmCommand.LATER);
        assertTrue(
                refused.contains("handed over 16 times since a head") && refused.contains("start the gateway"),
                refused);
        assertEquals(size, entries(config), "nothing was written");

        startUntilACheckpointHas(config, size);
        rotate(file, config).done();
    }

    private static void startUntilACheckpointHas(GatewayConfig config, long size) throws Exception {
        try (var box = RunningGateway.start(config)) {
            Await.until("a checkpoint of the last hand-over", () -> {
                var checkpoint = box.get("/log/checkpoint");
                return checkpoint.statusCode() == 200
                        && Long.parseLong(RunningGateway.text(checkpoint)
                                        .lines()
                                        .toList()
                                        .get(1))
                                >= size;
            });
        }
    }

    private static Token ready(GatewayConfig config) throws Exception {
        var token = config.token().open();
        assertTrue(token.settle(SETTLING).isReady());
        return token;
    }

    /// As the first start does it.
    private static void commission(GatewayConfig config) throws Exception {
        try (var token = ready(config)) {
            LogParts.open(config, token, KernelClock.open(config.discipline()), LogParts.reserve(config))
                    .close();
        }
    }

    /// As the command does it, with the token opened once.
    private static void handOver(GatewayConfig config, int times) throws Exception {
        try (var token = ready(config);
                var log = StoppedLog.open(config);
                var handOvers = LoggedKeys.open(log.data())) {
            var identity = log.keys().identity();
            var old = token.key(KeySpec.unpinned(log.keys().sealKey(), KeyKind.P256));
            for (int i = 0; i < times; i++) {
                var key = token.generate("seal-" + (i + 2), KeyKind.P256);
                var order = new Rotation.Order(key, token.description(), HandOver.Reason.PLANNED, List.of());
                identity = new Rotation(
                                identity, log.entries(), handOvers, KernelClock.open(config.discipline()), SETTLING)
                        .run(Optional.of(old), order);
                old = key;
            }
        }
    }

    private static Said rotate(Path file, GatewayConfig config) throws Exception {
        String fingerprint;
        try (var log = StoppedLog.open(config)) {
            fingerprint = log.keys().identity().keys().last().thumbprint().hex();
        }
        return Said.by("hsm", "rotate", "--json", "--config", file.toString(), "--confirm", fingerprint);
    }

    private static long entries(GatewayConfig config) throws Exception {
        try (var log = StoppedLog.open(config)) {
            return log.entries().size();
        }
    }
}
