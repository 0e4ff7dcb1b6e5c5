package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Listing, certificates and the end of keys, on SoftHSM2 in this process.
class KeyLifeTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private TokenConfig config;
    private Token token;
    private final List<TokenAct> told = new ArrayList<>();

    @BeforeEach
    void openAFreshToken() throws Exception {
        config = SoftHsm.create(folder).token("box", 2);
        token = Tokens.telling(Tokens.open(config), "the test", told::add);
        Await.state(token, TokenHealth.State.READY);
    }

    @AfterEach
    void close() {
        token.close();
    }

    @Test
    void anEmptyTokenListsNothing() {
        assertEquals(List.of(), token.keys());
    }

    @ParameterizedTest
    @EnumSource(names = {"P256", "SECP256K1", "ED25519", "P384", "RSA_2048_PKCS1", "RSA_2048_PSS"})
    void listsWhatItMade(KeyKind kind) {
        SigningKey key = token.generate("first", kind);
        ListedKey listed = only(token.keys());
        assertEquals("first", listed.name());
        assertTrue(listed.kinds().contains(kind), () -> listed.toString());
        assertArrayEquals(key.spki(), listed.spki().orElseThrow());
        assertEquals(16, listed.id().length);
        assertEquals(flags(true, false, true), listed.flags());
        assertTrue(listed.hasPrivate());
        assertEquals(List.of(), listed.certificates());
    }

    /// Somebody else in this process logged out: the token shows no private key any more, and the pair that is alive
    /// looks like what an interruption left.
    @Test
    void nothingIsRemovedWhileTheLoginIsSilentlyGone() throws Exception {
        SigningKey key = token.generate("seal", KeyKind.P256);
        told.clear();
        Workbench.with(config, Session::logout);
        assertThrows(TokenSetback.class, () -> token.destroy("seal", key.spki()));
        Await.state(token, TokenHealth.State.READY);
        Workbench.with(config, Session::logout);
        assertThrows(TokenSetback.class, () -> token.generate("seal", KeyKind.P256));
        Await.state(token, TokenHealth.State.READY);
        ListedKey listed = only(token.keys());
        assertTrue(listed.hasPrivate());
        assertArrayEquals(key.spki(), listed.spki().orElseThrow());
        byte[] digest = new byte[32];
        assertTrue(Independent.verifies(key, digest, key.sign(digest, SOON).get()));
        assertEquals(List.of(), told);
    }

    @Test
    void listsKeysThatItWouldNotUse() throws Exception {
        Workbench.with(config, s -> Workbench.makePair(s, "loose", new byte[] {1}, true, true));
        Workbench.with(config, s -> Workbench.makePair(s, "open", new byte[] {2}, false, false));
        Workbench.with(config, s -> Workbench.makePair(s, "twin", new byte[] {3}, new byte[] {4}, true, false));
        List<ListedKey> keys = token.keys();
        assertEquals(
                List.of("loose", "open", "twin", "twin"),
                keys.stream().map(ListedKey::name).toList());
        assertEquals(flags(true, true, true), keys.get(0).flags());
        assertEquals(flags(false, false, true), keys.get(1).flags());
        // Its halves bear different ids: a private key without a public one, and the other way round.
        assertEquals(1, keys.stream().filter(key -> !key.hasPrivate()).count());
        assertEquals(1, keys.stream().filter(key -> key.spki().isEmpty()).count());
    }

    @Test
    void keepsCertificatesOfAKey() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        SigningKey other = token.generate("second", KeyKind.P256);
        byte[] certificate = certificateOf(key);
        token.storeCertificate("first", key.spki(), certificate);
        token.storeCertificate("first", key.spki(), certificate);
        assertArrayEquals(certificate, only(token.certificates("first", key.spki())));
        assertEquals(List.of(), token.certificates("second", other.spki()));
        assertArrayEquals(certificate, only(token.keys().getFirst().certificates()));

        byte[] renewed = certificateOf(key);
        token.storeCertificate("first", key.spki(), renewed);
        assertEquals(2, token.certificates("first", key.spki()).size());

        token.close();
        token = Tokens.open(config);
        Await.state(token, TokenHealth.State.READY);
        assertEquals(2, token.certificates("first", key.spki()).size());
    }

    @Test
    void refusesWhatIsNoCertificateOfTheKey() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        SigningKey other = token.generate("second", KeyKind.P256);
        byte[] others = certificateOf(other);
        byte[] cut = java.util.Arrays.copyOf(others, others.length - 1);
        for (byte[] wrong : List.of(others, cut, new byte[0], new byte[] {0x30, 0}, key.spki(), new byte[20_000])) {
            assertThrows(IllegalArgumentException.class, () -> token.storeCertificate("first", key.spki(), wrong));
        }
        var refused = assertThrows(KeyRefused.class, () -> token.storeCertificate("first", other.spki(), others));
        assertEquals("public key", refused.attribute());
        assertEquals(List.of(), token.certificates("first", key.spki()));
        assertTrue(token.health().isReady());
    }

    @Test
    void aTokenThatKeepsNoCertificatesSaysSo() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        byte[] certificate = certificateOf(key);
        // FUNCTION_NOT_SUPPORTED, TEMPLATE_INCONSISTENT, TOKEN_WRITE_PROTECTED, DEVICE_MEMORY
        for (long code : new long[] {0x54, 0xD1, 0xE2, 0x31}) {
            try (Faults faults = new Faults(config.module())) {
                faults.creations().next(code);
                var refused =
                        assertThrows(KeyRefused.class, () -> token.storeCertificate("first", key.spki(), certificate));
                assertEquals("CKO_CERTIFICATE", refused.attribute());
                assertTrue(refused.getMessage().contains("keep it in a file"), refused.getMessage());
            }
        }
    }

    @Test
    void destroysExactlyTheKeyThatIsMeant() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        SigningKey other = token.generate("second", KeyKind.P256);
        token.storeCertificate("first", key.spki(), certificateOf(key));
        token.storeCertificate("second", other.spki(), certificateOf(other));
        assertThrows(KeyRefused.class, () -> token.destroy("first", other.spki()));
        assertThrows(KeyRefused.class, () -> token.destroy("nobody", key.spki()));
        assertEquals(2, token.keys().size());

        token.destroy("first", key.spki());
        ListedKey left = only(token.keys());
        assertEquals("second", left.name());
        assertEquals(1, left.certificates().size());
        Workbench.with(config, session -> {
            for (long objectClass : new long[] {Template.CERTIFICATE, Template.PUBLIC_KEY, Template.PRIVATE_KEY}) {
                assertEquals(
                        1,
                        session.find(new Template().with(Template.CLASS, objectClass), 10)
                                .size());
            }
        });
        var failed = assertThrows(
                ExecutionException.class, () -> key.sign(new byte[32], SOON).get());
        assertInstanceOf(KeyRefused.class, failed.getCause());
        assertTrue(Independent.verifies(
                other, new byte[32], other.sign(new byte[32], SOON).get()));
        assertThrows(KeyRefused.class, () -> token.destroy("first", key.spki()));
        assertTrue(token.health().isReady(), () -> token.health().toString());

        // The name is free again.
        assertFalse(java.util.Arrays.equals(
                key.spki(), token.generate("first", KeyKind.P256).spki()));
    }

    @Test
    void destroysNothingWhereTheKeyIsNotTheOnlyOne() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        byte[] id = token.keys().getFirst().id();
        Workbench.with(config, s -> Workbench.makePair(s, "first", new byte[] {7}, true, false));
        assertTrue(assertThrows(KeyRefused.class, () -> token.destroy("first", key.spki()))
                .isAmbiguous());
        SigningKey second = token.generate("second", KeyKind.P256);
        byte[] secondId = only(token.keys().stream()
                        .filter(k -> k.name().equals("second"))
                        .toList())
                .id();
        Workbench.with(config, s -> Workbench.makePair(s, "third", secondId, new byte[] {9}, true, false));
        assertTrue(assertThrows(KeyRefused.class, () -> token.destroy("second", second.spki()))
                .isAmbiguous());
        assertEquals(16, id.length);
        assertTrue(Independent.verifies(
                key, new byte[32], key.sign(new byte[32], SOON).get()));
    }

    /// Each removal in turn fails as if the token had gone; then the whole is asked for again.
    @Test
    void anInterruptedDestructionIsFinishedByAnother() throws Exception {
        for (int removed = 0; removed < 3; removed++) {
            SigningKey key = token.generate("first", KeyKind.P256);
            token.storeCertificate("first", key.spki(), certificateOf(key));
            try (Faults faults = new Faults(config.module())) {
                for (int i = 0; i < removed; i++) {
                    faults.destructions().next(0);
                }
                faults.destructions().next(0x30);
                assertThrows(TokenSetback.class, () -> token.destroy("first", key.spki()));
            }
            Await.state(token, TokenHealth.State.READY);
            token.destroy("first", key.spki());
            assertEquals(List.of(), token.keys());
        }
    }

    @Test
    void theListenerIsToldOfEachActAndOfNothingElse() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        byte[] certificate = certificateOf(key);
        assertThrows(KeyRefused.class, () -> token.generate("first", KeyKind.P256));
        token.storeCertificate("first", key.spki(), certificate);
        assertThrows(KeyRefused.class, () -> token.destroy("second", key.spki()));
        token.keys();
        token.destroy("first", key.spki());

        assertEquals(3, told.size());
        var generated = assertInstanceOf(TokenAct.Generated.class, told.get(0));
        assertEquals("first", generated.key());
        assertArrayEquals(key.spki(), generated.spki());
        assertEquals("the test", generated.by());
        assertTrue(generated.token().contains("\"box\""), generated.token());
        var stored = assertInstanceOf(TokenAct.CertificateStored.class, told.get(1));
        assertArrayEquals(certificate, stored.certificate());
        var destroyed = assertInstanceOf(TokenAct.Destroyed.class, told.get(2));
        assertArrayEquals(key.spki(), destroyed.spki());
    }

    private static byte[] certificateOf(SigningKey key) throws Exception {
        Instant now = Instant.now();
        return TestCa.create("ca").issue("box", key.spki(), now, now.plusSeconds(3600));
    }

    private static ListedKey.Flags flags(boolean sensitive, boolean extractable, boolean local) {
        return new ListedKey.Flags(Optional.of(sensitive), Optional.of(extractable), Optional.of(local));
    }

    private static <T> T only(List<T> list) {
        assertEquals(1, list.size());
        return list.getFirst();
    }
}
