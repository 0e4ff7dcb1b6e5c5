package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.sealpost.hsm.RealModule.Ability;

/// What [Token] promises of the life of keys: lists, certificates, destruction, changes of PIN. [KeyLifeTest] and
/// [ChangePinTest] cut them off in the middle.
abstract class KeyLifeContract extends ModuleContract {

    @Test
    void keysAreListedAsTheTokenHasThem() throws Exception {
        Token token = ready();
        assertEquals(List.of(), token.keys());
        for (KeyKind each : module.kinds()) {
            SigningKey key = token.generate("key " + each, each);
            ListedKey listed = listed(token, "key " + each);
            assertTrue(listed.kinds().contains(each), listed::toString);
            assertArrayEquals(key.spki(), listed.spki().orElseThrow());
            assertEquals(16, listed.id().length);
            assertEquals(
                    new ListedKey.Flags(
                            Optional.of(true),
                            Optional.of(false),
                            Optional.of(module.can(Ability.TELLS_WHERE_KEYS_WERE_MADE))),
                    listed.flags());
            assertTrue(listed.hasPrivate());
            assertEquals(List.of(), listed.certificates());
        }
        assertEquals(
                module.kinds().stream().map(each -> "key " + each).sorted().toList(),
                token.keys().stream().map(ListedKey::name).toList());
        assertReady(token);
    }

    @Test
    void certificatesAreKeptBesideTheirKey() throws Exception {
        Token token = ready();
        SigningKey key = token.generate("seal", kind);
        SigningKey other = token.generate("other", kind);
        TestCa ca = TestCa.create("the owner's CA");
        byte[] first = certificate(ca, key);
        byte[] renewed = certificate(ca, key);

        token.storeCertificate("seal", key.spki(), first);
        token.storeCertificate("seal", key.spki(), first);
        assertCertificates(token, key, first);
        token.storeCertificate("seal", key.spki(), renewed);
        assertCertificates(token, key, first, renewed);
        assertCertificates(token, other);
        for (byte[] wrong : List.of(certificate(ca, other), new byte[0], key.spki(), new byte[20_000])) {
            assertThrows(IllegalArgumentException.class, () -> token.storeCertificate("seal", key.spki(), wrong));
        }
        byte[] others = certificate(ca, other);
        var refused = assertThrows(KeyRefused.class, () -> token.storeCertificate("seal", other.spki(), others));
        assertEquals("seal", refused.key());
        assertEquals("public key", refused.attribute());
        var missing = assertThrows(KeyRefused.class, () -> token.certificates("nobody", key.spki()));
        assertEquals(TokenFailure.Reason.KEY_MISSING, missing.reason());
        assertReady(token);
        assertSigns(key);
        token.close();

        Token again = ready();
        assertCertificates(again, key, first, renewed);
        assertSigns(again.key(key.spec()));
    }

    @Test
    void aDestroyedKeyIsGoneWithItsCertificatesAndNoOther() throws Exception {
        Token token = ready();
        SigningKey key = token.generate("seal", kind);
        SigningKey other = token.generate("other", kind);
        TestCa ca = TestCa.create("the owner's CA");
        byte[] others = certificate(ca, other);
        token.storeCertificate("seal", key.spki(), certificate(ca, key));
        token.storeCertificate("other", other.spki(), others);
        var refused = assertThrows(KeyRefused.class, () -> token.destroy("seal", other.spki()));
        assertEquals("seal", refused.key());
        assertThrows(KeyRefused.class, () -> token.destroy("nobody", key.spki()));
        assertEquals(2, token.keys().size());

        token.destroy("seal", key.spki());
        assertEquals(
                List.of("other"), token.keys().stream().map(ListedKey::name).toList());
        assertCertificates(token, other, others);
        assertDestroyed(key);
        assertSigns(other);
        var missing = assertThrows(KeyRefused.class, () -> token.destroy("seal", key.spki()));
        assertEquals(TokenFailure.Reason.KEY_MISSING, missing.reason());
        assertThrows(KeyRefused.class, () -> token.key(key.spec()));
        assertReady(token);

        // The name is free again, and another key that bears it is another key.
        SigningKey next = token.generate("seal", kind);
        assertNotEquals(key.spec(), next.spec());
        assertSigns(next);
        assertDestroyed(key);
        token.close();
        Token again = ready();
        assertEquals(
                List.of("other", "seal"),
                again.keys().stream().map(ListedKey::name).toList());
        assertSigns(again.key(next.spec()));
        assertSigns(again.key(other.spec()));
    }

    /// Its private key is gone and the rest is there, as after a removal that was cut off.
    @Test
    void aKeyThatIsHalfGoneIsRefusedUntilTheRestIsRemoved() throws Exception {
        Token first = ready();
        KeySpec spec = first.generate("seal", kind).spec();
        byte[] spki = spec.pinnedSpki().orElseThrow();
        KeySpec other = first.generate("other", kind).spec();
        first.close();
        Workbench.loggedIn(config, session -> {
            var half = new Template().with(Template.CLASS, Template.PRIVATE_KEY).with(Template.LABEL, "seal");
            session.destroy(session.find(half, 1).getFirst());
        });
        module.pullOut();
        Token token = open(config);
        assertEquals(TokenHealth.State.ABSENT, token.settle(SOON).state());
        SigningKey lost = token.key(spec);
        SigningKey whole = token.key(other);
        module.plugIn();
        Await.state(token, TokenHealth.State.KEY_REFUSED);
        assertInstanceOf(KeyRefused.class, failure(lost.sign(input(kind), SOON)));
        assertSigns(whole);
        assertFalse(listed(token, "seal").hasPrivate());

        token.destroy("seal", spki);
        Await.state(token, TokenHealth.State.READY);
        assertDestroyed(lost);
        assertSigns(whole);
        assertEquals(
                List.of("other"), token.keys().stream().map(ListedKey::name).toList());
    }

    @Test
    void theNewPinIsInForceAndInThePinFile() throws Exception {
        int before = wrongPins();
        Token token = ready();
        SigningKey key = token.generate("seal", kind);
        String old = Files.readString(config.pinFile()).strip();
        Path file = folder.resolve("new-pin");
        for (String unusable : List.of(old, "", "1".repeat(300))) {
            SoftHsm.write(file, unusable);
            var refused = assertThrows(PinRefused.class, () -> token.changePin(file));
            assertFalse(refused.getMessage().contains(old), refused.getMessage());
        }
        Files.delete(file);
        assertThrows(PinRefused.class, () -> token.changePin(file));
        assertEquals(old, Files.readString(config.pinFile()).strip());
        assertSigns(key);

        String fresh = old.equals("7r6e5w4q") ? "1q2w3e4r" : "7r6e5w4q";
        SoftHsm.write(file, fresh + "\n");
        token.changePin(file);
        assertEquals(fresh, Files.readString(config.pinFile()).strip());
        assertEquals(fresh, Files.readString(file).strip());
        assertFalse(new PinFiles(config.pinFile()).isChanging());
        assertSigns(key);
        token.close();
        Token again = ready();
        assertSigns(again.key(key.spec()));
        again.close();
        assertEquals(before, wrongPins());
    }

    @Test
    void eachActIsToldAfterItIsDone() throws Exception {
        List<TokenAct> told = new ArrayList<>();
        Token token = Tokens.telling(ready(), "the test", told::add);
        SigningKey key = token.generate("seal", kind);
        assertThrows(KeyRefused.class, () -> token.generate("seal", kind));
        token.storeCertificate("seal", key.spki(), certificate(TestCa.create("ca"), key));
        assertThrows(KeyRefused.class, () -> token.destroy("nobody", key.spki()));
        Path file = folder.resolve("new-pin");
        SoftHsm.write(file, "9o8i7u6z\n");
        token.changePin(file);
        token.destroy("seal", key.spki());
        assertEquals(
                List.of(
                        TokenAct.Generated.class,
                        TokenAct.CertificateStored.class,
                        TokenAct.PinChanged.class,
                        TokenAct.Destroyed.class),
                told.stream().map(Object::getClass).toList());
        assertTrue(told.stream().allMatch(act -> act.by().equals("the test")));
        assertTrue(told.stream().allMatch(act -> act.token().contains("\"box\"")));
    }

    @Test
    void aClosedTokenDoesNoAct() throws Exception {
        Token token = ready();
        SigningKey key = token.generate("seal", kind);
        byte[] certificate = certificate(TestCa.create("ca"), key);
        token.close();
        assertThrows(IllegalStateException.class, token::keys);
        assertThrows(IllegalStateException.class, () -> token.destroy("seal", key.spki()));
        assertThrows(IllegalStateException.class, () -> token.certificates("seal", key.spki()));
        assertThrows(IllegalStateException.class, () -> token.storeCertificate("seal", key.spki(), certificate));
        assertThrows(IllegalStateException.class, () -> token.changePin(config.pinFile()));
        assertSigns(ready().key(key.spec()));
    }

    int wrongPins() throws Exception {
        return module.can(Ability.COUNTS_WRONG_PINS) ? module.wrongPins() : 0;
    }

    private static ListedKey listed(Token token, String name) {
        List<ListedKey> named =
                token.keys().stream().filter(key -> key.name().equals(name)).toList();
        assertEquals(1, named.size(), () -> token.keys().toString());
        return named.getFirst();
    }

    private static void assertCertificates(Token token, SigningKey key, byte[]... expected) {
        String name = key.spec().name();
        List<String> sorted = sorted(Stream.of(expected));
        assertEquals(sorted, sorted(token.certificates(name, key.spki()).stream()));
        assertEquals(sorted, sorted(listed(token, name).certificates().stream()));
    }

    private static List<String> sorted(Stream<byte[]> several) {
        return several.map(java.util.HexFormat.of()::formatHex).sorted().toList();
    }

    private static void assertDestroyed(SigningKey key) {
        var refused = assertInstanceOf(
                KeyRefused.class, failure(key.sign(input(key.spec().kind()), SOON)));
        assertTrue(refused.getMessage().contains("it was destroyed"), refused.getMessage());
    }

    private static byte[] certificate(TestCa ca, SigningKey key) throws Exception {
        Instant now = Instant.now();
        return ca.issue("box", key.spki(), now, now.plusSeconds(3600));
    }
}
