package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.evm.Anvil;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;

/// A box that lodges on two chains under names of its owner's choosing, rarely, and what is urgent at once.
@Timeout(120)
class SeveralChainsIT {
    private static final List<String> NAMES = List.of("customs", "port-2");

    @TempDir
    private Path folder;

    @Test
    void eachHasItsAccountItsContractAndItsHeads() throws Exception {
        try (var customs = Anvil.start();
                var port = Anvil.start()) {
            var config = config(customs, port);
            TokenSetup.initialise(config);
            fund(config, List.of(customs, port));
            try (var box = RunningGateway.start(config)) {
                box.record(json("gate-in"), "key-1");
                for (var name : NAMES) Await.until(name + " is reached", () -> finalSize(box, name) > 0);
                long quiet = box.record(json("gate-out"), "key-2");
                var answer = box.send(box.request("/v1/records", RunningGateway.CRANE)
                        .header("Idempotency-Key", "key-3")
                        .header("Content-Type", "application/json")
                        .header("Sealpost-Profile", "alarm")
                        .POST(BodyPublishers.ofByteArray(json("fire"))));
                assertEquals(201, answer.statusCode(), () -> RunningGateway.text(answer));
                long alarm = RunningGateway.json(answer).required("index").asLong();
                assertTrue(alarm > quiet);
                for (var name : NAMES) {
                    Await.until("the alarm is final on " + name, () -> finalSize(box, name) > alarm);
                }
                var proved = RunningGateway.verify(box.awaitEvidence(alarm), box.trust(), AnchorCheck.OFFLINE);
                var anchors = proved.evidence().heads().stream()
                        .flatMap(head -> head.anchors().stream())
                        .toList();
                assertEquals(2, anchors.size());
                assertNotEquals(anchors.getFirst().identity(), anchors.getLast().identity());
            }
            for (var name : NAMES) assertTrue(Files.isRegularFile(folder.resolve(name + "-contract")));
        }
    }

    private GatewayConfig config(Anvil customs, Anvil port) throws Exception {
        return GatewayConfig.read(
                Files.writeString(folder.resolve("sealpost.toml"), """
                data = "data"
                [http]
                port = 0
                [mqtt]
                port = 0
                [clients]
                file = "clients"
                [token]
                driver = "insecure-software"
                folder = "keys"
                label = "laptop"
                [profile.alarm]
                anchor = "at-once"
                [anchorage.customs]
                kind = "evm"
                urls = ["%s"]
                contract = "customs-contract"
                confirmations = 0
                max-age = "1h"
                min-pause = "100ms"
                [anchorage.port-2]
                kind = "evm"
                urls = ["%s"]
                contract = "port-2-contract"
                account-key = "second"
                confirmations = 0
                max-age = "1h"
                min-pause = "100ms"
                """.formatted(customs.url(), port.url())));
    }

    private static void fund(GatewayConfig config, List<Anvil> chains) throws Exception {
        assertEquals(List.of("customs", "second"), config.accountKeys());
        try (var token = config.token().open()) {
            for (int i = 0; i < chains.size(); i++) {
                var key = token.key(KeySpec.unpinned(config.accountKeys().get(i), KeyKind.SECP256K1));
                chains.get(i).fund(EvmLedger.accountOf(key));
            }
        }
    }

    private static byte[] json(String event) {
        return ("{\"event\":\"" + event + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    private static long finalSize(RunningGateway box, String name) throws Exception {
        var prefix = "sealpost_anchor_final_size{anchorage=\"" + name + "\"} ";
        return RunningGateway.text(box.get("/metrics"))
                .lines()
                .filter(line -> line.startsWith(prefix))
                .mapToLong(line -> Long.parseLong(line.substring(prefix.length())))
                .findFirst()
                .orElseThrow();
    }
}
