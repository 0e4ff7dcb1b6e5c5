package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
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
import org.junit.jupiter.params.provider.ValueSource;

/// Listing, certificates and the end of keys, on SoftHSM2 in this process.
class KeyLifeTest {
    private static final Duration SOON = Duration.ofMinutes(2);

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
        byte[] id = only(token.keys()).id();
        Workbench.with(config, Session::logout);
        assertThrows(TokenSetback.class, () -> token.destroyById("seal", id));
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
                if (removed == 0) {
                    assertThrows(TokenSetback.class, () -> token.destroy("first", key.spki()));
                } else {
                    assertTrue(token.destroy("first", key.spki()).isPresent());
                }
            }
            Await.state(token, TokenHealth.State.READY);
            assertEquals(Optional.empty(), token.destroy("first", key.spki()));
            assertEquals(List.of(), token.keys());
        }
    }

    /// ACTION_PROHIBITED, TOKEN_WRITE_PROTECTED
    @ParameterizedTest
    @ValueSource(longs = {0x1B, 0xE2})
    void aKeyThatTheTokenKeepsSignsOn(long code) throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        try (Faults faults = new Faults(config.module())) {
            faults.destructions().next(code);
            var refused = assertThrows(KeyRefused.class, () -> token.destroy("first", key.spki()));
            assertEquals("CKA_DESTROYABLE", refused.attribute());
        }
        assertSigns(key);
        assertTrue(token.health().isReady(), () -> token.health().toString());
        assertEquals(1, told.size());
        assertEquals(Optional.empty(), token.destroy("first", key.spki()));
    }

    /// The device fails before anything is removed: the key is found again, by who holds it, too.
    @Test
    void aKeyWhoseDestructionDidNotBeginSignsOn() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        try (Faults faults = new Faults(config.module())) {
            faults.destructions().next(0x30);
            assertThrows(TokenSetback.class, () -> token.destroy("first", key.spki()));
        }
        Await.state(token, TokenHealth.State.READY);
        assertSigns(key);
        assertEquals(1, told.size());
    }

    /// It is removed, but the answer is that the device has failed: nobody misses it when the token is opened
    /// again.
    @Test
    void aKeyThatIsGoneWithoutAWordIsNotMissed() throws Exception {
        SigningKey other = token.generate("second", KeyKind.P256);
        SigningKey key = token.generate("first", KeyKind.P256);
        try (Faults faults = new Faults(config.module())) {
            faults.destructions().next(() -> {
                removeFromOutside("first");
                return 0x30;
            });
            assertThrows(TokenSetback.class, () -> token.destroy("first", key.spki()));
        }
        Await.state(token, TokenHealth.State.READY);
        assertRefused(key);
        assertSigns(other);
        assertEquals(2, told.size());
        assertEquals(Optional.empty(), token.destroy("first", key.spki()));
        assertEquals(3, told.size());
    }

    /// The certificate or the public key stays, because the token refuses or has gone: the private key is
    /// destroyed all the same, and that is told.
    @ParameterizedTest
    @ValueSource(longs = {0x1B, 0x30})
    void whatIsLeftOfADestroyedKeyIsSaid(long code) throws Exception {
        for (int removed = 1; removed < 3; removed++) {
            told.clear();
            SigningKey key = token.generate("first", KeyKind.P256);
            token.storeCertificate("first", key.spki(), certificateOf(key));
            try (Faults faults = new Faults(config.module())) {
                for (int i = 0; i < removed; i++) {
                    faults.destructions().next(0);
                }
                faults.destructions().next(code);
                String left = token.destroy("first", key.spki()).orElseThrow();
                assertTrue(left.contains(new ReturnCode(code).toString()), left);
            }
            assertInstanceOf(TokenAct.Destroyed.class, told.getLast());
            Await.state(token, TokenHealth.State.READY);
            assertRefused(key);
            assertFalse(only(token.keys()).hasPrivate());
            assertEquals(Optional.empty(), token.destroy("first", key.spki()));
            assertEquals(List.of(), token.keys());
        }
    }

    @Test
    void aKeyOfAnAmbiguousNameIsDestroyedByItsId() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        byte[] id = only(token.keys()).id();
        Workbench.with(config, s -> Workbench.makePair(s, "first", new byte[] {7}, true, false));
        assertThrows(KeyRefused.class, () -> token.destroy("first", key.spki()));
        assertThrows(KeyRefused.class, () -> token.destroyById("second", new byte[] {7}));
        assertThrows(KeyRefused.class, () -> token.destroyById("first", new byte[] {8}));
        assertThrows(KeyRefused.class, () -> token.destroyById("first", new byte[0]));
        assertEquals(2, token.keys().size());
        assertEquals(Optional.empty(), token.destroyById("first", new byte[] {7}));
        assertArrayEquals(key.spki(), only(token.keys()).spki().orElseThrow());
        assertSigns(key);
        assertEquals(Optional.empty(), token.destroyById("first", id));
        assertEquals(List.of(), token.keys());
        assertRefused(key);
        assertArrayEquals(
                key.spki(),
                assertInstanceOf(TokenAct.Destroyed.class, told.getLast()).spki());
    }

    @Test
    void twoKeysOfOneIdAreNotDestroyedByIt() throws Exception {
        Workbench.with(config, s -> Workbench.makePair(s, "first", new byte[] {7}, true, false));
        Workbench.with(config, s -> Workbench.makePair(s, "first", new byte[] {7}, true, false));
        assertTrue(assertThrows(KeyRefused.class, () -> token.destroyById("first", new byte[] {7}))
                .isAmbiguous());
    }

    /// The profile says what the token does not do, as in the bring-up of a new model.
    @Test
    void aPairThatDoesNotPassItsTestIsRemovedAgain() throws Exception {
        Path profile = Files.writeString(
                folder.resolve("wrong.properties"), "name = wrong\nstatus = documentation\nec.point = plain\n");
        token.close();
        token = Tokens.open(config.withProfile(profile.toString()));
        Await.state(token, TokenHealth.State.READY);
        var refused = assertThrows(KeyRefused.class, () -> token.generate("first", KeyKind.P256));
        assertEquals("CKA_EC_POINT", refused.attribute());
        assertTrue(refused.getMessage().endsWith("is removed again"), refused.getMessage());
        assertEquals(List.of(), token.keys());

        try (Faults faults = new Faults(config.module())) {
            faults.destructions().next(0x1B);
            var stays = assertThrows(KeyRefused.class, () -> token.generate("first", KeyKind.P256));
            assertTrue(stays.getMessage().endsWith("destroy it by its CKA_ID"), stays.getMessage());
        }
        ListedKey left = only(token.keys());
        assertEquals(Optional.empty(), left.spki());
        assertEquals(Optional.empty(), token.destroyById("first", left.id()));
        assertEquals(List.of(), token.keys());
    }

    @Test
    void aKeyThatWantsThePinForEachSignatureIsRefusedInWords() throws Exception {
        Workbench.with(config, s -> Workbench.makePairThatAlwaysAsks(s, "slot 9C", new byte[] {7}));
        var refused = assertThrows(KeyRefused.class, () -> token.key(KeySpec.unpinned("slot 9C", KeyKind.P256)));
        assertEquals("CKA_ALWAYS_AUTHENTICATE", refused.attribute());
        assertTrue(refused.getMessage().contains("for each signature"), refused.getMessage());
        assertTrue(token.health().isReady(), () -> token.health().toString());
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

    /// The private key of this label, by another program.
    private void removeFromOutside(String label) {
        try {
            Program.Ended ended = Program.end(
                    List.of(
                            Installed.require("pkcs11-tool", "opensc", List.of("/usr/bin/pkcs11-tool"))
                                    .toString(),
                            "--module",
                            config.module().toString(),
                            "--token-label",
                            config.label(),
                            "--login",
                            "--pin",
                            Files.readString(config.pinFile()).strip(),
                            "--delete-object",
                            "--type",
                            "privkey",
                            "--label",
                            label),
                    SoftHsm.environment());
            assertEquals(0, ended.code(), ended.output());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertSigns(SigningKey key) throws Exception {
        assertTrue(Independent.verifies(
                key, new byte[32], key.sign(new byte[32], SOON).get()));
    }

    private static void assertRefused(SigningKey key) {
        var failed = assertThrows(
                ExecutionException.class, () -> key.sign(new byte[32], SOON).get());
        assertInstanceOf(KeyRefused.class, failed.getCause());
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
