package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeyMaking;
import org.sealpost.record.ClockReading;

/// A gateway whose keys lie in files, as an integrator runs it on a laptop without any HSM: it captures and seals, and
/// wherever its token shows, it says that this proves nothing.
@Timeout(600)
class InsecureSoftwareIT {
    private static final String NAME = "INSECURE-SOFTWARE";
    private static final String WARNING = "keys in files, for development only: prove nothing";

    @TempDir
    private Path folder;

    @BeforeEach
    void configure() throws Exception {
        Files.writeString(file(), """
                data = "data"
                [clients]
                file = "clients"
                [http]
                port = 0
                [mqtt]
                port = 0
                [token]
                driver = "insecure-software"
                folder = "keys"
                label = "laptop"
                checkpoint-key = "checkpoint"
                [anchorage.local]
                kind = "local"
                """);
        Files.createDirectories(folder.resolve("data"));
    }

    @Test
    void itCapturesAndSealsAndItsLogPageAndEvidenceWarn() throws Exception {
        TokenSetup.initialise(config());
        byte[] evidence;
        List<String> warnings = new CopyOnWriteArrayList<>();
        var listener = listener(warnings);
        Logger.getLogger("").addHandler(listener);
        // A verb of hsm that another test ran in this process has silenced it.
        var tokens = Logger.getLogger("org.sealpost.hsm");
        tokens.setLevel(null);
        try (var box = RunningGateway.start(config())) {
            var taken = box.record("{\"crane\":7}".getBytes(StandardCharsets.UTF_8), "1");
            evidence = box.awaitEvidence(taken);
            assertTrue(RunningGateway.verify(evidence, box.trust(), AnchorCheck.OFFLINE)
                    .text()
                    .contains("crane"));
            var verdict = EvidenceVerifier.verify(evidence, box.trust(), AnchorCheck.OFFLINE);
            assertTrue(verdict.toString().contains(NAME), verdict::toString);

            assertTrue(
                    warnings.stream().anyMatch(line -> line.contains("laptop") && line.contains(WARNING)),
                    () -> warnings.toString());
            var home = RunningGateway.text(
                    box.send(HttpRequest.newBuilder(box.url("/")).header("Cookie", login(box))));
            for (var words : List.of("Needs you", "there is none", NAME, WARNING, "Use an HSM"))
                assertTrue(home.contains(words), () -> words + " is not in " + home);
            var ready = box.get("/readyz");
            assertEquals(200, ready.statusCode());
            assertTrue(RunningGateway.text(ready).contains(WARNING), RunningGateway.text(ready));
        } finally {
            Logger.getLogger("").removeHandler(listener);
        }
        // Its keys are found again, those that the log names.
        try (var box = RunningGateway.start(config())) {
            assertEquals(
                    0,
                    EvidenceVerifier.verify(evidence, box.trust(), AnchorCheck.OFFLINE)
                            .exitCode());
            box.awaitEvidence(box.record("again".getBytes(StandardCharsets.UTF_8), "2"));
        }
        var rotated = hsm("rotate", "--confirm", fingerprint("seal"));
        assertEquals(0, rotated.code(), rotated::toString);
        assertTrue(rotated.err().contains(WARNING), rotated::toString);
        try (var box = RunningGateway.start(config())) {
            var later = box.awaitEvidence(box.record("later".getBytes(StandardCharsets.UTF_8), "3"));
            var verdict = EvidenceVerifier.verify(later, box.trust(), AnchorCheck.OFFLINE);
            assertTrue(verdict.toString().contains(NAME), verdict::toString);
            assertTrue(verdict.toString().contains("in force from entry"), verdict::toString);
        }
    }

    /// The folder of notes is full: what became of a key is found out at another start, and this one is none the
    /// worse.
    @Test
    void itStartsThoughNobodyCanNoteWhatBecameOfAKey() throws Exception {
        TokenSetup.initialise(config());
        var acts = folder.resolve("keys.acts");
        try (var notes = Files.list(acts)) {
            for (var note : notes.toList()) Files.delete(note);
        }
        var noted = new NotedActs(config().token().notes(), KernelClock.open(ClockReading.Source.SYSTEM), () -> {});
        String token;
        try (var open = config().token().open()) {
            token = open.description();
        }
        var making =
                new KeyMaking("0123456789abcdef", token, "somebody", "seal", KeyKind.P256, List.of(), Instant.now());
        noted.begins(making);
        noted.abandons(making);
        for (int i = 0; i < TokenNotes.MAX_WAITING; i++) Files.createFile(acts.resolve("other-" + i + ".act"));
        try (var box = RunningGateway.start(config())) {
            box.awaitEvidence(box.record("taken".getBytes(StandardCharsets.UTF_8), "1"));
        }
        assertEquals(1, noted.begun().size());
        for (int i = 0; i < TokenNotes.MAX_WAITING; i++) Files.delete(acts.resolve("other-" + i + ".act"));
        RunningGateway.start(config()).close();
        assertEquals(List.of(), noted.begun());
    }

    @Test
    void theCommandLineWarnsAndRefusesWhatNeedsAToken() throws Exception {
        assertEquals(HsmCommand.REFUSED, hsm("doctor").code(), "there is no key yet");
        assertEquals(0, hsm("keygen", "seal").code());
        for (var verb : List.of("keys", "test", "doctor", "list")) {
            for (var said : List.of(hsm(verb), hsm(verb, "--json"))) {
                assertEquals(0, said.code(), said::toString);
                assertTrue(said.out().contains(NAME), said::toString);
                if (!verb.equals("list")) assertTrue(said.err().contains(WARNING), said::toString);
            }
        }
        assertTrue(hsm("doctor").out().contains(WARNING));
        assertFalse(hsm("doctor").out().contains("can be used"));
        assertTrue(hsm("keys").out().contains("EXTRACTABLE"), hsm("keys")::toString);
        for (var refused : List.of(hsm("init"), hsm("change-pin", "--new-pin-file", "x"))) {
            assertEquals(HsmCommand.SETTINGS, refused.code(), refused::toString);
            assertTrue(refused.err().contains("name a real token"), refused::toString);
        }
        assertTrue(Files.exists(folder.resolve("keys.acts")), "the making is on its way into the log");
    }

    private GatewayConfig config() {
        return GatewayConfig.read(file());
    }

    private Path file() {
        return folder.resolve("sealpost.toml");
    }

    private Said hsm(String verb, String... more) {
        var words = new ArrayList<>(List.of("hsm", verb, "--config", file().toString()));
        words.addAll(List.of(more));
        var tokens = Logger.getLogger("org.sealpost.hsm");
        var level = tokens.getLevel();
        try {
            return Said.by(words);
        } finally {
            tokens.setLevel(level);
        }
    }

    private String fingerprint(String key) throws Exception {
        for (var listed : new JsonMapper().readTree(hsm("keys", "--json").out()).required("keys")) {
            if (listed.required("name").asText().equals(key))
                return listed.required("fingerprint").asText();
        }
        throw new AssertionError("no key " + key);
    }

    static String login(RunningGateway box) throws Exception {
        var token = URLEncoder.encode(RunningGateway.CRANE.secret(), StandardCharsets.UTF_8);
        var answer = box.send(HttpRequest.newBuilder(box.url("/login"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Sec-Fetch-Site", "same-origin")
                .POST(BodyPublishers.ofString("token=" + token)));
        return answer.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
    }

    static Handler listener(List<String> warnings) {
        return new Handler() {
            @Override
            public void publish(LogRecord entry) {
                if (entry.getLevel().intValue() < Level.WARNING.intValue()) return;
                var words = entry.getParameters() == null ? new Object[0] : entry.getParameters();
                warnings.add(new MessageFormat(entry.getMessage()).format(words));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
