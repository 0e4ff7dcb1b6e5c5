package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.evm.Anvil;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.command.VerifyCommand;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.EntryEncoder;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;

/// A box whose sealing key is replaced by `sealpost hsm rotate`: what it recorded before and afterwards is proved
/// by one trust file, to our verifier and to the second one, and to whoever knows the old key only.
@Timeout(600)
class RotationIT {
    private static final Path PYTHON_VERIFIER = Path.of("gateway/verifier/src/test/vectors/verify-evidence.py");

    @TempDir
    Path folder;

    private Path config;

    private record Ended(int status, String output) {
        JsonNode json() throws Exception {
            return new JsonMapper().readTree(output);
        }
    }

    @BeforeEach
    void boxWithATokenOfItsOwn() throws Exception {
        assumeTrue(SoftHsm.module().isPresent(), "SoftHSM is not installed");
        SoftHsm.create(folder.resolve("hsm"));
        config = folder.resolve("sealpost.toml");
        configure("checkpoint-key = \"checkpoint\"");
        TokenSetup.initialise(GatewayConfig.read(config));
    }

    @Test
    void whatWasRecordedBeforeAndAfterwardsIsProvedByOneTrustFile() throws Exception {
        Path oldTrust;
        Path before;
        long first;
        try (var box = start()) {
            first = box.record(json("before"), "before");
            before = write("before.evidence", anchored(box, first));
            oldTrust = trust("old", box.trustFile());
            assertEquals(HsmCommand.LATER, rotate("--confirm", keyInForce(box)).status(), "the gateway runs");
        }

        for (var wrong : List.of(
                "00".repeat(8), " ".repeat(16), lastFingerprint(oldTrust).substring(0, 15) + " ")) {
            var refused = rotate("--confirm", wrong);
            assertEquals(HsmCommand.REFUSED, refused.status(), "\"" + wrong + "\": " + refused.output());
            assertTrue(refused.output().contains("nothing was changed"), refused.output());
        }
        configure("""
                checkpoint-key = "checkpoint"
                [anchorage.consortium]
                kind = "fabric"
                peers = ["127.0.0.1:1"]
                ca-file = "peers.pem"
                channel = "anchors"
                msp = "Org1MSP"
                identity-certificate = "box.pem"
                identity-key = "seal-2\"""");
        var unasked = rotate("--confirm", lastFingerprint(oldTrust));
        assertEquals(HsmCommand.LATER, unasked.status(), unasked.output());
        assertTrue(unasked.output().contains("what consortium holds of this log is not known"), unasked.output());
        var shared = rotate("--unasked", "--confirm", lastFingerprint(oldTrust));
        assertEquals(HsmCommand.REFUSED, shared.status(), shared.output());
        assertTrue(shared.output().contains("\"seal-2\" is the identity-key of an anchorage"), shared.output());
        configure("checkpoint-key = \"checkpoint\"");
        var done = rotate(
                "--json",
                "--confirm",
                lastFingerprint(oldTrust),
                "--request",
                folder.resolve("new.csr").toString());
        assertEquals(HsmCommand.DONE, done.status(), done.output());
        assertEquals("seal-2", done.json().required("name").asText());
        assertTrue(Files.readString(folder.resolve("new.csr")).startsWith("-----BEGIN CERTIFICATE REQUEST-----"));
        var again = rotate("--confirm", lastFingerprint(oldTrust));
        assertEquals(HsmCommand.REFUSED, again.status(), "the same again replaces nothing: " + again.output());

        try (var box = start()) {
            long later = box.record(json("after"), "after");
            proved(write("after.evidence", anchored(box, later)), oldTrust);
            proved(write("before-again.evidence", box.awaitEvidence(first)), oldTrust);
            var vkeys = RunningGateway.text(box.get("/log/vkeys")).lines().toList();
            assertEquals(3, vkeys.size(), vkeys.toString());
            assertTrue(vkeys.getFirst()
                    .contains(done.json().required("fingerprint").asText().substring(0, 8)));
        }
        try (var box = start()) {
            long last = box.record(json("after a restart"), "last");
            var file = write("last.evidence", anchored(box, last));
            proved(file, oldTrust);
            proved(before, oldTrust);
            var newTrust = trust("new", box.trustFile());
            proved(file, newTrust);
            proved(before, newTrust);
            assertFalse(box.readBack(RunningGateway.CRANE).isEmpty());
            var said = verify(file, oldTrust);
            assertTrue(said.output().contains("signed by both"), said.output());
            assertEquals(
                    HsmCommand.LATER, destroy("seal", lastFingerprint(oldTrust)).status(), "the gateway runs");
        }
        // The one in force is told by the log, not by the configuration.
        var inForce = destroy("seal-2", done.json().required("fingerprint").asText());
        assertEquals(HsmCommand.REFUSED, inForce.status(), inForce.output());
        assertTrue(inForce.output().contains("signs with key \"seal-2\""), inForce.output());
        var replaced = destroy("seal", lastFingerprint(oldTrust));
        assertEquals(HsmCommand.DONE, replaced.status(), replaced.output());
        try (var box = start()) {
            proved(write("after.evidence", anchored(box, box.record(json("without it"), "without"))), oldTrust);
        }
    }

    /// The owner's CA goes on where the old key cannot, and evidence says that it did.
    @Test
    void aLostKeyIsReplacedByOneThatTheOwnersCaCertifies() throws Exception {
        var ca = OwnersCa.create(folder.resolve("ca"));
        Path oldTrust;
        Path before;
        try (var box = start()) {
            long index = box.record(json("before"), "before");
            before = write("before.evidence", anchored(box, index));
            oldTrust = trust("old", box.trustFile());
        }
        var old = lastFingerprint(oldTrust);
        var token = GatewayConfig.read(config).token().config();
        var destroyed = hsm(
                "destroy",
                "seal",
                "--module",
                token.module().toString(),
                "--label",
                token.label(),
                "--pin-file",
                token.pinFile().toString(),
                "--inside",
                "--confirm",
                old);
        assertEquals(HsmCommand.DONE, destroyed.status(), destroyed.output());
        var without = rotate("--confirm", old);
        assertEquals(HsmCommand.REFUSED, without.status(), without.output());
        assertTrue(without.output().contains("hsm rotate --lost"), without.output());
        assertEquals(HsmCommand.USAGE, rotate("--lost", "--confirm", old).status());

        var asked = rotate(
                "--lost", "--json", "--request", folder.resolve("new.csr").toString());
        assertEquals(HsmCommand.DONE, asked.status(), asked.output());
        assertFalse(asked.json().required("handed-over").asBoolean());
        var request = Files.readString(folder.resolve("new.csr"));
        var wrong = Files.writeString(folder.resolve("wrong.pem"), ca.answer(request, "-days", "30"));
        var refused = rotate("--lost", "--certificates", wrong.toString(), "--confirm", old);
        assertEquals(HsmCommand.REFUSED, refused.status(), refused.output());
        assertTrue(refused.output().contains("NO_NAME"), refused.output());
        var chain = Files.writeString(folder.resolve("chain.pem"), ca.answer(request));
        var done = rotate("--lost", "--certificates", chain.toString(), "--confirm", old);
        assertEquals(HsmCommand.DONE, done.status(), done.output());

        try (var box = start()) {
            long later = box.record(json("after"), "after");
            var file = write("after.evidence", anchored(box, later));
            var stranger = verify(file, oldTrust);
            assertEquals(3, stranger.status(), stranger.output());
            assertTrue(stranger.output().contains("was replaced at entry"), stranger.output());
            var byCa = trust(
                    "ca",
                    Files.readString(oldTrust.resolve("box.trust"))
                            + ca.trust().lines().toList().getLast() + "\n");
            for (var one : List.of(file, before)) {
                var trusted = verify(one, byCa);
                assertEquals(0, trusted.status(), trusted.output());
            }
            assertTrue(verify(file, byCa).output().contains("without its old key"));
            assertEquals(0, verify(file, trust("new", box.trustFile())).status());
        }
    }

    /// A box that was restored: what no seal covers is sealed and proved under the name that goes on, and the
    /// old one never starts again.
    @Test
    void anOriginThatCannotGoOnIsSucceededByAnother() throws Exception {
        Path before;
        Path oldTrust;
        try (var box = start()) {
            before = write("before.evidence", anchored(box, box.record(json("before"), "before")));
            oldTrust = trust("old", box.trustFile());
        }
        String there;
        try (var log = StoppedLog.open(GatewayConfig.read(config))) {
            long last = log.entries().size();
            assertEquals(log.seals().sealedSize(), last);
            there = "/v1/origins/" + log.keys().identity().origin() + "/records/" + last;
            var entry = new EntryEncoder()
                    .encode(
                            new EntryEncoder.Profiled("default", 1),
                            SourceKind.HTTP,
                            new Source(RunningGateway.CRANE.name(), Optional.of("unsealed"), "/v1/records"),
                            KernelClock.open(ClockReading.Source.SYSTEM).get(),
                            new Content("application/json", json("unsealed")),
                            new byte[EntryEncoder.SALTS_SIZE]);
            log.entries().append(entry.leaf(), entry.body());
            log.entries().force();
        }

        var done = Said.by(
                        "origin",
                        "succeed",
                        "--config",
                        config.toString(),
                        "--data",
                        folder.resolve("goes-on").toString(),
                        "--reason",
                        "restored",
                        "--json")
                .done();

        var refused = assertThrows(StartRefused.class, this::start);
        assertTrue(refused.getMessage().contains(done.required("origin").asText()), refused::getMessage);
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("data = \"data\"", "data = \"goes-on\"")
                        .replace("[origin]", "[origin]\nearlier = [\"data\"]"));
        try (var box = start()) {
            var file = write("goes-on.evidence", anchored(box, 2));
            var trust = trust("new", box.trustFile());
            proved(file, trust);
            var evidence = RunningGateway.verify(Files.readAllBytes(file), box.trust(), AnchorCheck.OFFLINE);
            assertArrayEquals(json("unsealed"), evidence.content().payload());
            assertEquals(3, verify(file, oldTrust).status(), "no trust goes from one name to another");
            proved(before, oldTrust);
            var again = box.post(json("unsealed"), "unsealed");
            assertEquals(200, again.statusCode(), "its idempotency key is known");
            Await.until(
                    "the old origin's records are there", () -> box.get(there).statusCode() == 200);
            var record = RunningGateway.json(box.get(there));
            assertEquals("2", record.required("continuedAs").asText());
            assertEquals(done.required("origin"), record.required("continuedIn"));
        }
    }

    /// The contract follows the hand-over; a node proves the anchors before and behind it.
    @Test
    void theContractOnAChainFollowsTheRotation() throws Exception {
        try (var anvil = Anvil.start()) {
            Files.writeString(config, Files.readString(config) + """

                    [anchorage.evm]
                    kind = "evm"
                    urls = ["%s"]
                    confirmations = 0
                    max-age = "0s"
                    min-pause = "0s"
                    contract = "contract"
                    """.formatted(anvil.url()));
            TokenSetup.initialise(GatewayConfig.read(config));
            RunningGateway.fund(GatewayConfig.read(config), anvil);
            long first;
            String old;
            try (var box = start()) {
                first = box.record(json("before"), "before");
                awaitOnChain(box, first, anvil);
                old = keyInForce(box);
            }
            var done = rotate("--confirm", old);
            assertEquals(HsmCommand.DONE, done.status(), done.output());
            try (var box = start()) {
                awaitOnChain(box, box.record(json("after"), "after"), anvil);
                awaitOnChain(box, first, anvil);
            }
        }
    }

    private void awaitOnChain(RunningGateway box, long index, Anvil anvil) throws Exception {
        var file = folder.resolve("chain.evidence");
        var store = Files.createDirectories(folder.resolve("trust-chain"));
        Await.until("a node proves the anchor of " + index, () -> {
            Files.writeString(store.resolve("box.trust"), box.trustFile());
            Files.write(file, box.awaitEvidence(index));
            var asked = verify(file, store, "--node", anvil.url().toString());
            assertEquals(0, asked.status(), asked.output());
            return asked.output().contains("anchored in block");
        });
    }

    private void configure(String more) throws Exception {
        Files.writeString(config, """
                data = "data"
                [origin]
                words = "test-port"
                [http]
                port = 0
                [mqtt]
                port = 0
                [clients]
                file = "clients"
                [token]
                module = "%s"
                label = "box"
                pin-file = "pin"
                driver = "inside"
                %s
                [anchorage.local]
                kind = "local"
                max-age = "0s"
                min-pause = "0s"
                """.formatted(SoftHsm.module().orElseThrow(), more));
    }

    private RunningGateway start() throws Exception {
        return RunningGateway.start(GatewayConfig.read(config));
    }

    private static byte[] json(String when) {
        return ("{\"recorded\":\"" + when + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    /// Evidence with an anchor of the local ledger, which follows the rotation.
    private static byte[] anchored(RunningGateway box, long index) throws Exception {
        var trust = box.trust();
        Await.until(
                "a head over " + index + " is on the local ledger",
                () ->
                        RunningGateway.verify(box.awaitEvidence(index), trust, AnchorCheck.OFFLINE)
                                .evidence()
                                .heads()
                                .stream()
                                .anyMatch(head -> !head.anchors().isEmpty()));
        return box.awaitEvidence(index);
    }

    private static String keyInForce(RunningGateway box) throws Exception {
        return fingerprints(box.trustFile()).getLast();
    }

    private static String lastFingerprint(Path trust) throws Exception {
        return fingerprints(Files.readString(trust.resolve("box.trust"))).getLast();
    }

    private static List<String> fingerprints(String trust) {
        return trust.lines()
                .filter(line -> line.startsWith("key seal "))
                .map(line -> HsmWords.fingerprint(Base64.getDecoder().decode(line.substring("key seal ".length()))))
                .toList();
    }

    private Path write(String name, byte[] bytes) throws Exception {
        return Files.write(folder.resolve(name), bytes);
    }

    private Path trust(String name, String text) throws Exception {
        var store = Files.createDirectories(folder.resolve("trust-" + name));
        Files.writeString(store.resolve("box.trust"), text);
        return store;
    }

    /// By the verifier that is shipped, and by the one that shares no code with it.
    private void proved(Path file, Path trust) throws Exception {
        var ours = verify(file, trust);
        assertEquals(0, ours.status(), ours.output());
        var script = Path.of(System.getProperty("sealpost.root")).resolve(PYTHON_VERIFIER);
        var python = Command.counterpart("python");
        var second = Command.run(
                python.output(),
                "-B",
                script.toString(),
                file.toString(),
                trust.resolve("box.trust").toString());
        assertEquals(0, second.status(), second.output());
    }

    private static Ended verify(Path file, Path trust, String... more) {
        var output = new ByteArrayOutputStream();
        var both = new PrintStream(output, true, StandardCharsets.UTF_8);
        var words = new ArrayList<>(List.of(file.toString(), "--trust", trust.toString()));
        words.addAll(List.of(more));
        int status = VerifyCommand.run(words.toArray(String[]::new), both, both);
        return new Ended(status, output.toString(StandardCharsets.UTF_8));
    }

    private Ended rotate(String... words) {
        var all = Arrays.copyOf(new String[] {"rotate", "--config", config.toString()}, words.length + 3);
        System.arraycopy(words, 0, all, 3, words.length);
        return hsm(all);
    }

    private Ended destroy(String key, String fingerprint) {
        return hsm("destroy", key, "--config", config.toString(), "--confirm", fingerprint);
    }

    private static Ended hsm(String... words) {
        var all = new String[words.length + 1];
        all[0] = "hsm";
        System.arraycopy(words, 0, all, 1, words.length);
        var out = System.out;
        var err = System.err;
        var output = new ByteArrayOutputStream();
        var said = new PrintStream(output, true, StandardCharsets.UTF_8);
        boolean json = List.of(words).contains("--json");
        try {
            System.setOut(said);
            System.setErr(json ? new PrintStream(OutputStream.nullOutputStream()) : said);
            return new Ended(Main.run(all), output.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
