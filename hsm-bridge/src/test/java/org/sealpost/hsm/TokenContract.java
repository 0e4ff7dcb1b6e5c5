package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.sealpost.hsm.RealModule.Ability;

/// What [Token], [SigningKey] and [TokenHealth] promise, but for the life of keys, which [KeyLifeContract] has. The
/// tests of single modules, as [TpmTokenTest], have what only that module does.
abstract class TokenContract extends KeyLifeContract {
    /// One of each; a module either signs with it or refuses it in words.
    private static final List<KeyKind> SORTS = List.of(
            KeyKind.P256,
            KeyKind.SECP256K1,
            KeyKind.ED25519,
            KeyKind.P384,
            KeyKind.RSA_2048_PKCS1,
            KeyKind.RSA_2048_PSS,
            KeyKind.SM2,
            KeyKind.ML_DSA_65);

    // ---- keys ----

    @Test
    void eachKindOfKeyIsMadeAndSignsOrIsRefusedInWords() throws Exception {
        Token token = ready();
        for (KeyKind each : SORTS) {
            if (module.kinds().contains(each)) {
                SigningKey key = token.generate("key " + each, each);
                assertEquals(each, key.spec().kind());
                assertArrayEquals(key.spki(), key.spec().pinnedSpki().orElseThrow());
                for (int i = 0; i < 8; i++) {
                    assertSigns(key);
                }
            } else {
                var refused = assertThrows(KeyRefused.class, () -> token.generate("key " + each, each), each::name);
                assertEquals("key " + each, refused.key());
                assertTrue(refused.attribute().startsWith("CKM"), refused.attribute());
            }
            assertReady(token);
        }
    }

    /// As the token itself tells them, not as we asked for them.
    @Test
    void aKeyIsSensitiveAndNeverWasExtractable() throws Exception {
        Token token = ready();
        token.generate("seal", kind);
        token.close();
        Workbench.loggedIn(config, session -> {
            List<Long> found = session.find(
                    new Template().with(Template.CLASS, Template.PRIVATE_KEY).with(Template.LABEL, "seal"), 2);
            assertEquals(1, found.size());
            long key = found.getFirst();
            for (long yes : new long[] {
                Template.TOKEN, Template.SENSITIVE, Template.ALWAYS_SENSITIVE, Template.NEVER_EXTRACTABLE, Template.SIGN
            }) {
                assertEquals(1, session.attribute(key, yes)[0], Template.name(yes));
            }
            assertEquals(
                    module.can(Ability.TELLS_WHERE_KEYS_WERE_MADE), session.attribute(key, Template.LOCAL)[0] == 1);
            assertEquals(0, session.attribute(key, Template.EXTRACTABLE)[0]);
        });
    }

    @Test
    void findsItsKeyAgainByNameAndByPin() throws Exception {
        Token first = ready();
        byte[] spki = first.generate("seal", kind).spki();
        first.close();
        Token again = ready();
        assertArrayEquals(spki, again.key(KeySpec.unpinned("seal", kind)).spki());
        SigningKey pinned = again.key(KeySpec.pinned("seal", kind, spki));
        assertArrayEquals(spki, pinned.spki());
        assertSigns(pinned);
    }

    @Test
    void refusesAKeyThatIsNotThePinnedOne() throws Exception {
        Token token = ready();
        SigningKey right = token.generate("seal", kind);
        byte[] other = token.generate("other", kind).spki();
        var refused = assertThrows(KeyRefused.class, () -> token.key(KeySpec.pinned("seal", kind, other)));
        assertEquals("seal", refused.key());
        assertTrue(refused.getMessage().contains("not the pinned public key"), refused.getMessage());
        assertReady(token);
        assertSigns(right);
    }

    @Test
    void refusesAKeyThatIsNotThereOrOfAnotherKind() throws Exception {
        Token token = ready();
        token.generate("seal", kind);
        var missing = assertThrows(KeyRefused.class, () -> token.key(KeySpec.unpinned("nobody", kind)));
        assertEquals("CKA_LABEL", missing.attribute());
        KeyKind wrong = kind == KeyKind.P256 ? KeyKind.SECP256K1 : KeyKind.P256;
        var other = assertThrows(KeyRefused.class, () -> token.key(KeySpec.unpinned("seal", wrong)));
        assertTrue(List.of("CKA_KEY_TYPE", "CKA_EC_PARAMS").contains(other.attribute()), other.attribute());
    }

    @Test
    void doesNotMakeASecondKeyOfAName() throws Exception {
        Token token = ready();
        byte[] spki = token.generate("seal", kind).spki();
        var refused = assertThrows(KeyRefused.class, () -> token.generate("seal", kind));
        assertEquals("CKA_LABEL", refused.attribute());
        assertArrayEquals(spki, token.key(KeySpec.unpinned("seal", kind)).spki());
    }

    @Test
    void refusesTwoKeysOfOneLabel() throws Exception {
        Workbench.loggedIn(config, session -> {
            Workbench.makePair(session, kind, "seal", new byte[] {7}, false);
            Workbench.makePair(session, kind, "seal", new byte[] {8}, false);
        });
        Token token = ready();
        var refused = assertThrows(KeyRefused.class, () -> token.key(KeySpec.unpinned("seal", kind)));
        assertEquals("CKA_LABEL", refused.attribute());
        assertTrue(refused.isAmbiguous());
        assertThrows(KeyRefused.class, () -> token.generate("seal", kind));
    }

    @Test
    void refusesAKeyThatCouldLeaveTheToken() throws Exception {
        if (!module.can(Ability.MAKES_LOOSE_KEYS)) {
            assertThrows(
                    CryptokiError.class,
                    () -> Workbench.loggedIn(
                            config, session -> Workbench.makePair(session, kind, "loose", new byte[] {7}, true)));
            return;
        }
        Workbench.loggedIn(config, session -> Workbench.makePair(session, kind, "loose", new byte[] {7}, true));
        Token token = ready();
        var refused = assertThrows(KeyRefused.class, () -> token.key(KeySpec.unpinned("loose", kind)));
        assertEquals("CKA_EXTRACTABLE", refused.attribute());
    }

    // ---- signing ----

    @Test
    void moreCallersThanSessionsGetTheirOwnSignatures() throws Exception {
        Token token = ready();
        List<SigningKey> keys = module.kinds().stream()
                .limit(3)
                .map(each -> token.generate("key " + each, each))
                .toList();
        record Asked(SigningKey key, byte[] input, CompletableFuture<byte[]> answer) {}
        List<Asked> all = Collections.synchronizedList(new ArrayList<>());
        List<Thread> callers = new ArrayList<>();
        for (int t = 0; t < 3 * config.sessions(); t++) {
            callers.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 10; i++) {
                    SigningKey key = keys.get(i % keys.size());
                    byte[] input = input(key.spec().kind());
                    all.add(new Asked(key, input, key.sign(input, SOON)));
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertEquals(30 * config.sessions(), all.size());
        for (Asked asked : all) {
            assertTrue(Independent.verifies(
                    asked.key(), asked.input(), asked.answer().get(240, TimeUnit.SECONDS)));
        }
    }

    @Test
    void refusesAnInputOfAnotherSizeAndADeadlineInThePast() throws Exception {
        SigningKey key = ready().generate("seal", kind);
        int size = input(kind).length;
        assertThrows(IllegalArgumentException.class, () -> key.sign(new byte[size - 1], SOON));
        assertThrows(IllegalArgumentException.class, () -> key.sign(new byte[size + 1], SOON));
        assertThrows(IllegalArgumentException.class, () -> key.sign(new byte[size], Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> key.sign(new byte[size], SOON.negated()));
    }

    /// The shortest of all deadlines, behind calls that take longer and have time.
    @Test
    void aCallEndsByItsDeadlineAndDisturbsNoOther() throws Exception {
        Token token = ready();
        SigningKey key = token.generate("seal", kind);
        byte[] input = input(kind);
        for (int round = 0; round < 3; round++) {
            List<CompletableFuture<byte[]>> patient = new ArrayList<>();
            for (int i = 0; i < 20 * config.sessions(); i++) {
                patient.add(key.sign(input, SOON));
            }
            CompletableFuture<byte[]> hasty = key.sign(input, Duration.ofNanos(1));
            assertInstanceOf(TokenSetback.class, failure(hasty));
            for (CompletableFuture<byte[]> answer : patient) {
                assertTrue(Independent.verifies(key, input, answer.get(240, TimeUnit.SECONDS)));
            }
        }
        Await.until(
                SOON,
                token::health,
                () -> token.health().isReady() && token.health().lostCalls() == 0);
    }

    @Test
    void aFullQueueRefusesAtOnceAndServesWhatItTook() throws Exception {
        Token token = ready();
        SigningKey key = token.generate("seal", kind);
        byte[] input = input(kind);
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < 200 * config.sessions(); i++) {
            answers.add(key.sign(input, Duration.ofMinutes(2)));
        }
        int signed = 0;
        int refused = 0;
        for (CompletableFuture<byte[]> answer : answers) {
            try {
                assertTrue(Independent.verifies(key, input, answer.get(150, TimeUnit.SECONDS)));
                signed++;
            } catch (ExecutionException told) {
                assertInstanceOf(QueueFull.class, told.getCause());
                refused++;
            }
        }
        assertTrue(refused > 0, "a queue without a bound");
        assertTrue(signed >= 64 * config.sessions(), "signed " + signed);
        assertReady(token);
    }

    // ---- health, in words ----

    @Test
    void saysWhatItIs() throws Exception {
        var notBefore = Instant.now().minusSeconds(1);
        Token token = open(config);
        TokenHealth health = token.settle(SOON);
        assertEquals(TokenHealth.State.READY, health.state(), health::toString);
        assertEquals("signs", health.cause());
        assertEquals("", health.remedy());
        assertEquals(0, health.lostCalls());
        assertTrue(health.since().isAfter(notBefore), health::toString);
        assertTrue(token.description().contains("label \"box\""), token.description());
        assertTrue(token.description().contains(module.manufacturer()), token.description());
        assertTrue(module.lacks().values().stream().noneMatch(String::isBlank));
    }

    @Test
    void afterwardsNothingIsSigned() throws Exception {
        Token token = ready();
        SigningKey key = token.generate("seal", kind);
        token.close();
        token.close();
        assertEquals(TokenHealth.State.CLOSED, setback(key).state());
        assertEquals(TokenHealth.State.CLOSED, token.health().state());
        assertEquals(TokenHealth.State.CLOSED, token.settle(SOON).state());
        assertThrows(IllegalStateException.class, () -> token.generate("second", kind));
        assertThrows(IllegalStateException.class, () -> token.key(KeySpec.unpinned("seal", kind)));
        assertSigns(ready().key(key.spec()));
    }

    // ---- the PIN ----

    @Test
    void aWrongPinIsTriedOnceAndTheRightOneAfterwards() throws Exception {
        Token first = ready();
        KeySpec spec = first.generate("seal", kind).spec();
        first.close();
        String right = Files.readString(config.pinFile());
        int before = module.wrongPins();

        // A new object stands for a new process here: nothing but the file tells it.
        SoftHsm.write(config.pinFile(), "wrong-1\n");
        try (LoginCount counted = opener.count(module)) {
            for (int restart = 0; restart < 4; restart++) {
                Token blocked = open(counted.config(), counted.variables());
                TokenHealth health = blocked.settle(SOON);
                assertEquals(TokenHealth.State.PIN_BLOCKED, health.state(), health::toString);
                assertFalse(health.remedy().isBlank());
                assertFalse(health.toString().contains("wrong-1"), health::toString);
                if (restart == 0) {
                    assertTrue(health.cause().contains("CKR_PIN_INCORRECT"), health::toString);
                }
                TokenSetback setback = setback(blocked.key(spec));
                assertEquals(TokenHealth.State.PIN_BLOCKED, setback.state(), setback::toString);
                blocked.close();
                assertEquals(1, counted.logins());
            }
        }
        assertEquals(before + (module.can(Ability.COUNTS_WRONG_PINS) ? 1 : 0), module.wrongPins());

        Token token = open(config);
        TokenHealth still = token.settle(SOON);
        assertEquals(TokenHealth.State.PIN_BLOCKED, still.state(), still::toString);
        SigningKey key = token.key(spec);
        SoftHsm.write(config.pinFile(), right);
        Await.state(token, TokenHealth.State.READY);
        assertSigns(key);
        token.close();
        assertFalse(Files.exists(Path.of(config.pinFile() + ".blocked")), "the right PIN lifts the latch");
        assertSigns(ready().key(spec));
    }

    // ---- others ----

    /// A program that nobody here wrote finds our key with its own means; and that it logs in and out, and ends
    /// the library in its process, is nothing to us.
    @Test
    void anotherProgramFindsTheKeyAndLeavesUsAlone() throws Exception {
        Token token = ready();
        SigningKey key = token.generate("seal", kind);
        for (int round = 0; round < 2; round++) {
            String list = run(module.programThatLists(config));
            assertTrue(list.contains("seal"), list);
            assertSigns(key);
        }
        assertReady(token);
    }

    /// SunPKCS11 sees no key without a certificate: none before we store one, and ours afterwards.
    @Test
    void theJdkSignsWithTheSameKey() throws Exception {
        Token first = ready();
        SigningKey key = first.generate("seal", kind);
        byte[] certificate = SelfSigned.certificate(key);
        first.close();
        Program.Ended without = Program.end(sunPkcs11(), environment());
        assertNotEquals(0, without.code(), without::output);
        assertTrue(without.output().contains("no key of this name"), without.output());

        Token second = ready();
        second.storeCertificate("seal", key.spki(), certificate);
        second.close();
        String said = run(sunPkcs11());
        assertTrue(said.contains("signed under " + HexFormat.of().formatHex(key.spki())), said);
        assertSigns(ready().key(key.spec()));
    }

    private List<String> sunPkcs11() throws Exception {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                SunPkcs11Signer.class.getName(),
                config.module().toString(),
                Long.toString(Workbench.slotNumber(config)),
                "seal",
                folder.resolve("sun.cfg").toString(),
                config.reserved().orElse(""));
    }

    /// Nobody shares the library of a driver process, so that there is no such test of one.
    @TestFactory
    Stream<DynamicTest> whatFinalisesTheLibraryBehindOurBackIsOutlived() {
        return opener.isInThisProcess()
                ? Stream.of(dynamicTest("three times", this::outlivesFinalisation))
                : Stream.empty();
    }

    private void outlivesFinalisation() throws Exception {
        Token token = ready();
        SigningKey key = token.generate("seal", kind);
        for (int round = 0; round < 3; round++) {
            Workbench.finalise(config);
            assertSigns(key);
        }
        Await.state(token, TokenHealth.State.READY);
    }

    // ---- away, elsewhere, somebody else ----

    @Test
    void aTokenThatComesLateIsFound() throws Exception {
        Token before = ready();
        KeySpec spec = before.generate("seal", kind).spec();
        before.close();
        module.pullOut();

        Token token = open(config);
        TokenHealth health = token.settle(SOON);
        assertEquals(TokenHealth.State.ABSENT, health.state(), health::toString);
        assertFalse(health.cause().isBlank());
        assertFalse(health.remedy().isBlank());
        assertTrue(token.description().contains("box"), token.description());
        assertThrows(TokenSetback.class, () -> token.key(KeySpec.unpinned("seal", kind)));
        assertThrows(TokenSetback.class, () -> token.generate("second", kind));
        SigningKey key = token.key(spec);
        assertEquals(TokenHealth.State.ABSENT, setback(key).state());

        module.plugIn();
        Await.state(token, TokenHealth.State.READY);
        assertSigns(key);
    }

    @Test
    void aTokenPulledOutAndPluggedInLosesNoCallSilently() throws Exception {
        Token token = ready();
        SigningKey key = token.generate("seal", kind);
        byte[] spki = key.spki();
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        byte[] input = input(kind);
        for (int round = 0; round < 3; round++) {
            List<CompletableFuture<byte[]>> before = several(key, input);
            before.getFirst().get(240, TimeUnit.SECONDS);
            module.pullOut();
            List<CompletableFuture<byte[]>> meanwhile = several(key, input);
            if (module.can(Ability.NOTICES_LOSS)) {
                assertInstanceOf(TokenSetback.class, failure(meanwhile.getLast()));
            } else {
                assertTrue(Independent.verifies(key, input, meanwhile.getLast().get(240, TimeUnit.SECONDS)));
            }
            module.plugIn();
            Await.until(SOON, token::health, () -> signs(key));
            answers.addAll(before);
            answers.addAll(meanwhile);
        }
        for (CompletableFuture<byte[]> answer : answers) {
            try {
                assertTrue(Independent.verifies(key, input, answer.get(240, TimeUnit.SECONDS)));
            } catch (ExecutionException told) {
                assertInstanceOf(TokenSetback.class, told.getCause());
            }
        }
        assertArrayEquals(spki, token.key(KeySpec.unpinned("seal", kind)).spki());
        Await.state(token, TokenHealth.State.READY);
        assertFalse(Files.exists(Path.of(config.pinFile() + ".blocked")), "the PIN is not to blame");
    }

    @Test
    void theSlotDoesNotMatter() throws Exception {
        Token first = ready();
        KeySpec spec = first.generate("seal", kind).spec();
        first.close();
        long before = Workbench.slotNumber(config);
        module.moveToAnotherSlot();
        assertEquals(module.can(Ability.MOVES_BETWEEN_SLOTS), Workbench.slotNumber(config) != before);
        assertSigns(ready().key(spec));
    }

    /// It has the label and opens with its PIN, and holds a key of the same name; only serial and key tell it.
    @Test
    void anotherTokenOfTheSameLabelIsNotTaken() throws Exception {
        Token first = ready();
        KeySpec spec = first.generate("seal", kind).spec();
        first.close();
        String serial = Workbench.label(config).serial();

        TokenConfig another = module.exchange();
        Token stranger = open(another);
        stranger.settle(SOON);
        stranger.generate("seal", kind);
        stranger.close();
        assertEquals(
                module.can(Ability.HAS_SERIALS),
                !Workbench.label(another).serial().equals(serial));
        Token token = open(new TokenConfig(
                another.module(),
                another.label(),
                Optional.of(serial),
                another.reserved(),
                another.pinFile(),
                another.sessions()));
        if (module.can(Ability.HAS_SERIALS)) {
            TokenHealth health = token.settle(SOON);
            assertEquals(TokenHealth.State.ABSENT, health.state(), health::toString);
            assertTrue(health.cause().contains("instead of " + serial), health::toString);
            assertEquals(TokenHealth.State.ABSENT, setback(token.key(spec)).state());
        } else {
            token.settle(SOON);
            assertThrows(KeyRefused.class, () -> token.key(spec));
        }
        // Nor without a serial.
        assertThrows(KeyRefused.class, () -> ready(another).key(spec));
    }

    // ---- small things ----

    private static List<CompletableFuture<byte[]>> several(SigningKey key, byte[] input) {
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(key.sign(input, SOON));
        }
        return answers;
    }

    /// What a command says, which must end well.
    private String run(List<String> command) throws Exception {
        Program.Ended ended = Program.end(command, environment());
        assertEquals(0, ended.code(), () -> command + " said: " + ended.output());
        return ended.output();
    }

    /// For another program that uses the token.
    private Map<String, String> environment() throws Exception {
        var environment = new HashMap<>(module.variables());
        environment.put("PIN", Files.readString(config.pinFile()).strip());
        return environment;
    }
}
