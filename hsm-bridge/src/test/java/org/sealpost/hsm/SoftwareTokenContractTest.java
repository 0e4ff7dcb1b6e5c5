package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;

/// The contract on keys in files. It is no module, so what a module has and this has not (PIN,
/// slots, a chip that can be pulled out, keys that cannot be read) is left out by overriding; where
/// it promises something else instead, that stands here under the same name. Whichever [Opener] has
/// its turn, it is opened in this process.
class SoftwareTokenContractTest extends TokenContract {
    private static final List<KeyKind> KINDS = List.of(
            KeyKind.P256,
            KeyKind.SECP256K1,
            KeyKind.ED25519,
            KeyKind.P384,
            KeyKind.RSA_2048_PKCS1,
            KeyKind.RSA_2048_PSS,
            KeyKind.SM2,
            KeyKind.ML_DSA_65);

    private final List<Token> tokens = new ArrayList<>();

    @Override
    RealModule module(Path folder) {
        var none = folder.resolve("no module");
        return new Fixture(
                new TokenConfig(none, "box", Optional.empty(), Optional.empty(), folder.resolve("no pin"), 2));
    }

    @Override
    Token open(TokenConfig how, Map<String, String> variables) {
        Token token = Tokens.openInsecureSoftwareToken(keys(), how.label());
        tokens.add(token);
        return token;
    }

    @AfterEach
    void closeTokens() {
        tokens.forEach(Token::close);
    }

    // ---- what is promised instead ----

    @Test
    @Override
    void saysWhatItIs() throws Exception {
        Token token = open(config);
        TokenHealth health = token.settle(SOON);
        assertEquals(TokenHealth.State.READY, health.state());
        assertTrue(health.isInsecure());
        assertTrue(health.cause().contains("keys in files, for development only: prove nothing"), health::toString);
        assertFalse(health.remedy().isBlank());
        assertEquals("Sealpost software, keys in files, serial INSECURE-SOFTWARE, label \"box\"", token.description());
        assertEquals(
                "INSECURE-SOFTWARE", Tokens.listedInsecureSoftwareToken("box").serial());
    }

    @Test
    @Override
    void keysAreListedAsTheTokenHasThem() throws Exception {
        Token token = ready();
        assertEquals(List.of(), token.keys());
        for (KeyKind each : KINDS) {
            byte[] spki = token.generate("key/" + each + " ü.*", each).spki();
            ListedKey listed = token.keys().stream()
                    .filter(key -> key.name().equals("key/" + each + " ü.*"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(listed.kinds().contains(each), listed::toString);
            assertArrayEquals(spki, listed.spki().orElseThrow());
            assertEquals(16, listed.id().length);
            assertEquals(new ListedKey.Flags(Optional.of(false), Optional.of(true), Optional.empty()), listed.flags());
        }
        List<String> names = token.keys().stream().map(ListedKey::name).toList();
        assertEquals(names.stream().sorted().toList(), names);
        assertEquals(KINDS.size(), names.size());
        for (Path file : files()) {
            assertEquals(
                    "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), file::toString);
        }
    }

    @Test
    @Override
    void refusesTwoKeysOfOneLabel() throws Exception {
        Token token = ready();
        token.generate("seal", kind);
        Files.copy(onlyFile(), keys().resolve("seal." + "0".repeat(32) + ".pem"));
        var refused = assertThrows(KeyRefused.class, () -> token.key(KeySpec.unpinned("seal", kind)));
        assertEquals("CKA_LABEL", refused.attribute());
        assertTrue(refused.isAmbiguous());
        assertThrows(KeyRefused.class, () -> token.generate("seal", kind));
        assertThrows(KeyRefused.class, () -> token.destroyById("other", new byte[16]));
        assertEquals(Optional.empty(), token.destroyById("seal", new byte[16]));
        assertSigns(token.key(KeySpec.unpinned("seal", kind)));
    }

    @Test
    @Override
    void anotherProgramFindsTheKeyAndLeavesUsAlone() throws Exception {
        Installed.requireProgram("openssl", "openssl");
        Token token = ready();
        for (KeyKind each :
                List.of(KeyKind.P256, KeyKind.SECP256K1, KeyKind.P384, KeyKind.ED25519, KeyKind.RSA_2048_PSS)) {
            SigningKey key = token.generate("seal", each);
            Program.Ended ended =
                    Program.end(List.of("openssl", "pkey", "-in", onlyFile().toString(), "-pubout"), Map.of());
            assertEquals(0, ended.code(), ended::output);
            String pem = ended.output().replaceAll("-----[A-Z ]*-----|\\s", "");
            assertArrayEquals(key.spki(), Base64.getDecoder().decode(pem), each::name);
            token.destroy("seal", key.spki());
        }
    }

    @Test
    @Override
    void theJdkSignsWithTheSameKey() throws Exception {
        SigningKey key = ready().generate("seal", kind);
        String pem = Files.readString(onlyFile()).replaceAll("-----[A-Z ]*-----|\\s", "");
        var signer = Signature.getInstance("NONEwithECDSAinP1363Format");
        signer.initSign(KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem))));
        byte[] input = input(kind);
        signer.update(input);
        assertTrue(Independent.verifies(key, input, LowS.normalise(kind, signer.sign())));
    }

    /// The folder is moved away and back.
    @Test
    @Override
    void aTokenThatComesLateIsFound() throws Exception {
        Token token = ready();
        SigningKey held = token.generate("seal", kind);
        Path away = folder.resolve("away");
        Files.move(keys(), away);
        Token late = open(config);
        Files.delete(keys());
        assertThrows(TokenSetback.class, () -> late.key(KeySpec.unpinned("seal", kind)));
        assertThrows(TokenSetback.class, () -> late.generate("second", kind));
        assertThrows(TokenSetback.class, late::keys);
        assertEquals(TokenHealth.State.ABSENT, late.health().state());
        assertFalse(late.health().remedy().isBlank());
        SigningKey key = late.key(held.spec());
        assertEquals(TokenHealth.State.ABSENT, setback(key).state());
        assertSigns(held);

        Files.move(away, keys());
        assertSigns(key);
        assertReady(late);
    }

    @Test
    @Override
    void theNewPinIsInForceAndInThePinFile() throws Exception {
        Token token = ready();
        var refused = assertThrows(PinRefused.class, () -> token.changePin(folder.resolve("new-pin")));
        assertTrue(refused.getMessage().contains("has no PIN"), refused.getMessage());
        assertReady(token);
    }

    @Test
    @Override
    void eachActIsToldAfterItIsDone() throws Exception {
        List<TokenAct> told = new ArrayList<>();
        Token token = Tokens.telling(ready(), "the test", told::add);
        SigningKey key = token.generate("seal", kind);
        token.storeCertificate("seal", key.spki(), SelfSigned.certificate(key));
        token.destroy("seal", key.spki());
        assertEquals(
                List.of(TokenAct.Generated.class, TokenAct.CertificateStored.class, TokenAct.Destroyed.class),
                told.stream().map(Object::getClass).toList());
        assertTrue(told.stream().allMatch(act -> act.token().contains("INSECURE-SOFTWARE")));
    }

    // ---- only here ----

    @Test
    void whatIsNoKeyIsListedAndRefusedAndHurtsNoOther() throws Exception {
        Token token = ready();
        SigningKey good = token.generate("good", kind);
        String id = "." + "1".repeat(32) + ".pem";
        Files.writeString(keys().resolve("empty" + id), "");
        Files.writeString(
                keys().resolve("noise" + id), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        Files.writeString(keys().resolve("torn" + id), "-----BEGIN PRIVATE KEY-----\nAA=A=");
        Files.write(keys().resolve("huge" + id), new byte[(1 << 20) + 1]);
        Files.writeString(keys().resolve("%zz" + id), "no name");
        Files.writeString(keys().resolve("readme"), "not ours");
        for (String name : List.of("empty", "noise", "torn", "huge")) {
            var refused = assertThrows(KeyRefused.class, () -> token.key(KeySpec.unpinned(name, kind)));
            assertEquals("CKA_KEY_TYPE", refused.attribute());
        }
        assertEquals(
                List.of("empty", "good", "huge", "noise", "torn"),
                token.keys().stream().map(ListedKey::name).toList());
        assertSigns(good);
        assertThrows(KeyRefused.class, () -> token.generate("ü".repeat(64), kind));
        assertThrows(KeyRefused.class, () -> token.generate("\ud800", kind));
    }

    @Test
    void aFolderThatCannotBeMadeIsRefusedInWords() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        for (Path none : List.of(file, folder.resolve("neither/nor"))) {
            var refused =
                    assertThrows(IllegalArgumentException.class, () -> Tokens.openInsecureSoftwareToken(none, "box"));
            assertTrue(refused.getMessage().contains(none + " is no folder"), refused.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> Tokens.openInsecureSoftwareToken(folder, " "));
    }

    // ---- what it has not ----

    /// Its keys can be read, and their listing says so.
    @Override
    void aKeyIsSensitiveAndNeverWasExtractable() {}

    /// All of its keys could.
    @Override
    void refusesAKeyThatCouldLeaveTheToken() {}

    /// It has no PIN.
    @Override
    void aWrongPinIsTriedOnceAndTheRightOneAfterwards() {}

    /// It has no library.
    @Override
    Stream<DynamicTest> whatFinalisesTheLibraryBehindOurBackIsOutlived() {
        return Stream.empty();
    }

    /// It has no plug: a key that is held signs without its file, as above.
    @Override
    void aTokenPulledOutAndPluggedInLosesNoCallSilently() {}

    /// It has no slot.
    @Override
    void theSlotDoesNotMatter() {}

    /// All have one serial; the pinned key tells.
    @Override
    void anotherTokenOfTheSameLabelIsNotTaken() {}

    /// A key is one file, which is there or not.
    @Override
    void aKeyThatIsHalfGoneIsRefusedUntilTheRestIsRemoved() {}

    // ---- small things ----

    private Path keys() {
        return folder.resolve("keys");
    }

    private List<Path> files() throws Exception {
        try (Stream<Path> all = Files.list(keys())) {
            return all.toList();
        }
    }

    private Path onlyFile() throws Exception {
        assertEquals(1, files().size());
        return files().getFirst();
    }

    private record Fixture(TokenConfig config) implements RealModule {
        @Override
        public List<KeyKind> kinds() {
            return KINDS;
        }

        @Override
        public String manufacturer() {
            return "Sealpost";
        }

        @Override
        public Map<Ability, String> lacks() {
            return Map.of();
        }

        @Override
        public void pullOut() {}

        @Override
        public void plugIn() {}

        @Override
        public void moveToAnotherSlot() {}

        @Override
        public TokenConfig exchange() {
            return config;
        }

        @Override
        public int wrongPins() {
            return 0;
        }

        @Override
        public Map<String, String> variables() {
            return Map.of();
        }

        @Override
        public List<String> programThatLists(TokenConfig token) {
            return List.of();
        }

        @Override
        public void close() {}
    }
}
