package org.sealpost.evidence.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.evidence.TestBox;
import org.sealpost.record.Content;
import org.sealpost.record.Source;

class VerifyCommandTest {
    @TempDir
    Path folder;

    private final TestBox box = new TestBox("demo-port/7f3a9c41", TestBox.newKeys(), 1, 6);
    private Path file;
    private Path store;
    private String out = "";
    private String err = "";

    @BeforeEach
    void makeFiles() throws Exception {
        file = Files.write(folder.resolve("a.evidence"), box.evidence(5, 6));
        store = Files.createDirectory(folder.resolve("trust"));
    }

    @Test
    void aTrustedSignerEndsWithZeroAndTellsWhatWasProvedAndWhatNot() throws Exception {
        trustTheBox(store);
        assertEquals(0, run(file.toString(), "--trust", store.toString()), out + err);
        assertTrue(out.startsWith("VALID: "), out);
        for (var said : new String[] {
            "Proved",
            "index        5",
            "\"client-5\"",
            "\"application/json\", 12 bytes, SHA-256 ",
            "thumbprint",
            "Not checked",
            "revocation",
            "time"
        }) {
            assertTrue(out.contains(said), said + " in\n" + out);
        }
    }

    /// What is printed can be put into the store as it is, and then the same file is trusted.
    @Test
    void anUnknownSignerEndsWithThreeAndShowsHowToTrustIt() throws Exception {
        assertEquals(3, run(file.toString(), "--trust", store.toString()));
        assertFalse(out.toLowerCase(Locale.ROOT).contains("valid"), out);
        assertFalse(out.contains("Proved"), out);
        assertTrue(out.contains("fingerprint of its key: "), out);
        var lines = new StringBuilder();
        boolean inside = false;
        for (var line : out.lines().toList()) {
            inside |= line.equals("sealpost-trust 1");
            if (line.isEmpty()) inside = false;
            if (inside) lines.append(line).append('\n');
        }
        Files.writeString(store.resolve("box.trust"), lines.toString());
        assertEquals(0, run(file.toString(), "--trust", store.toString()), out + err);
    }

    @Test
    void theUsersOwnStoreIsTheDefaultAndMayBeMissing() throws Exception {
        assertEquals(3, run(file.toString()));
        trustTheBox(Files.createDirectories(folder.resolve("config/sealpost/trust")));
        assertEquals(0, run(file.toString()), out + err);
    }

    @Test
    void aDamagedFileEndsWithOneAndNamesThePart() throws Exception {
        var bytes = Files.readAllBytes(file);
        // The last bytes are the empty lists of anchors and certificates; before them stands the signature.
        bytes[bytes.length - 3] ^= 1;
        Files.write(file, bytes);
        assertEquals(1, run(file.toString()));
        assertTrue(out.startsWith("NOT VALID: head 1, signature: "), out);
    }

    @Test
    void whatCannotBeReadEndsWithTwo() throws Exception {
        Files.writeString(file, "hello");
        assertEquals(2, run(file.toString()));
        assertEquals(2, run(folder.resolve("missing").toString()));
        assertTrue(err.contains("missing"), err);
        assertEquals(2, run(folder.toString()));
        assertEquals(2, run());
        assertEquals(2, run("--trust"));
        assertEquals(2, run(file.toString(), "--trust", ""));
        assertEquals(2, run("--colour", file.toString()));
        assertEquals(2, run(file.toString(), file.toString()));
        assertEquals(2, run(file.toString(), "--succession"));
        assertEquals(2, run(file.toString(), "--succession", file.toString(), "--succession", file.toString()));
        assertEquals(2, run(file.toString(), "--node", "not a url"));
        assertEquals(2, run(file.toString(), "--node", "ftp://127.0.0.1/"));
    }

    /// With 1, as the JVM ends then, a good file would be one that is not valid.
    @Test
    void whatNobodyForesawEndsWithTwo() {
        Runnable noMemory = () -> {
            throw new OutOfMemoryError("Java heap space");
        };
        Runnable mistake = () -> {
            throw new IllegalStateException("\u001b[2J");
        };
        for (var unforeseen : List.of(noMemory, mistake)) {
            var failing = new PrintStream(OutputStream.nullOutputStream()) {
                @Override
                public void println(String line) {
                    unforeseen.run();
                }
            };
            var said = new ByteArrayOutputStream();
            var args = new String[] {file.toString(), "--trust", store.toString()};
            assertEquals(
                    2, VerifyCommand.run(args, Map.of(), failing, new PrintStream(said, true, StandardCharsets.UTF_8)));
            err = said.toString(StandardCharsets.UTF_8);
            assertTrue(err.startsWith("the check itself failed, which says nothing of the file: java.lang."), err);
            assertTrue(err.contains("VerifyCommandTest"), err);
            assertTrue(err.chars().noneMatch(c -> c < ' ' && c != '\n'), err);
        }
    }

    @Test
    void anUnusableStoreEndsWithTwoAndNamesTheLine() throws Exception {
        assertEquals(
                2, run(file.toString(), "--trust", folder.resolve("nowhere").toString()));
        trustTheBox(store);
        Files.writeString(store.resolve("other.trust"), "sealpost-trust 1\nkey colour blue\n");
        assertEquals(2, run(file.toString(), "--trust", store.toString()));
        assertTrue(err.contains("other.trust, line 2"), err);
        assertEquals("", out);
        Files.delete(store.resolve("other.trust"));
        Files.createSymbolicLink(store.resolve("gone.trust"), folder.resolve("nowhere"));
        assertEquals(2, run(file.toString(), "--trust", store.toString()));
        assertTrue(err.contains("gone.trust is no regular file"), err);
    }

    @Test
    void anAnchorOfAKnownChainIsOnlyClaimedWhereNoNodeAnswers() throws Exception {
        Files.write(file, box.evidenceWithAnchors(5, 6));
        Files.writeString(store.resolve("box.trust"), box.trustTextWithChain());
        assertEquals(0, run(file.toString(), "--trust", store.toString()), out + err);
        assertTrue(out.contains("claimed, not checked: no node given"), out);
        assertNothingSaidOfOtherHistories();
        assertEquals(0, run(file.toString(), "--trust", store.toString(), "--node", "http://127.0.0.1:1"), out + err);
        assertTrue(out.contains("claimed, not checked: node http://127.0.0.1:1 cannot be asked"), out);
        assertNothingSaidOfOtherHistories();
        assertEquals(3, run(file.toString()));
        assertTrue(out.contains("claimed, not checked: chain not in the trust store"), out);
        assertNothingSaidOfOtherHistories();
    }

    /// Anybody may have written the anchor into the file.
    private void assertNothingSaidOfOtherHistories() {
        assertTrue(out.contains("whether the box showed others another history; an anchor or a witness tells"), out);
        assertFalse(out.contains("never brought"), out);
    }

    /// Whoever names another log is told so, and evidence of that one changes no exit code.
    @Test
    void whatALogGoesOnFromIsClaimedUntilTheOtherOneSaysTheSame() throws Exception {
        trustTheBox(store);
        var heir = TestBox.goingOnFrom(box, "demo-port/0badcafe", TestBox.newKeys());
        Files.writeString(store.resolve("heir.trust"), heir.trustText());
        Files.write(file, heir.evidence(3, 4));
        var old =
                Files.write(folder.resolve("old.evidence"), box.evidence(5, 6)).toString();
        assertEquals(0, run(file.toString(), "--trust", store.toString()), out + err);
        assertTrue(out.contains("goes on from demo-port/7f3a9c41 (genesis "), out);
        assertTrue(out.contains("--succession takes evidence of it"), out);
        assertEquals(0, run(file.toString(), "--trust", store.toString(), "--succession", old), out + err);
        assertTrue(out.contains("claimed; not proved: the other file is no last entry"), out);
        Files.writeString(Path.of(old), "hello");
        assertEquals(0, run(file.toString(), "--trust", store.toString(), "--succession", old), out + err);
        assertTrue(out.contains("claimed; not proved: the other file cannot be read"), out);
        for (var none : List.of(folder.resolve("missing"), folder)) {
            assertEquals(
                    0, run(file.toString(), "--trust", store.toString(), "--succession", none.toString()), out + err);
            assertTrue(out.contains("claimed; not proved: the other file cannot be read: "), out);
        }
    }

    @Test
    void controlCharactersOfStrangersAreNotPrinted() throws Exception {
        box.append(
                new Source("\u001b[2J\nVALID", Optional.of("\r\u0007"), "\u202e"),
                new Content("\u009b1m", new byte[0]),
                new Random(1));
        Files.write(file, box.evidence(6, 7));
        assertEquals(3, run(file.toString()));
        assertTrue(out.contains("\"\\u{1b}[2J\\u{a}VALID\""), out);
        assertTrue(out.chars().noneMatch(c -> c < ' ' && c != '\n' || c >= 0x7f && c < 0xa0 || c == 0x202e), out);
    }

    /// Offline the verifier needs its own classes and the JDK, nothing else.
    @Test
    void itRunsFromItsOwnClassesAlone() throws Exception {
        trustTheBox(store);
        var classes = Path.of(VerifyCommand.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classes.toString(),
                        VerifyCommand.class.getName(),
                        file.toString(),
                        "--trust",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), printed);
        assertTrue(printed.startsWith("VALID: "), printed);
    }

    private void trustTheBox(Path store) throws Exception {
        Files.writeString(store.resolve("box.trust"), box.trustText());
    }

    private int run(String... args) {
        var outBytes = new ByteArrayOutputStream();
        var errBytes = new ByteArrayOutputStream();
        int exit = VerifyCommand.run(
                args,
                Map.of("XDG_CONFIG_HOME", folder.resolve("config").toString()),
                new PrintStream(outBytes, true, StandardCharsets.UTF_8),
                new PrintStream(errBytes, true, StandardCharsets.UTF_8));
        out = outBytes.toString(StandardCharsets.UTF_8);
        err = errBytes.toString(StandardCharsets.UTF_8);
        return exit;
    }
}
