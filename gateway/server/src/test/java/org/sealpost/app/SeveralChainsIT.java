package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.evm.Anvil;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.hsm.InsecureKeyFile;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;

/// A box that lodges on two chains under names of its owner's choosing, rarely, and what is urgent at once. The account
/// on one of them has its key in a file, which the box says where people look, and which alarms nobody.
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
            fund(config, customs, port);
            // Again it makes nothing, and what is there stays.
            byte[] key = Files.readAllBytes(folder.resolve("port-2.pem"));
            assertEquals(List.of(), TokenSetup.initialise(config));
            assertArrayEquals(key, Files.readAllBytes(folder.resolve("port-2.pem")));
            List<String> warnings = new CopyOnWriteArrayList<>();
            var listener = InsecureSoftwareIT.listener(warnings);
            Logger.getLogger("").addHandler(listener);
            // A verb that another test ran in this process has silenced it.
            var tokens = Logger.getLogger("org.sealpost.hsm");
            tokens.setLevel(null);
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
                saysThatAKeyIsInAFile(box, config, warnings);
            } finally {
                Logger.getLogger("").removeHandler(listener);
            }
            for (var name : NAMES) assertTrue(Files.isRegularFile(folder.resolve(name + "-contract")));
        }
    }

    private void saysThatAKeyIsInAFile(RunningGateway box, GatewayConfig config, List<String> warnings)
            throws Exception {
        var file = folder.resolve("port-2.pem").toString();
        assertEquals(
                1,
                warnings.stream()
                        .filter(line -> line.contains(file) && line.contains("INSECURE"))
                        .count(),
                warnings::toString);
        var ready = box.get("/readyz");
        assertEquals(200, ready.statusCode(), () -> RunningGateway.text(ready));
        var causes = new ArrayList<String>();
        for (var part : RunningGateway.json(ready).required("parts")) {
            if (part.required("name").asText().equals("account port-2")) {
                assertTrue(part.required("well").asBoolean());
                causes.add(part.required("cause").asText());
            }
        }
        assertEquals(List.of(config.accountFiles().getFirst().warning()), causes);
        var home = RunningGateway.text(
                box.send(HttpRequest.newBuilder(box.url("/")).header("Cookie", InsecureSoftwareIT.login(box))));
        assertEquals(1, home.split("Account key in a file", -1).length - 1, home);
        var listed = AnchorStatus.answer(config, Optional.empty(), Optional.empty(), Optional.empty());
        assertEquals(
                1,
                listed.lines().stream()
                        .filter(line -> line.contains(AccountKey.IN_A_FILE + ", " + file))
                        .count(),
                listed::toString);
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
                account-key-file = "port-2.pem"
                confirmations = 0
                max-age = "1h"
                min-pause = "100ms"
                """.formatted(customs.url(), port.url())));
    }

    private static void fund(GatewayConfig config, Anvil customs, Anvil port) throws Exception {
        assertEquals(List.of("customs"), config.accountKeys(), "the genesis names those in the token");
        try (var token = config.token().open()) {
            customs.fund(EvmLedger.accountOf(token.key(KeySpec.unpinned("customs", KeyKind.SECP256K1))));
        }
        var file = config.accountFiles().getFirst().file();
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        port.fund(EvmLedger.accountOf(InsecureKeyFile.open(file, KeyKind.SECP256K1)));
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
