package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One key in a file: what is read and made there, and each file that is no key.
class InsecureKeyFileTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    /// The key of the example in EIP-155, 32 times 46.
    private static final String EIP_155 =
            "303e020100301006072a8648ce3d020106052b8104000a042730250201010420" + "46".repeat(32);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("account.pem");
    }

    private void pem(String type, byte[] content, String permissions) throws Exception {
        Files.writeString(
                file,
                "-----BEGIN " + type + "-----\n"
                        + Base64.getMimeEncoder().encodeToString(content)
                        + "\n-----END " + type + "-----\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    /// r, s and the hash that is signed stand in the EIP. Whoever has another k has another r.
    @Test
    void signsAsTheExampleOfEip155() throws Exception {
        pem("PRIVATE KEY", HexFormat.of().parseHex(EIP_155), "rw-------");
        var key = InsecureKeyFile.open(file, KeyKind.SECP256K1);
        byte[] digest = HexFormat.of().parseHex("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
        assertEquals(
                "28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
                        + "67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
                HexFormat.of().formatHex(key.sign(digest, SOON).get()));
        assertThrows(IllegalArgumentException.class, () -> key.sign(new byte[31], SOON));
    }

    @Test
    void everySignatureHasTheLowerS() throws Exception {
        var key = InsecureKeyFile.make(file, KeyKind.SECP256K1);
        var half = LowS.order(KeyKind.SECP256K1).shiftRight(1);
        for (int number = 0; number < 32; number++) {
            byte[] digest = new byte[32];
            Arrays.fill(digest, (byte) number);
            byte[] signature = key.sign(digest, SOON).get();
            var s = new java.math.BigInteger(1, Arrays.copyOfRange(signature, 32, 64));
            assertTrue(s.compareTo(half) <= 0, s::toString);
            assertTrue(Independent.verifies(key, digest, signature));
        }
    }

    /// Made for its owner only, whole, and never in the place of another file.
    @Test
    void whatIsMadeIsFoundAgainAndStays() throws Exception {
        var made = InsecureKeyFile.make(file, KeyKind.SECP256K1);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        byte[] before = Files.readAllBytes(file);
        assertThrows(FileAlreadyExistsException.class, () -> InsecureKeyFile.make(file, KeyKind.SECP256K1));
        assertArrayEquals(before, Files.readAllBytes(file));
        assertArrayEquals(
                made.spki(), InsecureKeyFile.open(file, KeyKind.SECP256K1).spki());
        try (var files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList(), "nothing is left beside it");
        }
        // What a power cut has left of another one is nobody's.
        var other = folder.resolve("other.pem");
        Files.writeString(folder.resolve("other.pem.new"), "half");
        InsecureKeyFile.make(other, KeyKind.SECP256K1);
        InsecureKeyFile.open(other, KeyKind.SECP256K1);
        refusedToMake(folder.resolve("missing/account.pem"));
    }

    private static void refusedToMake(Path file) {
        var refused = assertThrows(KeyFileRefused.class, () -> InsecureKeyFile.make(file, KeyKind.SECP256K1));
        assertTrue(refused.remedy().contains("its folder is there"), refused.remedy());
    }

    /// A link that leads nowhere is a file of somebody's, too.
    @Test
    void aLinkIsNotFollowedToMakeAKey() throws Exception {
        Files.createSymbolicLink(file, folder.resolve("nowhere"));
        assertThrows(FileAlreadyExistsException.class, () -> InsecureKeyFile.make(file, KeyKind.SECP256K1));
        refused("there is no key file", "token init");
    }

    @Test
    void whatIsNoKeyForThisIsRefusedInOneSentence() throws Exception {
        refused("there is no key file", "token init");

        byte[] whole = HexFormat.of().parseHex(EIP_155);
        pem("PRIVATE KEY", whole, "rw-r--r--");
        refused("may be read by every user", "chmod 600");
        pem("PRIVATE KEY", whole, "rw-r-----");
        InsecureKeyFile.open(file, KeyKind.SECP256K1);

        for (int length = 0; length < whole.length; length++) {
            pem("PRIVATE KEY", Arrays.copyOf(whole, length), "rw-------");
            refused("it is damaged", "move " + file + " away");
        }
        for (var scalar : List.of("00".repeat(32), LowS.order(KeyKind.SECP256K1).toString(16))) {
            pem("PRIVATE KEY", HexFormat.of().parseHex(EIP_155.substring(0, 64) + scalar), "rw-------");
            refused("it is damaged", "move " + file + " away");
        }
        pem("PRIVATE KEY", BareKey.generate(KeyKind.P256).pkcs8(), "rw-------");
        refused("another kind than SECP256K1: [P256]", "put a SECP256K1 key there");
        pem("ENCRYPTED PRIVATE KEY", whole, "rw-------");
        refused("is encrypted", "-nocrypt");
        pem("EC PRIVATE KEY", whole, "rw-------");
        refused("not in PKCS#8", "-topk8");
        Files.write(file, new byte[2 << 20]);
        refused("it is damaged", "move " + file + " away");
        Files.write(file, new byte[0]);
        refused("it is damaged", "move " + file + " away");
        Files.delete(file);
        Files.createDirectory(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        refused("cannot be read", "see that it is a file");
    }

    private void refused(String sentence, String remedy) {
        var refused = assertThrows(KeyFileRefused.class, () -> InsecureKeyFile.open(file, KeyKind.SECP256K1));
        assertTrue(String.valueOf(refused.getMessage()).contains(sentence), refused.getMessage());
        assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
        assertTrue(refused.remedy().contains(remedy), refused.remedy());
    }

    /// As an owner would bring it who has made the account elsewhere.
    @Test
    void aKeyOfOpensslIsTaken() throws Exception {
        Installed.requireProgram("openssl", "openssl");
        var sec1 = folder.resolve("sec1.pem");
        run("openssl", "ecparam", "-name", "secp256k1", "-genkey", "-noout", "-out", sec1.toString());
        run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", sec1.toString(), "-out", file.toString());
        var key = InsecureKeyFile.open(file, KeyKind.SECP256K1);
        byte[] digest = new byte[32];
        assertTrue(Independent.verifies(key, digest, key.sign(digest, SOON).get()));
    }

    private static void run(String... command) throws Exception {
        Program.Ended ended = Program.end(List.of(command), Map.of());
        assertEquals(0, ended.code(), ended::output);
    }
}
