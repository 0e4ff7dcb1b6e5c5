package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.evm.Anvil;
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
        Installed.require(SoftHsm.module().isPresent(), "SoftHSM2 is not installed (package softhsm2)");
        try (var anvil = Anvil.start()) {
            SoftHsm.create(folder.resolve("hsm"));
            var config = RunningGateway.config(
                    folder, RunningGateway.softToken(folder), IntakeConfig.defaults(), Optional.of(anvil.config(0)));
            TokenSetup.initialise(config);
            RunningGateway.fund(config, anvil);
            lodgeOne(config, "gate-in");
            Trees.copy(config.data(), folder.resolve("backup"));
            lodgeOne(config, "gate-out");
            Trees.delete(config.data());
            Trees.copy(folder.resolve("backup"), config.data());

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

    private static void lodgeOne(GatewayConfig config, String record) throws Exception {
        try (var box = RunningGateway.start(config)) {
            long index = box.record(record.getBytes(StandardCharsets.UTF_8), record);
            Await.until(
                    record + " is final",
                    () -> RunningGateway.text(box.get("/v1/records/" + index)).contains("\"final\""));
        }
    }
}
