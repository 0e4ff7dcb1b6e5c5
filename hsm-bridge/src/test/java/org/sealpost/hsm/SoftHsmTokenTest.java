package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Keys and PINs on a real token: SoftHSM2 in this process.
class SoftHsmTokenTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private SoftHsm hsm;
    private TokenConfig config;
    private Token token;

    @BeforeEach
    void openAFreshToken() throws Exception {
        hsm = SoftHsm.create(folder);
        config = hsm.token("box", 4);
        token = Tokens.open(config);
        Await.state(token, TokenHealth.State.READY);
    }

    @AfterEach
    void close() {
        if (token != null) {
            token.close();
        }
    }

    @Test
    void signsAMessageOfAnySizeUpToTheLimit() throws Exception {
        SigningKey key = token.generate("first", KeyKind.ED25519);
        for (int size : new int[] {0, 1, 65_535}) {
            byte[] input = random(size);
            assertTrue(Independent.verifies(key, input, key.sign(input, SOON).get()), "size " + size);
        }
        assertThrows(IllegalArgumentException.class, () -> key.sign(new byte[65_536], SOON));
    }

    @ParameterizedTest
    @EnumSource(names = {"P256", "SECP256K1"})
    void signaturesAreAlwaysLow(KeyKind kind) throws Exception {
        SigningKey key = token.generate("first", kind);
        // Each would be high with probability one half, so that this test cannot pass by luck.
        for (int i = 0; i < 100; i++) {
            byte[] digest = random(32);
            byte[] signature = key.sign(digest, SOON).get();
            assertTrue(Independent.isLow(key, signature));
            assertTrue(Independent.verifies(key, digest, signature));
        }
    }

    @Test
    void refusesAKeyOfAnotherKind() {
        token.generate("first", KeyKind.P256);
        token.generate("edwards", KeyKind.ED25519);
        assertEquals(
                "CKA_EC_PARAMS",
                refusal(KeySpec.unpinned("first", KeyKind.SECP256K1)).attribute());
        assertEquals(
                "CKA_KEY_TYPE",
                refusal(KeySpec.unpinned("first", KeyKind.ED25519)).attribute());
        assertEquals(
                "CKA_KEY_TYPE",
                refusal(KeySpec.unpinned("edwards", KeyKind.P256)).attribute());
    }

    @Test
    void refusesTwoKeysOfOneId() throws Exception {
        Workbench.with(config, s -> Workbench.makePair(s, "first", new byte[] {7}, true, false));
        Workbench.with(config, s -> Workbench.makePair(s, "second", new byte[] {7}, true, false));
        KeyRefused refused = refusal(KeySpec.unpinned("first", KeyKind.P256));
        assertEquals("CKA_ID", refused.attribute());
        assertTrue(refused.isAmbiguous());
    }

    @Test
    void refusesAKeyThatCouldLeaveTheToken() throws Exception {
        Workbench.with(config, s -> Workbench.makePair(s, "loose", new byte[] {1}, true, true));
        assertEquals(
                "CKA_EXTRACTABLE",
                refusal(KeySpec.unpinned("loose", KeyKind.P256)).attribute());
        Workbench.with(config, s -> Workbench.makePair(s, "open", new byte[] {2}, false, false));
        assertEquals(
                "CKA_SENSITIVE", refusal(KeySpec.unpinned("open", KeyKind.P256)).attribute());
    }

    /// Two pairs whose public halves are swapped: every attribute is right, and only the signature tells.
    @Test
    void refusesAPublicKeyThatIsNotTheOtherHalf() throws Exception {
        Workbench.with(config, s -> Workbench.makePair(s, "first", new byte[] {1}, new byte[] {2}, true, false));
        Workbench.with(config, s -> Workbench.makePair(s, "second", new byte[] {2}, new byte[] {1}, true, false));
        assertEquals(
                "signature", refusal(KeySpec.unpinned("first", KeyKind.P256)).attribute());
    }

    @Test
    void aLogoutBehindOurBackIsHealed() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        byte[] digest = random(32);
        key.sign(digest, SOON).get();
        Workbench.with(config, Session::logout);
        assertTrue(Independent.verifies(key, digest, key.sign(digest, SOON).get()));
    }

    @Test
    void aBrokenTokenDoesNotDisturbItsNeighbour() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        TokenConfig second = hsm.token("second", 1);
        SoftHsm.write(second.pinFile(), "000000\n");
        try (Token blocked = Tokens.open(second)) {
            assertEquals(TokenHealth.State.PIN_BLOCKED, blocked.health().state());
            byte[] digest = random(32);
            assertTrue(Independent.verifies(key, digest, key.sign(digest, SOON).get()));
            assertTrue(token.health().isReady());
        }
        byte[] digest = random(32);
        assertTrue(Independent.verifies(key, digest, key.sign(digest, SOON).get()));
    }

    @Test
    void theCeremonyLeavesATokenAloneThatExists() {
        byte[] pin = "123456".getBytes(StandardCharsets.US_ASCII);
        assertThrows(
                IllegalStateException.class,
                () -> TokenCeremony.initToken(config.module(), Optional.empty(), "box", pin, pin));
        assertTrue(token.health().isReady());
    }

    @Test
    void aPinFileThatIsMissingEmptyOrOpenToAllBlocksWithoutATry() throws Exception {
        token.close();
        String pin = Files.readString(config.pinFile());
        Files.delete(config.pinFile());
        assertBlocked("there is no PIN file");
        SoftHsm.write(config.pinFile(), "\n");
        assertBlocked("1 to 255 bytes");
        SoftHsm.write(config.pinFile(), pin);
        Files.setPosixFilePermissions(
                config.pinFile(), java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        assertBlocked("every user");
        Files.setPosixFilePermissions(
                config.pinFile(), java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        token = Tokens.open(config);
        assertTrue(token.health().isReady(), () -> token.health().toString());
    }

    private void assertBlocked(String cause) {
        try (Token blocked = Tokens.open(config)) {
            assertEquals(TokenHealth.State.PIN_BLOCKED, blocked.health().state());
            assertTrue(
                    blocked.health().cause().contains(cause), blocked.health().cause());
        }
    }

    private KeyRefused refusal(KeySpec spec) {
        return assertThrows(KeyRefused.class, () -> token.key(spec));
    }

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return random;
    }
}
