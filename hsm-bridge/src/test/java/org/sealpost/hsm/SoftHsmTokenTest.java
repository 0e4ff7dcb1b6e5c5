package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Keys and PINs on a real token: SoftHSM2 in this process.
class SoftHsmTokenTest {
    private static final Duration SOON = Duration.ofSeconds(20);

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

    @ParameterizedTest
    @EnumSource(names = {"P256", "SECP256K1", "ED25519"})
    void signsWithAKeyMadeOnTheToken(KeyKind kind) throws Exception {
        SigningKey key = token.generate("first", kind);
        for (int i = 0; i < 20; i++) {
            byte[] input = random(kind.isEcdsa() ? 32 : 1 + 100 * i);
            byte[] signature = key.sign(input, SOON).get();
            assertEquals(64, signature.length);
            assertTrue(Independent.verifies(key, input, signature));
            input[0] ^= 1;
            assertFalse(Independent.verifies(key, input, signature));
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

    @Test
    void refusesADigestOfAnotherSizeAndADeadlineInThePast() {
        SigningKey key = token.generate("first", KeyKind.P256);
        assertThrows(IllegalArgumentException.class, () -> key.sign(new byte[31], SOON));
        assertThrows(IllegalArgumentException.class, () -> key.sign(new byte[33], SOON));
        assertThrows(IllegalArgumentException.class, () -> key.sign(new byte[32], Duration.ZERO));
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
    void findsItsKeysAgainAfterARestart() throws Exception {
        byte[] spki = token.generate("first", KeyKind.P256).spki();
        token.close();
        token = Tokens.open(config);
        SigningKey again = token.key(KeySpec.pinned("first", KeyKind.P256, spki));
        assertArrayEquals(spki, again.spki());
        byte[] digest = random(32);
        assertTrue(Independent.verifies(again, digest, again.sign(digest, SOON).get()));
        assertTrue(token.description().contains("\"box\""), token.description());
    }

    @Test
    void refusesAKeyThatIsNotThePinnedOne() {
        token.generate("first", KeyKind.P256);
        byte[] other = token.generate("second", KeyKind.P256).spki();
        var refused = assertThrows(KeyRefused.class, () -> token.key(KeySpec.pinned("first", KeyKind.P256, other)));
        assertEquals("CKA_EC_POINT", refused.attribute());
        assertTrue(token.health().isReady(), () -> token.health().toString());
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
    void refusesAKeyThatIsNotThere() {
        assertEquals(
                "CKA_LABEL", refusal(KeySpec.unpinned("nobody", KeyKind.P256)).attribute());
    }

    @Test
    void refusesTwoKeysOfOneLabel() throws Exception {
        token.generate("first", KeyKind.P256);
        Workbench.with(config, s -> Workbench.makePair(s, "first", new byte[] {7}, true, false));
        KeyRefused refused = refusal(KeySpec.unpinned("first", KeyKind.P256));
        assertEquals("CKA_LABEL", refused.attribute());
        assertTrue(refused.isAmbiguous());
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
    void doesNotMakeASecondKeyOfAName() {
        byte[] spki = token.generate("first", KeyKind.P256).spki();
        var refused = assertThrows(KeyRefused.class, () -> token.generate("first", KeyKind.ED25519));
        assertEquals("CKA_LABEL", refused.attribute());
        assertArrayEquals(
                spki, token.key(KeySpec.unpinned("first", KeyKind.P256)).spki());
    }

    @Test
    void manyThreadsGetTheirOwnSignatures() throws Exception {
        List<SigningKey> keys = List.of(
                token.generate("a", KeyKind.P256),
                token.generate("b", KeyKind.SECP256K1),
                token.generate("c", KeyKind.ED25519));
        record Asked(SigningKey key, byte[] input, CompletableFuture<byte[]> answer) {}
        List<Thread> threads = new ArrayList<>();
        List<Asked> all = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < 8; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 30; i++) {
                    SigningKey key = keys.get(i % 3);
                    byte[] input = random(32);
                    all.add(new Asked(key, input, key.sign(input, SOON)));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(240, all.size());
        for (Asked asked : all) {
            assertTrue(Independent.verifies(
                    asked.key(), asked.input(), asked.answer().get()));
        }
    }

    @Test
    void afterwardsNothingIsSigned() {
        SigningKey key = token.generate("first", KeyKind.P256);
        token.close();
        token.close();
        var failed = assertThrows(
                ExecutionException.class, () -> key.sign(random(32), SOON).get());
        assertEquals(
                TokenHealth.State.CLOSED,
                assertInstanceOf(TokenSetback.class, failed.getCause()).state());
        assertEquals(TokenHealth.State.CLOSED, token.health().state());
        assertThrows(IllegalStateException.class, () -> token.generate("second", KeyKind.P256));
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
    void aTokenOfTheSameLabelButAnotherSerialIsNotTaken() throws Exception {
        String serial = Workbench.label(config).serial();
        token.close();
        var other = new TokenConfig(config.module(), "box", Optional.of("0123"), Optional.empty(), config.pinFile(), 1);
        token = Tokens.open(other);
        assertEquals(TokenHealth.State.ABSENT, token.health().state());
        assertTrue(token.health().cause().contains(serial), token.health().cause());
        assertThrows(TokenSetback.class, () -> token.key(KeySpec.unpinned("first", KeyKind.P256)));
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
