package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// SM2 by the numbers of several vendors, through the shim, whose signatures are OpenSSL's; and our verification
/// beside the signatures of OpenSSL and of a TPM. None of this is an HSM with SM2: none was to be had.
class Sm2Test {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String DIGEST_OPTIONS = "distid:1234567812345678";

    @TempDir
    Path folder;

    private FaultShim shim;
    private Token token;

    @AfterEach
    void close() {
        if (token != null) {
            token.close();
        }
        if (shim != null) {
            shim.heal();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tass, TASS",
        "sansec, SANSEC",
        "ibm-ep11, IBM",
        "0x80008100 z-message der, TASS",
        "0x80008100 z-message raw, SANSEC",
        "0x80008102 message raw, SANSEC",
        "0x80008104 e der, SANSEC",
        "0x80008105 e raw, SANSEC"
    })
    void signsByEachVendorsNumbers(String profile, FaultShim.Vendor vendor) throws Exception {
        open(profile, vendor);
        SigningKey key = token.generate("sm2", KeyKind.SM2);
        for (int size : new int[] {0, 1, 32, 1000, 65_535}) {
            byte[] message = random(size);
            byte[] signature = key.sign(message, SOON).get();
            assertEquals(64, signature.length);
            assertTrue(SignatureCheck.verifies(KeyKind.SM2, key.spki(), message, signature));
        }
        byte[] message = random(100);
        assertTrue(opensslVerifies(key.spki(), message, key.sign(message, SOON).get()));
        assertFalse(
                opensslVerifies(key.spki(), random(100), key.sign(message, SOON).get()));
        assertThrows(IllegalArgumentException.class, () -> key.sign(new byte[65_536], SOON));
    }

    /// Each of these signs something, which nobody would accept: without Z, with another user id in Z, or in another
    /// form than the profile says.
    @ParameterizedTest
    @CsvSource({
        "0x80008100 message raw, SANSEC, false, does not verify",
        "0x80008100 message der, TASS, false, does not verify",
        "0x80008101 message der, SANSEC, false, does not verify",
        "sansec, SANSEC, true, does not verify",
        "0x80008102 z-message raw, SANSEC, false, does not verify",
        "0x80008100 z-message raw, TASS, false, is malformed",
        "0x80008100 z-message der, SANSEC, false, is malformed"
    })
    void theSelfTestRefusesAWrongZOrForm(String profile, FaultShim.Vendor vendor, boolean anotherId, String why)
            throws Exception {
        open(profile, vendor);
        shim.usesAnotherUserId(anotherId);
        var refused = assertThrows(KeyRefused.class, () -> token.generate("sm2", KeyKind.SM2));
        assertEquals("signature", refused.attribute());
        assertTrue(refused.words().contains(why), refused.getMessage());
        assertEquals(TokenFailure.Reason.FATAL, refused.reason());
    }

    @Test
    void whatTheTokenRefusesIsToldWithItsCode() throws Exception {
        // Z and message together are no e.
        open("0x80008000 z-message der", FaultShim.Vendor.TASS);
        var refused = assertThrows(KeyRefused.class, () -> token.generate("sm2", KeyKind.SM2));
        assertEquals(0x21, refused.returnCode().orElseThrow().value());
        token.close();
        open("0x80008109 e der", FaultShim.Vendor.TASS);
        refused = assertThrows(KeyRefused.class, () -> token.generate("sm2", KeyKind.SM2));
        assertEquals("CKM 0x80008109", refused.attribute());
        assertEquals(TokenFailure.Reason.UNSUPPORTED_MECHANISM, refused.reason());
    }

    @Test
    void withoutAProfileThereIsNoSm2() throws Exception {
        shim = FaultShim.beforeSoftHsm();
        token = Tokens.open(shim.through(SoftHsm.create(folder).token("box", 1)));
        var refused = assertThrows(KeyRefused.class, () -> token.generate("sm2", KeyKind.SM2));
        assertEquals(TokenFailure.Reason.UNSUPPORTED_MECHANISM, refused.reason());
        assertTrue(refused.words().contains("SoftHSM"), refused.getMessage());
    }

    @Test
    void theKeyIsFoundAgainAndComparedWithItsPin() throws Exception {
        TokenConfig config = open("tass", FaultShim.Vendor.TASS);
        byte[] spki = token.generate("sm2", KeyKind.SM2).spki();
        byte[] other = token.generate("other", KeyKind.SM2).spki();
        token.close();
        token = Tokens.open(config);
        byte[] message = random(50);
        SigningKey key = token.key(KeySpec.pinned("sm2", KeyKind.SM2, spki));
        assertTrue(SignatureCheck.verifies(
                KeyKind.SM2, spki, message, key.sign(message, SOON).get()));
        assertThrows(KeyRefused.class, () -> token.key(KeySpec.pinned("sm2", KeyKind.SM2, other)));
    }

    @Test
    void theSignaturesOfOpensslVerify() throws Exception {
        Path key = folder.resolve("key.pem");
        Path publicKey = folder.resolve("public.der");
        Path message = folder.resolve("message");
        Path signature = folder.resolve("signature");
        openssl("genpkey", "-algorithm", "SM2", "-out", key.toString());
        openssl("pkey", "-in", key.toString(), "-pubout", "-outform", "DER", "-out", publicKey.toString());
        byte[] spki = Files.readAllBytes(publicKey);
        PublicKeys.requireSpki(KeyKind.SM2, spki);
        for (int size : new int[] {1, 100, 5000}) {
            Files.write(message, random(size));
            openssl(
                    "pkeyutl",
                    "-sign",
                    "-inkey",
                    key.toString(),
                    "-rawin",
                    "-digest",
                    "sm3",
                    "-pkeyopt",
                    DIGEST_OPTIONS,
                    "-in",
                    message.toString(),
                    "-out",
                    signature.toString());
            assertOnlyItsOwnVerifies(spki, Files.readAllBytes(message), raw(Files.readAllBytes(signature)));
        }
    }

    /// A TPM signs e, so this also says whether our Z is right: an implementation of its own, libtpms.
    @Test
    void theSignaturesOfATpmVerify() throws Exception {
        for (String program : List.of("swtpm", "tpm2_sign")) {
            Installed.requireProgram(program, "swtpm, libtss2-tcti-swtpm0, tpm2-tools");
        }
        Files.createDirectory(folder.resolve("chip"));
        Path socket = Files.createTempDirectory("tpm").resolve("s");
        Process chip = new ProcessBuilder(
                        "swtpm",
                        "socket",
                        "--tpm2",
                        "--tpmstate",
                        "dir=" + folder.resolve("chip").toAbsolutePath(),
                        "--server",
                        "type=unixio,path=" + socket,
                        "--ctrl",
                        "type=unixio,path=" + socket + ".ctrl",
                        "--flags",
                        "not-need-init,startup-clear")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("chip.log").toFile())
                .start();
        try {
            Await.until(SOON, () -> "no socket", () -> Files.exists(socket.resolveSibling("s.ctrl")));
            String primary = folder.resolve("primary").toString();
            String key = folder.resolve("key").toString();
            tpm(socket, "tpm2_createprimary -Q -C o -G ecc -c " + primary);
            tpm(
                    socket,
                    "tpm2_create -Q -C " + primary + " -G ecc_sm2:sm2 -u " + key + ".pub -r " + key + ".priv"
                            + " -a sign|fixedtpm|fixedparent|sensitivedataorigin|userwithauth");
            tpm(socket, "tpm2_load -Q -C " + primary + " -u " + key + ".pub -r " + key + ".priv -c " + key);
            byte[] spki = spki(tpm(socket, "tpm2_readpublic -c " + key));
            byte[] z = Sm2.z(PublicKeys.raw(KeyKind.SM2, spki));
            for (int size : new int[] {0, 77}) {
                byte[] message = random(size);
                Files.write(folder.resolve("e"), Sm2.e(z, message));
                tpm(
                        socket,
                        "tpm2_sign -c " + key + " -g sha256 -s sm2 -d -f plain -o " + folder.resolve("signature") + " "
                                + folder.resolve("e"));
                byte[] signature = raw(Files.readAllBytes(folder.resolve("signature")));
                assertTrue(SignatureCheck.verifies(KeyKind.SM2, spki, message, signature));
                assertFalse(SignatureCheck.verifies(KeyKind.SM2, spki, random(78), signature));
            }
        } finally {
            chip.destroy();
            chip.waitFor();
        }
    }

    private String tpm(Path socket, String command) throws Exception {
        Map<String, String> tcti = Map.of("TPM2TOOLS_TCTI", "swtpm:path=" + socket);
        Program.Ended ended = Program.end(Arrays.asList(command.split(" ")), tcti);
        // The chip holds three keys at a time, and the tools leave theirs in it.
        Program.end(List.of("tpm2_flushcontext", "-t"), tcti);
        if (ended.code() != 0 && !command.startsWith("tpm2_readpublic")) {
            throw new IllegalStateException(command + ": " + ended.output());
        }
        return ended.output();
    }

    private static byte[] spki(String shown) {
        String point = Stream.of("x: ", "y: ")
                .map(name -> shown.lines()
                        .filter(line -> line.startsWith(name))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException(shown))
                        .substring(name.length())
                        .strip())
                .collect(Collectors.joining());
        return PublicKeys.spkiFromRaw(KeyKind.SM2, HexFormat.of().parseHex("04" + point))
                .orElseThrow();
    }

    /// `profile` is a shipped one's name, or number, input and output of one of our own.
    private TokenConfig open(String profile, FaultShim.Vendor vendor) throws Exception {
        if (token != null) {
            token.close();
        }
        shim = FaultShim.beforeSoftHsm();
        shim.vendor(vendor);
        TokenConfig config = shim.through(SoftHsm.create(folder).token("box" + System.nanoTime() % 1_000_000, 2))
                .withProfile(profile.contains(" ") ? file(profile.split(" ")) : profile);
        token = Tokens.open(config);
        Await.state(token, TokenHealth.State.READY);
        return config;
    }

    private String file(String... signature) throws Exception {
        Path file = folder.resolve("own.properties");
        Files.writeString(file, """
                name = own
                status = tested
                sm2.key-type = 0x80000004
                sm2.generation = 0x80008001
                sm2.signature = %s
                sm2.input = %s
                sm2.output = %s
                """.formatted((Object[]) signature));
        return file.toString();
    }

    private boolean opensslVerifies(byte[] spki, byte[] message, byte[] signature) throws Exception {
        Files.write(folder.resolve("spki"), spki);
        Files.write(folder.resolve("message"), message);
        byte[] der = StandardDSAEncoding.INSTANCE.encode(
                LowS.order(KeyKind.SM2),
                new BigInteger(1, Arrays.copyOf(signature, 32)),
                new BigInteger(1, Arrays.copyOfRange(signature, 32, 64)));
        Files.write(folder.resolve("signature"), der);
        return Program.end(
                                List.of(
                                        Installed.openssl(),
                                        "pkeyutl",
                                        "-verify",
                                        "-pubin",
                                        "-keyform",
                                        "DER",
                                        "-inkey",
                                        folder.resolve("spki").toString(),
                                        "-rawin",
                                        "-digest",
                                        "sm3",
                                        "-pkeyopt",
                                        DIGEST_OPTIONS,
                                        "-in",
                                        folder.resolve("message").toString(),
                                        "-sigfile",
                                        folder.resolve("signature").toString()),
                                Map.of())
                        .code()
                == 0;
    }

    private static void openssl(String... arguments) throws Exception {
        Program.run(Stream.concat(Stream.of(Installed.openssl()), Arrays.stream(arguments))
                .toList());
    }

    private static byte[] raw(byte[] der) throws Exception {
        BigInteger[] pair = StandardDSAEncoding.INSTANCE.decode(LowS.order(KeyKind.SM2), der);
        byte[] raw = new byte[64];
        LowS.write(pair[0], raw, 0, 32);
        LowS.write(pair[1], raw, 32, 32);
        return raw;
    }

    private static void assertOnlyItsOwnVerifies(byte[] spki, byte[] message, byte[] signature) {
        assertTrue(SignatureCheck.verifies(KeyKind.SM2, spki, message, signature));
        message[0] ^= 1;
        assertFalse(SignatureCheck.verifies(KeyKind.SM2, spki, message, signature));
        message[0] ^= 1;
        signature[40] ^= 1;
        assertFalse(SignatureCheck.verifies(KeyKind.SM2, spki, message, signature));
    }

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return random;
    }
}
