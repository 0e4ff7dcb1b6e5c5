package org.sealpost.ota.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class RootKeyFileTest {
    private static final byte[] MESSAGE = "a root".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path home = Path.of("");

    private Path file = Path.of("");

    @BeforeEach
    void setUp() {
        file = home.resolve("root-1/root-1.pem");
    }

    @Test
    void signsAsTheKeyThatWasMade() throws Exception {
        var made = RootKeyFile.create(file, passphrase("one two three four"));
        var other = RootKeyFile.create(home.resolve("other.pem"), passphrase("one two three four"));
        var opened = RootKeyFile.open(file, passphrase("one two three four"), List.of(other.key(), made.key()));
        assertEquals(made.key(), opened.key());
        assertTrue(made.key().verifies(MESSAGE, opened.sign(MESSAGE)));
    }

    @Test
    void isForItsOwnerAloneAndNeverWrittenOver() throws IOException {
        RootKeyFile.create(file, passphrase("one two three four"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
        byte[] before = Files.readAllBytes(file);
        refuses("is never written over", () -> RootKeyFile.create(file, passphrase("five six seven eight")));
        assertEquals(new String(before, StandardCharsets.UTF_8), Files.readString(file));
    }

    @Test
    void aWrongPassphraseAndAStrangersKeyAreRefused() throws IOException {
        var made = RootKeyFile.create(file, passphrase("one two three four"));
        refuses(
                "the passphrase of " + file + " is wrong",
                () -> RootKeyFile.open(file, passphrase("one two three fore"), List.of(made.key())));
        var other = RootKeyFile.create(home.resolve("other.pem"), passphrase("one two three four"));
        refuses(
                "is no root key of this repository",
                () -> RootKeyFile.open(file, passphrase("one two three four"), List.of(other.key())));
    }

    @Test
    void whatIsNoKeyFileIsRefused() throws IOException {
        RootKeyFile.create(file, passphrase("one two three four"));
        String pem = Files.readString(file);
        for (String damaged : List.of(
                "",
                "key",
                pem.substring(40),
                pem.replaceAll("(?s)\n.{60}", "\n"),
                pem.replaceAll("(?s)\n.*\n-", "\n-"),
                pem + " ".repeat(9000))) {
            Files.writeString(file, damaged);
            refuses(file.toString(), () -> RootKeyFile.open(file, passphrase("one two three four"), List.of()));
        }
        refuses("there is no root key in", () -> RootKeyFile.open(home, passphrase("one two three four"), List.of()));
    }

    @Test
    void aFolderStandsForTheOneKeyInIt() throws IOException {
        RootKeyFile.create(file, passphrase("one two three four"));
        assertEquals(file, RootKeyFile.locate(file.getParent()));
        assertEquals(file, RootKeyFile.locate(file));
        Files.createFile(file.resolveSibling("root-2.pem"));
        refuses("does not hold one .pem file", () -> RootKeyFile.locate(file.getParent()));
    }

    @Test
    void opensslReadsIt() throws IOException, InterruptedException {
        RootKeyFile.create(file, passphrase("one two three four"));
        Process openssl;
        try {
            openssl = new ProcessBuilder(
                            "openssl", "pkcs8", "-in", file.toString(), "-passin", "pass:one two three four")
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException notThere) {
            Assumptions.abort("openssl is not installed (package openssl)");
            return;
        }
        String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, openssl.waitFor(), said);
        assertTrue(said.startsWith("-----BEGIN PRIVATE KEY-----"), "no private key");
    }

    @Test
    void passphrasesComeFromFilesThatOthersCannotRead() throws IOException {
        Path words = Files.writeString(home.resolve("words"), "one two three four\r\n");
        Files.setPosixFilePermissions(words, PosixFilePermissions.fromString("rw-r--r--"));
        refuses("chmod 600", () -> Passphrase.inFile(words));
        Files.setPosixFilePermissions(words, PosixFilePermissions.fromString("rw-------"));
        try (var passphrase = Passphrase.inFile(words)) {
            assertEquals("one two three four", new String(passphrase.characters()));
            assertFalse(passphrase.toString().contains("two"));
            passphrase.close();
            assertEquals("\0".repeat(18), new String(passphrase.characters()));
        }
        for (String bad : List.of("", "too short\n", "one two three\nfour", "one two three vier ä", "x".repeat(201))) {
            Files.writeString(words, bad);
            refuses("12 to 200 printable ASCII characters", () -> Passphrase.inFile(words));
        }
        refuses("there is no passphrase file", () -> Passphrase.inFile(home.resolve("nowhere")));
    }

    @Test
    void thereIsOnePassphraseFileForAllOrOneForEach() throws IOException {
        Path a = secret("a", "one two three four");
        Path b = secret("b", "five six seven eight");
        var three = List.of(
                new Passphrase.Purpose("root-1", true),
                new Passphrase.Purpose("root-2", true),
                new Passphrase.Purpose("root-3", true));
        assertEquals(3, Passphrase.each(three, List.of(a)).size());
        var each = Passphrase.each(three, List.of(a, b, a));
        assertEquals("five six seven eight", new String(each.get(1).characters()));
        refuses("2 passphrase files for 3 keys", () -> Passphrase.each(three, List.of(a, b)));
        refuses("this is no terminal; give --passphrase-file", () -> Passphrase.each(three, List.of()));
    }

    private Passphrase passphrase(String words) {
        try {
            return Passphrase.inFile(secret("passphrase", words));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Path secret(String name, String content) throws IOException {
        Path secret = Files.writeString(home.resolve(name), content);
        return Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    }

    private static void refuses(String sentence, Executable step) {
        var refusal = assertThrows(Refusal.class, step);
        assertTrue(refusal.getMessage().contains(sentence), refusal::getMessage);
    }

    /// The last step of a sign can fail after the new root got its name.
    @Test
    void keysOfARootThatCountsAreKept() throws IOException {
        Path key = Files.createDirectory(home.resolve("root-4")).resolve("root-4.pem");
        Files.writeString(key, "a key");
        Path root = Files.writeString(home.resolve("2.root.json"), "a root");
        RootKeyFile.discardUnless(root, List.of(key));
        assertTrue(Files.exists(key));
        Files.delete(root);
        RootKeyFile.discardUnless(root, List.of(key));
        assertFalse(Files.exists(key.getParent()));
    }
}
