package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.FaultShim;
import org.sealpost.hsm.NssToken;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TestCa;
import org.sealpost.hsm.est.GlobalSignServer;

/// The verbs of `sealpost hsm` on SoftHSM2: each once as a process of its own, and then in this one, which is faster.
class HsmCommandIT {
    private static final JsonMapper JSON = new JsonMapper();

    /// Verbs that have been a process.
    private static final Set<String> SEEN = new HashSet<>();

    @TempDir
    Path folder;

    private SoftHsm hsm;

    /// @param words both streams
    private record Ended(int status, String output, String words) {
        static Ended of(int status, String output, String said, String... words) {
            return new Ended(
                    status, output.strip(), String.join(" ", words) + ": " + status + "\n" + output + "\n" + said);
        }

        JsonNode json() throws Exception {
            assertEquals(1, output.lines().count(), words);
            return JSON.readTree(output);
        }

        /// The words of what failed for this reason.
        String error(String reason) throws Exception {
            assertEquals(reason, json().get("reason").asText(), words);
            assertTrue(json().has("remedy"), words);
            return json().get("error").asText();
        }
    }

    @BeforeEach
    void emptyStore() throws Exception {
        hsm = SoftHsm.create(folder);
    }

    @Test
    void aTechnicianBringsUpAToken() throws Exception {
        var listed = hsm("list", "--module", SoftHsm.module().orElseThrow().toString());
        assertEquals(HsmCommand.DONE, listed.status(), listed.words());
        assertTrue(listed.output().contains("an empty token"), listed.words());
        assertTrue(listed.output().contains("library by \"SoftHSM\", profile in force: SoftHSM"), listed.words());
        assertTrue(listed.output().contains("ecdsa        makes keys by 0x1040, signs by 0x1041"), listed.words());
        assertFalse(listed.output().contains("(NOT THERE)"), listed.words());
        var others = done(hsm("list", "--module", module(), "--profile", "kryoptic"));
        assertTrue(others.output().contains("profile in force: Kryoptic"), others.words());
        assertTrue(others.output().contains("(NOT THERE)"), "it has no ML-DSA: " + others.words());

        var sick = token("doctor");
        assertEquals(HsmCommand.LATER, sick.status(), sick.words());
        assertTrue(sick.output().contains("good  library"), sick.words());
        assertTrue(sick.output().contains("BAD   token: none of them is labelled \"box\""), sick.words());
        assertTrue(sick.output().contains("hsm init"), sick.words());

        done(token("init"));
        assertEquals(HsmCommand.REFUSED, token("init").status());
        assertEquals(
                "rw-------",
                java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(pinFile())));
        assertEquals(
                "box",
                all(done(hsm("list", "--module", module(), "--json")).json().get("tokens"), "label")
                        .getFirst());

        var empty = token("doctor", "--json");
        assertEquals(HsmCommand.REFUSED, empty.status(), empty.words());
        var steps = all(empty.json().get("findings"), "step");
        assertEquals(List.of("library", "slots", "token", "flags", "pin-file", "login", "keys"), steps);

        var made = done(token("keygen", "first", "--json")).json();
        done(token("keygen", "second", "--kind", "ed25519"));
        var taken = token("keygen", "first");
        assertEquals(HsmCommand.REFUSED, taken.status(), taken.words());
        var keys = done(token("keys", "--json")).json().get("keys");
        assertEquals(List.of("first", "second"), all(keys, "name"));
        assertEquals(made.get("fingerprint"), keys.get(0).get("fingerprint"));
        assertFalse(keys.get(0).get("extractable").asBoolean());
        assertTrue(done(token("keys")).output().contains("not extractable"));
        assertTrue(done(token("doctor")).output().contains("The token can be used."));
        done(token("doctor", "second", "first"));
        assertEquals(HsmCommand.REFUSED, token("doctor", "third").status());
        done(token("test"));
        assertEquals(HsmCommand.REFUSED, token("test", "third").status());
        var bench = done(token("bench", "first", "--seconds", "1", "--sessions", "2", "--json"))
                .json();
        assertTrue(bench.get("signatures").asInt() > 0);
        assertEquals(HsmCommand.USAGE, token("bench", "first", "--seconds", "0").status());
        var notes = TokenNotes.beside(pinFile()).waiting(10).stream()
                .map(note -> new String(note.content(), StandardCharsets.UTF_8))
                .toList();
        assertEquals(3, notes.size(), notes::toString);
        assertTrue(notes.get(0).startsWith("{\"act\":\"token-initialised\","), notes::toString);
        assertTrue(notes.get(1).contains(made.get("fingerprint").asText()), notes::toString);
        assertTrue(notes.get(2).contains("\"kind\":\"ED25519\""), notes::toString);
        assertTrue(notes.stream().allMatch(note -> note.contains(" at the command line\"")), notes::toString);
    }

    /// Its officer's PIN is the empty one, and its slots want a string of their own.
    @Test
    void aTokenOfNssIsPreparedByAnEmptyOfficersPin() throws Exception {
        var databases = NssToken.create(folder).databases();
        var nss = new String[] {
            "--module",
            NssToken.module().toString(),
            "--reserved",
            "configdir='sql:" + databases + "' certPrefix='' keyPrefix='' secmod='' dbTokenDescription='box'",
            "--label",
            "box",
            "--pin-file",
            folder.resolve("nss.pin").toString()
        };
        var without = process("", Map.of(), more(new String[] {"init"}, nss));
        assertEquals(HsmCommand.REFUSED, without.status(), without.words());
        assertTrue(without.words().contains("has a security officer's PIN already"), without.words());
        var officer = Files.createFile(folder.resolve("officer"));
        Files.setPosixFilePermissions(officer, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        done(process("", Map.of(), more(new String[] {"init", "--so-pin-file", officer.toString()}, nss)));
        done(process("", Map.of(), more(new String[] {"keygen", "seal"}, nss)));
        done(process("", Map.of(), more(new String[] {"doctor", "seal"}, nss)));
        // To a token that has a shortest PIN, an empty file is none.
        var soft = token("init", "--so-pin-file", officer.toString());
        assertEquals(HsmCommand.REFUSED, soft.status(), soft.words());
        assertTrue(soft.words().contains("must hold 1 to 255 bytes"), soft.words());
    }

    @Test
    void aKeyIsCertifiedByHandAndDestroyed() throws Exception {
        done(token("init"));
        var fingerprint = done(token("keygen", "first", "--json"))
                .json()
                .get("fingerprint")
                .asText();
        done(token("keygen", "second"));
        var request = folder.resolve("first.csr");
        done(token("csr", "first", "--subject", "CN=box 1", "--dns", "box1.example", "--out", request.toString()));
        assertEquals(HsmCommand.USAGE, token("csr", "first").status());
        assertEquals(HsmCommand.USAGE, token("csr", "first", "--subject", "box").status());
        Command.assumeInstalled("openssl", "openssl");
        var verified = Command.run("openssl", "req", "-in", request.toString(), "-verify", "-noout", "-text");
        assertEquals(0, verified.status(), verified.output());
        assertTrue(verified.output().contains("DNS:box1.example"), verified.output());

        var key = done(token("keys", "--json")).json().get("keys").get(0);
        var spki = java.util.Base64.getDecoder().decode(key.get("public-key").asText());
        var ca = TestCa.create("the owner's CA");
        var certificate = GlobalSignServer.pem(
                folder.resolve("first.pem"),
                "CERTIFICATE",
                ca.issue(
                        "box 1",
                        spki,
                        Instant.now().minusSeconds(60),
                        Instant.now().plusSeconds(3600)));
        done(token("import-cert", "first", certificate.toString()));
        assertEquals(
                HsmCommand.SETTINGS,
                token("import-cert", "second", certificate.toString()).status());
        assertEquals(
                HsmCommand.SETTINGS,
                token("import-cert", "first", request.toString()).status());
        assertTrue(done(token("keys")).output().contains("CN=box 1, by CN=the owner's CA"));

        assertEquals(
                HsmCommand.REFUSED,
                typing("0123456789abcdef\n", "destroy", "first").status());
        assertEquals(HsmCommand.REFUSED, typing("", "destroy", "first").status());
        assertEquals(
                HsmCommand.REFUSED,
                token("destroy", "first", "--confirm", fingerprint.substring(0, 8))
                        .status());
        assertEquals(
                HsmCommand.REFUSED,
                token("destroy", "first", "--confirm", " ".repeat(16)).status());
        assertEquals(2, done(token("keys", "--json")).json().get("keys").size());
        // What could not be put on record is not done.
        var acts = folder.resolve("pin.acts");
        Files.move(acts, folder.resolve("acts"));
        Files.createFile(acts);
        assertEquals(
                HsmCommand.SETTINGS,
                token("destroy", "first", "--confirm", fingerprint).status());
        Files.delete(acts);
        done(typing(fingerprint.substring(0, 16) + "\n", "destroy", "first"));
        assertEquals(List.of("second"), all(done(token("keys", "--json")).json().get("keys"), "name"));
    }

    /// A profile for another model: what the token makes is not what the profile says.
    @Test
    void aKeyThatCannotBeToldIsDestroyedByItsId() throws Exception {
        done(token("init"));
        done(token("keygen", "first"));
        var wrong = folder.resolve("wrong.properties").toString();
        Files.writeString(Path.of(wrong), "name = wrong\nstatus = documentation\nec.point = plain\n");
        var made = token("keygen", "second", "--profile", wrong);
        assertEquals(HsmCommand.REFUSED, made.status(), made.words());
        assertTrue(made.words().contains("is removed again"), made.words());
        var untold = token("destroy", "first", "--profile", wrong, "--confirm", "0123456789abcdef");
        assertEquals(HsmCommand.REFUSED, untold.status(), untold.words());
        var id = done(token("keys", "--json"))
                .json()
                .get("keys")
                .get(0)
                .get("id")
                .asText();
        assertTrue(untold.words().contains("--id " + id), untold.words());
        assertTrue(done(token("keys")).output().contains(id));
        assertEquals(
                HsmCommand.REFUSED,
                token("destroy", "first", "--id", id, "--confirm", id.substring(1))
                        .status());
        assertEquals(
                HsmCommand.REFUSED,
                token("destroy", "second", "--id", id, "--confirm", id).status());
        done(typing(id + "\n", "destroy", "first", "--id", id, "--profile", wrong));
        assertTrue(done(token("keys")).output().contains("holds no key"));
    }

    @Test
    void whatAGatewaySignsWithIsNotDestroyed() throws Exception {
        done(token("init"));
        for (var name : List.of("seal", "other")) done(token("keygen", name));
        var config = Files.writeString(folder.resolve("sealpost.toml"), """
                data = "data"
                [clients]
                file = "clients"
                [token]
                module = "%s"
                label = "box"
                pin-file = "%s"
                [anchorage.local]
                kind = "local"
                """.formatted(module(), pinFile()))
                .toString();
        var keys = done(hsm("keys", "--config", config, "--json")).json().get("keys");
        var fingerprints = all(keys, "fingerprint");
        var refused = hsm("destroy", "seal", "--config", config, "--confirm", fingerprints.get(1));
        assertEquals(HsmCommand.REFUSED, refused.status(), refused.words());
        assertTrue(refused.words().contains("signs with key \"seal\""), refused.words());
        done(hsm("destroy", "other", "--config", config, "--confirm", fingerprints.get(0)));
        assertEquals(List.of("seal"), all(done(token("keys", "--json")).json().get("keys"), "name"));
        for (var both : List.of("--profile", "--reserved", "--serial", "--label")) {
            assertEquals(
                    HsmCommand.USAGE,
                    hsm("keys", "--config", config, both, "softhsm2").status());
            assertEquals(
                    HsmCommand.USAGE,
                    hsm("list", "--config", config, both, "softhsm2").status());
        }
        done(hsm("list", "--config", config));
    }

    /// As a unit with LoadCredential= has it.
    @Test
    void thePinOfAGatewayMayBeASystemdCredential() throws Exception {
        done(token("init"));
        done(token("keygen", "seal"));
        var credentials = Files.createDirectory(folder.resolve("credentials"));
        Files.move(pinFile(), credentials.resolve("token.pin"));
        var config = Files.writeString(folder.resolve("sealpost.toml"), """
                data = "data"
                [clients]
                file = "clients"
                [token]
                module = "%s"
                label = "box"
                pin-credential = "token.pin"
                [anchorage.local]
                kind = "local"
                """.formatted(module()))
                .toString();
        var given = Map.of("CREDENTIALS_DIRECTORY", credentials.toString());
        var early = process("", given, "keygen", "other", "--config", config);
        assertEquals(HsmCommand.SETTINGS, early.status(), early.words());
        assertTrue(early.words().contains("is not there"), early.words());
        assertFalse(Files.exists(folder.resolve("data")), "it would be this user's and not the gateway's");
        Files.createDirectory(folder.resolve("data"));
        done(process("", given, "doctor", "--config", config, "seal"));
        done(process("", given, "keygen", "other", "--config", config));
        assertTrue(Files.isDirectory(folder.resolve("data").resolve("token-pin.acts")));
        try (var files = Files.list(credentials)) {
            assertEquals(1, files.count(), "nothing is written beside it");
        }
        for (var writes : List.of(
                new String[] {"init", "--json"}, new String[] {"change-pin", "--json", "--new-pin-file", "x"})) {
            var refused = process("", given, more(writes, "--config", config));
            assertEquals(HsmCommand.SETTINGS, refused.status(), refused.words());
            assertTrue(refused.error("SETTINGS").contains("which nothing here can write"), refused.words());
            assertTrue(refused.words().contains("add --pin-file"), refused.words());
        }
        var elsewhere = hsm("keys", "--config", config);
        assertEquals(HsmCommand.SETTINGS, elsewhere.status(), elsewhere.words());
        assertTrue(elsewhere.words().contains("LoadCredential=token.pin:"), elsewhere.words());
        var byHand = token("keys", "--pin-credential", "token.pin");
        assertEquals(HsmCommand.USAGE, byHand.status(), byHand.words());
        assertTrue(byHand.words().contains("token.pin-credential"), byHand.words());
    }

    /// No credential is given meanwhile: there is none yet, or the old one.
    @Test
    void whatIsDoneToTheTokenOfACredentialWithAFileIsNotedForItsGateway() throws Exception {
        Files.createDirectory(folder.resolve("data"));
        var text = """
                data = "data"
                [clients]
                file = "clients"
                [token]
                module = "%s"
                label = "box"
                pin-credential = "token.pin"
                [anchorage.local]
                kind = "local"
                """.formatted(module());
        var config = Files.writeString(folder.resolve("sealpost.toml"), text).toString();
        var withFile = new String[] {"--config", config, "--pin-file", pinFile().toString()};
        done(process("", Map.of(), more(new String[] {"init"}, withFile)));
        var fresh = Files.writeString(folder.resolve("fresh"), "another-pin\n");
        Files.setPosixFilePermissions(fresh, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        done(process("", Map.of(), more(new String[] {"change-pin", "--new-pin-file", fresh.toString()}, withFile)));
        assertEquals("another-pin", Files.readString(pinFile()).strip());
        var notes = TokenNotes.beside(folder.resolve("data").resolve("token-pin")).waiting(10).stream()
                .map(note -> new String(note.content(), StandardCharsets.UTF_8))
                .toList();
        assertEquals(2, notes.size(), notes::toString);
        assertTrue(notes.get(0).startsWith("{\"act\":\"token-initialised\","), notes::toString);
        assertTrue(notes.get(1).startsWith("{\"act\":\"pin-changed\","), notes::toString);
        assertFalse(Files.exists(folder.resolve("pin.acts")), "no gateway looks there");

        var other = hsm(more(new String[] {"keys"}, withFile));
        assertEquals(HsmCommand.USAGE, other.status(), other.words());
        var named = text.replace("pin-credential = \"token.pin\"", "pin-file = \"elsewhere\"");
        Files.writeString(Path.of(config), named);
        var twice = hsm(more(new String[] {"change-pin", "--new-pin-file", fresh.toString()}, withFile));
        assertEquals(HsmCommand.USAGE, twice.status(), twice.words());
        assertTrue(twice.words().contains("leave out --pin-file"), twice.words());
    }

    @Test
    void aTokenThatAnotherProcessPreparesIsTriedLater() throws Exception {
        try (var channel = FileChannel.open(
                        folder.resolve("pin.lock"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            var busy = process(
                    "",
                    Map.of(),
                    "init",
                    "--json",
                    "--module",
                    module(),
                    "--label",
                    "box",
                    "--pin-file",
                    pinFile().toString());
            assertEquals(HsmCommand.LATER, busy.status(), busy.words());
            assertTrue(busy.error("RETRYABLE").contains("another process prepares the token"), busy.words());
        }
        done(token("init"));
    }

    @Test
    void aLibraryThatCrashesIsASentence() throws Exception {
        var shim = FaultShim.beforeSoftHsm();
        shim.on(FaultShim.Function.INITIALIZE).crashesAtOnce();
        var crashed = process(
                "",
                shim.environment(),
                "list",
                "--json",
                "--module",
                shim.library().toString());
        assertEquals(HsmCommand.LATER, crashed.status(), crashed.words());
        assertTrue(crashed.error("RETRYABLE").contains("ended by signal 11"), crashed.words());
    }

    @Test
    void anEmptyTokenWhoseLibraryCrashesOrIsAwayIsTriedLater() throws Exception {
        var shim = FaultShim.beforeSoftHsm();
        var init = new String[] {
            "init",
            "--json",
            "--module",
            shim.library().toString(),
            "--label",
            "box",
            "--pin-file",
            pinFile().toString()
        };
        for (var function : List.of(FaultShim.Function.INITIALIZE, FaultShim.Function.INIT_TOKEN)) {
            shim.on(function).crashesAtOnce();
            var crashed = process("", shim.environment(), init);
            assertEquals(HsmCommand.LATER, crashed.status(), crashed.words());
            assertTrue(crashed.error("RETRYABLE").contains("ended by signal 11"), crashed.words());
            shim.on(function).heal();
        }
        shim.on(FaultShim.Function.INITIALIZE).returns(0x30, FaultShim.Fault.ALWAYS);
        var away = process("", shim.environment(), init);
        assertEquals(HsmCommand.LATER, away.status(), away.words());
        away.error("RETRYABLE");
        assertEquals("CKR_DEVICE_ERROR", away.json().get("code-name").asText(), away.words());
        shim.on(FaultShim.Function.INITIALIZE).heal();
        done(process("", shim.environment(), init));
        shim.on(FaultShim.Function.GENERATE_KEY_PAIR).crashesAtOnce();
        var keygen = init.clone();
        keygen[0] = "keygen";
        var crashed = process("", shim.environment(), more(keygen, "first"));
        assertEquals(HsmCommand.LATER, crashed.status(), crashed.words());
        assertTrue(crashed.error("RETRYABLE").contains("ended by signal 11"), crashed.words());
    }

    /// As the manual has it done: bench runs, and the token is pulled out.
    @Test
    void aTokenThatIsPulledOutEndsABenchAndIsGoodAgainLater() throws Exception {
        done(token("init"));
        done(token("keygen", "first"));
        var shim = FaultShim.beforeSoftHsm();
        var seen = new String[] {
            "--module",
            shim.library().toString(),
            "--label",
            "box",
            "--pin-file",
            pinFile().toString()
        };
        var bench = HsmProcess.start(
                folder,
                hsm,
                shim.environment(),
                more(new String[] {"bench", "first", "--seconds", "600", "--sessions", "2", "--json"}, seen));
        Await.until("it signs", () -> shim.on(FaultShim.Function.SIGN).calls() > 100 || !bench.isAlive());
        hsm.withdraw();
        for (var function : List.of(FaultShim.Function.SIGN_INIT, FaultShim.Function.SIGN))
            shim.on(function).returns(0x32, FaultShim.Fault.ALWAYS);
        var ended = bench.end("");
        var pulled = Ended.of(ended.status(), ended.output(), ended.said(), "bench");
        assertEquals(HsmCommand.LATER, pulled.status(), pulled.words());
        assertFalse(pulled.json().get("error").asText().isEmpty(), pulled.words());
        assertEquals(
                HsmCommand.LATER,
                process("", shim.environment(), more(new String[] {"doctor"}, seen))
                        .status());
        shim.heal();
        hsm.giveBack();
        done(process("", shim.environment(), more(new String[] {"doctor"}, seen)));
    }

    @Test
    void insideALibraryThatCrashesEndsTheCommandAndLeavesNoReport() throws Exception {
        done(token("init"));
        done(token("keygen", "first"));
        var shim = FaultShim.beforeSoftHsm();
        shim.on(FaultShim.Function.SIGN).crashes();
        var before = files();
        var words = new String[] {
            "test",
            "--module",
            shim.library().toString(),
            "--label",
            "box",
            "--pin-file",
            pinFile().toString()
        };
        var inside = process("", shim.environment(), more(words, "--inside"));
        assertEquals(134, inside.status(), inside.words());
        // Which keeps what it said.
        assertEquals(before + 1, files(), "neither a report nor a core");
    }

    /// The library takes the command with it when the key is made, before the note of it is left.
    @Test
    void aKeyOfACommandThatWasKilledIsOnRecordAtTheNextAct() throws Exception {
        done(token("init"));
        var shim = FaultShim.beforeSoftHsm();
        shim.on(FaultShim.Function.GENERATE_KEY_PAIR).crashesAfterwards(1);
        var words = new String[] {
            "keygen",
            "first",
            "--module",
            shim.library().toString(),
            "--label",
            "box",
            "--pin-file",
            pinFile().toString()
        };
        var killed = process("", shim.environment(), more(words, "--inside"));
        assertTrue(killed.status() > 128, killed.words());
        assertEquals(1, TokenNotes.beside(pinFile()).waiting(10).size());
        done(token("keygen", "second"));
        var notes = TokenNotes.beside(pinFile()).waiting(10).stream()
                .map(note -> new String(note.content(), StandardCharsets.UTF_8))
                .toList();
        assertEquals(3, notes.size(), notes::toString);
        assertTrue(notes.get(1).startsWith("{\"act\":\"key-made\","), notes::toString);
        assertTrue(notes.get(1).contains("\"key\":\"first\""), notes::toString);
        assertTrue(notes.get(2).contains("\"key\":\"second\""), notes::toString);
        assertEquals(List.of(), TokenNotes.beside(pinFile()).begun());
    }

    private long files() throws Exception {
        try (var files = Files.list(folder)) {
            return files.count();
        }
    }

    /// As where its service is down, or nobody reaches the HSM.
    @Test
    void aLibraryThatDoesNotStartIsAwayToEachVerb() throws Exception {
        var shim = FaultShim.beforeSoftHsm();
        for (var verb : List.of("list", "keys", "doctor")) {
            shim.on(FaultShim.Function.INITIALIZE).returns(0x30, FaultShim.Fault.ALWAYS);
            var words = more(
                    new String[] {verb, "--json", "--module", shim.library().toString()});
            if (!verb.equals("list"))
                words = more(words, "--label", "box", "--pin-file", pinFile().toString());
            var ended = process("", shim.environment(), words);
            assertEquals(HsmCommand.LATER, ended.status(), ended.words());
            if (verb.equals("doctor")) continue;
            ended.error("RETRYABLE");
            assertEquals("0x30", ended.json().get("code").asText(), ended.words());
            assertEquals("CKR_DEVICE_ERROR", ended.json().get("code-name").asText(), ended.words());
        }
    }

    @Test
    void eachVerbAnswersAndFailsInOneLineOfJson() throws Exception {
        var made = done(token("init", "--json")).json();
        assertEquals("box", made.get("label").asText());
        assertEquals(pinFile().toString(), made.get("pin-file").asText());
        var key = done(token("keygen", "first", "--json")).json();
        assertEquals("P256", key.get("kind").asText());
        var csr = done(token("csr", "first", "--subject", "CN=box 1", "--json")).json();
        assertTrue(csr.get("request").asText().startsWith("-----BEGIN CERTIFICATE REQUEST-----"));
        var spki = java.util.Base64.getDecoder().decode(key.get("public-key").asText());
        var now = Instant.now();
        var certificate = GlobalSignServer.pem(
                folder.resolve("first.pem"),
                "CERTIFICATE",
                TestCa.create("the owner's CA").issue("box 1", spki, now.minusSeconds(60), now.plusSeconds(3600)));
        var kept = done(token("import-cert", "first", certificate.toString(), "--json"))
                .json();
        assertTrue(kept.get("certificate").asText().startsWith("CN=box 1"));
        var tested = done(token("test", "first", "--json")).json();
        assertTrue(tested.get("good").asBoolean());
        assertTrue(tested.get("keys").get(0).get("good").asBoolean());
        var fresh = Files.writeString(folder.resolve("fresh"), "another-pin\n");
        Files.setPosixFilePermissions(fresh, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        var changed = done(token("change-pin", "--new-pin-file", fresh.toString(), "--json"))
                .json();
        assertEquals(pinFile().toString(), changed.get("pin-file").asText());

        fails(HsmCommand.REFUSED, "REFUSED", token("init", "--json"));
        fails(HsmCommand.REFUSED, "FATAL", token("keygen", "first", "--json"));
        fails(HsmCommand.REFUSED, "REFUSED", token("csr", "second", "--subject", "CN=box", "--json"));
        fails(HsmCommand.USAGE, "USAGE", token("csr", "first", "--json"));
        fails(HsmCommand.SETTINGS, "SETTINGS", token("import-cert", "first", "nowhere.pem", "--json"));
        fails(HsmCommand.SETTINGS, "SETTINGS", token("import-cert", "first", fresh.toString(), "--json"));
        fails(HsmCommand.REFUSED, "REFUSED", token("test", "second", "--json"));
        fails(HsmCommand.REFUSED, "REFUSED", token("change-pin", "--new-pin-file", "nowhere", "--json"));
        fails(HsmCommand.REFUSED, "REFUSED", token("destroy", "first", "--confirm", " ".repeat(16), "--json"));
        for (var misunderstood : List.of(
                new String[] {"keygen", "first", "--json", "--kind", "p257"},
                new String[] {"destroy", "--json"},
                new String[] {"list", "--json", "--no-such"})) fails(HsmCommand.USAGE, "USAGE", hsm(misunderstood));

        var fingerprint = key.get("fingerprint").asText();
        var destroyed = done(token("destroy", "first", "--confirm", fingerprint, "--json"))
                .json();
        assertEquals("first", destroyed.get("destroyed").asText());
        assertEquals(fingerprint, destroyed.get("fingerprint").asText());

        Files.writeString(pinFile(), "a wrong one\n");
        var wrong = token("keys", "--json");
        fails(HsmCommand.REFUSED, "PIN_BLOCKED", wrong);
        assertEquals("CKR_PIN_INCORRECT", wrong.json().get("code-name").asText(), wrong.words());
    }

    @Test
    void aPinIsChangedAndAWrongOneIsExplained() throws Exception {
        done(token("init"));
        var fresh = folder.resolve("new-pin");
        Files.writeString(fresh, "another-pin\n");
        Files.setPosixFilePermissions(fresh, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        done(token("change-pin", "--new-pin-file", fresh.toString()));
        assertEquals("another-pin", Files.readString(pinFile()).strip());
        var same = token("change-pin", "--new-pin-file", fresh.toString());
        assertEquals(HsmCommand.REFUSED, same.status(), same.words());
        done(token("keygen", "first"));

        Files.writeString(pinFile(), "a wrong one\n");
        var wrong = token("doctor");
        assertEquals(HsmCommand.REFUSED, wrong.status(), wrong.words());
        assertTrue(wrong.output().contains("BAD   login: PIN_BLOCKED"), wrong.words());
        var again = token("doctor");
        assertTrue(again.output().contains("BAD   pin-file"), again.words());
        assertTrue(again.output().contains("was refused before and is not tried again"), again.words());
        assertEquals(HsmCommand.REFUSED, token("keys").status());
        assertFalse(wrong.words().contains("a wrong one"), wrong.words());
        Files.delete(pinFile());
        assertTrue(token("doctor").output().contains("there is no PIN file"));
    }

    @Test
    void aKeyIsEnrolledAndRenewedOverEst() throws Exception {
        done(token("init"));
        done(token("keygen", "first"));
        var ca = TestCa.create("the owner's CA");
        var caFile = GlobalSignServer.pem(folder.resolve("owner.pem"), "CERTIFICATE", ca.certificate());
        var chain = folder.resolve("first.pem");
        try (var server = GlobalSignServer.start(Files.createDirectory(folder.resolve("est")), ca)) {
            var enrol = new String[] {
                "enrol",
                "first",
                "--server",
                server.address().toString(),
                "--ca",
                caFile.toString(),
                "--out",
                chain.toString()
            };
            var enrolled = done(token(more(enrol, "--subject", "CN=box 1", "--uri", "urn:box:1", "--json")))
                    .json();
            assertTrue(enrolled.get("in-token").asBoolean());
            var first = Files.readString(chain);
            // 90 days, so not due now, and due as soon as a billionth of its life is over, 8 ms.
            var notYet = done(token(more(enrol, "--renew", "--json"))).json();
            assertFalse(notYet.get("renewed").asBoolean());
            assertEquals(first, Files.readString(chain));
            assertTrue(done(token(more(enrol, "--renew", "--after", "0.000000001", "--json")))
                    .json()
                    .get("renewed")
                    .asBoolean());
            assertFalse(first.equals(Files.readString(chain)));
            assertFalse(Files.exists(folder.resolve("first.pem.request")));
            assertEquals(
                    2,
                    done(token("keys", "--json"))
                            .json()
                            .get("keys")
                            .get(0)
                            .get("certificates")
                            .size());

            enrol[3] = server.triggeringErrors().toString();
            assertEquals(
                    HsmCommand.REFUSED,
                    token(more(enrol, "--subject", "CN=Trigger Error Forbidden"))
                            .status());
            var deferred = token(more(enrol, "--subject", "CN=Trigger Error Deferred"));
            assertEquals(HsmCommand.LATER, deferred.status(), deferred.words());
            assertTrue(deferred.output().contains("600 s"), deferred.words());
            assertTrue(Files.exists(folder.resolve("first.pem.request")));

            // Another request, and another key of the name, are not the deferred one.
            enrol[3] = server.address().toString();
            done(token(more(enrol, "--subject", "CN=box 2")));
            assertTrue(done(token("keys")).output().contains("CN=box 2"));
            assertFalse(Files.exists(folder.resolve("first.pem.request")));
            enrol[3] = server.triggeringErrors().toString();
            assertEquals(
                    HsmCommand.LATER,
                    token(more(enrol, "--subject", "CN=Trigger Error Deferred")).status());
            var fingerprint = done(token("keys", "--json"))
                    .json()
                    .get("keys")
                    .get(0)
                    .get("fingerprint")
                    .asText();
            done(token("destroy", "first", "--confirm", fingerprint));
            done(token("keygen", "first"));
            var others = token(more(enrol, "--renew", "--after", "0.000000001"));
            assertEquals(HsmCommand.SETTINGS, others.status(), others.words());
            assertTrue(others.words().contains("of another public key"), others.words());
            enrol[3] = server.address().toString();
            done(token(more(enrol, "--subject", "CN=box 3")));

            // A kind of key that TLS cannot be done with.
            done(token("keygen", "edwards", "--kind", "ed25519"));
            enrol[1] = "edwards";
            enrol[7] = folder.resolve("edwards.pem").toString();
            done(token(more(enrol, "--subject", "CN=box 4")));
            var now = new String[] {"--renew", "--after", "0.000000001"};
            var keyless = token(more(enrol, now));
            assertEquals(HsmCommand.USAGE, keyless.status(), keyless.words());
            assertTrue(keyless.words().contains("give --user and --password-file"), keyless.words());
            var password = Files.writeString(folder.resolve("password"), "once-only-7\n");
            done(token(more(more(enrol, now), "--user", "box", "--password-file", password.toString())));
        }
        var gone = token(
                "enrol",
                "first",
                "--server",
                "https://127.0.0.1:1",
                "--ca",
                caFile.toString(),
                "--out",
                chain.toString(),
                "--subject",
                "CN=box 1");
        assertEquals(HsmCommand.LATER, gone.status(), gone.words());
    }

    @Test
    void whatIsMissingIsSaidPlainly() throws Exception {
        var noLibrary =
                hsm("doctor", "--module", folder.resolve("none.so").toString(), "--label", "box", "--pin-file", "pin");
        assertEquals(HsmCommand.SETTINGS, noLibrary.status(), noLibrary.words());
        assertTrue(noLibrary.output().contains("BAD   library"), noLibrary.words());
        assertEquals(HsmCommand.USAGE, hsm("keys").status());
        assertEquals(HsmCommand.USAGE, hsm("keys", "--module", module()).status());
        assertEquals(HsmCommand.USAGE, hsm().status());
        var absent = token("keys", "--json");
        assertEquals(HsmCommand.LATER, absent.status(), absent.words());
        assertTrue(absent.json().get("error").asText().contains("ABSENT"), absent.words());
        var config = Files.writeString(folder.resolve("sealpost.toml"), "x = 1\n");
        assertEquals(
                HsmCommand.SETTINGS, hsm("keys", "--config", config.toString()).status());
    }

    private String module() {
        return SoftHsm.module().orElseThrow().toString();
    }

    private Path pinFile() {
        return folder.resolve("pin");
    }

    private static Ended done(Ended ended) {
        assertEquals(HsmCommand.DONE, ended.status(), ended.words());
        return ended;
    }

    private static void fails(int status, String reason, Ended ended) throws Exception {
        assertEquals(status, ended.status(), ended.words());
        assertFalse(ended.error(reason).isBlank(), ended.words());
    }

    private static List<String> all(JsonNode array, String field) {
        var values = new ArrayList<String>();
        array.forEach(one -> values.add(one.get(field).asText()));
        return values;
    }

    private static String[] more(String[] words, String... others) {
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of(others));
        return all.toArray(String[]::new);
    }

    private Ended token(String... words) throws Exception {
        return typing("", words);
    }

    private Ended typing(String input, String... words) throws Exception {
        return run(
                input,
                more(
                        words,
                        "--module",
                        module(),
                        "--label",
                        "box",
                        "--pin-file",
                        pinFile().toString()));
    }

    private Ended hsm(String... words) throws Exception {
        return run("", words);
    }

    private Ended run(String input, String... words) throws Exception {
        if (SEEN.add(words.length == 0 ? "" : words[0])) return process(input, Map.of(), words);
        // A driver process of this one would not find the store, whose variable is set for native code only.
        return here(input, words.length == 0 ? words : more(words, "--inside"));
    }

    private static Ended here(String input, String... words) {
        var in = System.in;
        var out = System.out;
        var err = System.err;
        var output = new ByteArrayOutputStream();
        var said = new ByteArrayOutputStream();
        try {
            System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
            System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
            int status = Main.run(more(new String[] {"hsm"}, words));
            return Ended.of(
                    status, output.toString(StandardCharsets.UTF_8), said.toString(StandardCharsets.UTF_8), words);
        } finally {
            System.setIn(in);
            System.setOut(out);
            System.setErr(err);
        }
    }

    private Ended process(String input, Map<String, String> environment, String... words) throws Exception {
        var ended = HsmProcess.start(folder, hsm, environment, words).end(input);
        return Ended.of(ended.status(), ended.output(), ended.said(), words);
    }
}
