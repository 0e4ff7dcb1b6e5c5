package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.hsm.FaultShim.Fault;
import org.sealpost.hsm.FaultShim.Function;
import org.sealpost.hsm.ReturnCode.Remedy;
import org.sealpost.hsm.TokenFailure.Reason;

/// Everything that a module can answer, from a library in C before SoftHSM: every return code, answers that are too
/// long or too short, calls that are late or hang, and a token that comes back with another key.
@Timeout(600)
class ShimmedTokenTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long VENDOR_DEFINED = 0x8000_0001L;
    private static final long UNKNOWN = 0x7FF;
    private static final long NEGATIVE = -1;
    private static final List<Long> PIN_CODES = List.of(0xA0L, 0xA1L, 0xA2L, 0xA3L, 0xA4L);

    @TempDir
    Path folder;

    private FaultShim shim;
    private TokenConfig config;
    private Token token;
    private SigningKey key;

    @BeforeEach
    void openATokenThroughTheShim() throws Exception {
        shim = FaultShim.beforeSoftHsm();
        config = shim.through(SoftHsm.create(folder).token("shimmed", 2));
        token = Tokens.open(config);
        key = token.generate("seal", KeyKind.P256);
        assertSigns();
    }

    @AfterEach
    void close() {
        if (shim != null) {
            shim.heal();
        }
        if (token != null) {
            token.close();
        }
    }

    static List<Long> codes() {
        return Stream.concat(ReturnCode.known().stream(), Stream.of(VENDOR_DEFINED, UNKNOWN, NEGATIVE))
                .sorted()
                .toList();
    }

    /// Once: the signature is made all the same, but for what the token will not do.
    @ParameterizedTest
    @ValueSource(strings = {"SIGN_INIT", "SIGN"})
    void everyCodeFromASignatureIsOutlived(Function function) throws Exception {
        long logins = shim.on(Function.LOGIN).calls();
        int reinitialised = 0;
        int forgotten = 0;
        for (long code : codes()) {
            Remedy remedy = new ReturnCode(code).remedy();
            long finalised = shim.on(Function.FINALIZE).calls();
            shim.on(function).heal();
            shim.on(function).returns(code, 1);
            if (remedy == Remedy.REFUSE) {
                var refused = assertInstanceOf(KeyRefused.class, failure());
                assertEquals(code, refused.returnCode().orElseThrow().value());
                assertTrue(List.of(Reason.UNSUPPORTED_MECHANISM, Reason.FATAL).contains(refused.reason()));
                assertTrue(refused.getMessage().contains(new ReturnCode(code).toString()), refused.getMessage());
            } else {
                assertSigns();
            }
            assertEquals(1, shim.on(function).met(), () -> new ReturnCode(code).toString());
            int repairs = remedy == Remedy.REINITIALISE ? 1 : 0;
            assertEquals(
                    finalised + repairs, shim.on(Function.FINALIZE).calls(), () -> new ReturnCode(code).toString());
            reinitialised += repairs;
            forgotten += remedy == Remedy.LOGIN ? 1 : 0;
        }
        assertSigns();
        Await.state(token, TokenHealth.State.READY);
        // One for each repair, and one for the code that says so; never one more.
        assertEquals(logins + reinitialised + forgotten, shim.on(Function.LOGIN).calls());
        assertFalse(Files.exists(config.pinFile().resolveSibling("shimmed.pin.blocked")));
    }

    /// Twice: the caller is told, with the code, and the next call is served.
    @ParameterizedTest
    @ValueSource(strings = {"SIGN_INIT", "SIGN"})
    void everyCodeThatStaysIsToldWithItsNumber(Function function) throws Exception {
        for (long code : codes()) {
            if (new ReturnCode(code).remedy() == Remedy.REFUSE) {
                continue;
            }
            shim.on(function).returns(code, 2);
            var setback = assertInstanceOf(TokenSetback.class, failure());
            assertEquals(code, setback.returnCode().orElseThrow().value());
            assertEquals(
                    List.of(0x32L, 0xE0L, 0xE1L).contains(code) ? Reason.TOKEN_ABSENT : Reason.RETRYABLE,
                    setback.reason(),
                    setback.getMessage());
            assertTrue(setback.words().contains(new ReturnCode(code).toString()), setback.words());
            assertFalse(setback.remedy().isBlank());
            Await.until(SOON, token::health, this::signs);
        }
    }

    @Test
    void aSessionThatErredIsClosedAndNotUsedAgain() throws Exception {
        reopenWithOneSession();
        long closed = shim.on(Function.CLOSE_SESSION).calls();
        long opened = shim.on(Function.OPEN_SESSION).calls();
        shim.on(Function.SIGN_INIT).returns(0x90, 1);
        assertSigns();
        assertEquals(closed + 1, shim.on(Function.CLOSE_SESSION).calls());
        assertEquals(opened + 1, shim.on(Function.OPEN_SESSION).calls());
    }

    /// Sessions are opened when there is something to sign, at most as many as were configured.
    @Test
    void aTokenWithoutRoomForAnotherSessionIsAskedOnceMore() throws Exception {
        reopenWithOneSession();
        shim.on(Function.SIGN_INIT).returns(0x90, 1);
        shim.on(Function.OPEN_SESSION).returns(0xB1, 1);
        assertEquals(0xB1, failure().returnCode().orElseThrow().value());
        assertSigns();
        long opened = shim.on(Function.OPEN_SESSION).calls();
        for (int i = 0; i < 20; i++) {
            assertSigns();
        }
        assertEquals(opened, shim.on(Function.OPEN_SESSION).calls());
    }

    private void reopenWithOneSession() throws Exception {
        token.close();
        token = Tokens.open(new TokenConfig(
                config.module(), config.label(), config.serial(), config.reserved(), config.pinFile(), 1));
        key = token.key(KeySpec.pinned("seal", KeyKind.P256, key.spki()));
        assertSigns();
    }

    /// While it is opened again, any function fails; it comes back by itself. One code for each way in which codes
    /// are taken; with `-Dtest.argLine=-Dsealpost.codes=all` all of them, which takes minutes.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "INITIALIZE",
                "FINALIZE",
                "GET_INFO",
                "GET_SLOT_LIST",
                "GET_TOKEN_INFO",
                "OPEN_SESSION",
                "CLOSE_SESSION",
                "LOGIN",
                "GET_ATTRIBUTE_VALUE",
                "FIND_OBJECTS_INIT",
                "FIND_OBJECTS",
                "FIND_OBJECTS_FINAL"
            })
    void itComesBackWhateverFailsWhileItIsOpened(Function function) throws Exception {
        long seed = new SecureRandom().nextLong();
        System.out.println("seed " + seed);
        for (long code : codesForAnOpening(new Random(seed))) {
            shim.on(function).heal();
            shim.on(function).returns(code, 2);
            shim.on(Function.SIGN).returns(0x30, 1);
            Await.until(SOON, () -> function + " " + new ReturnCode(code) + ": " + token.health(), this::signs);
            Await.state(token, TokenHealth.State.READY);
            assertTrue(shim.on(function).met() > 0, () -> function + " was not called");
        }
        assertFalse(Files.exists(config.pinFile().resolveSibling("shimmed.pin.blocked")));
    }

    @Test
    void aLoginThatTheLibraryOnlyClaimsIsMadeAnew() throws Exception {
        shim.on(Function.LOGIN).returns(ReturnCode.USER_ALREADY_LOGGED_IN, 2);
        shim.on(Function.SIGN).returns(0x30, 1);
        Await.until(SOON, token::health, this::signs);
        Await.state(token, TokenHealth.State.READY);
        assertFalse(Files.exists(config.pinFile().resolveSibling("shimmed.pin.blocked")));
    }

    /// More often than odd refusals are borne, and the token does not always say either who is logged in.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLoginThatTheLibraryOnlyClaimsSaysNothingOfThePin(boolean takenBefore) throws Exception {
        if (!takenBefore) {
            Files.delete(config.pinFile().resolveSibling("shimmed.pin.taken"));
        }
        shim.on(Function.LOGIN).returns(ReturnCode.USER_ALREADY_LOGGED_IN, 4);
        shim.on(Function.GET_SESSION_INFO).returns(0x30, 2);
        shim.on(Function.SIGN).returns(0x30, 1);
        Await.until(SOON, token::health, this::signs);
        Await.state(token, TokenHealth.State.READY);
        assertEquals(4, shim.on(Function.LOGIN).met());
        assertEquals(2, shim.on(Function.GET_SESSION_INFO).met());
        assertFalse(Files.exists(config.pinFile().resolveSibling("shimmed.pin.odd")));
        assertFalse(Files.exists(config.pinFile().resolveSibling("shimmed.pin.blocked")));
    }

    /// A library may keep what C_Initialize has failed over until C_Finalize, as kryoptic does.
    @Test
    void aLibraryThatDoesNotStartIsEndedBeforeItIsTriedAgain() throws Exception {
        long initialised = shim.on(Function.INITIALIZE).calls();
        long finalised = shim.on(Function.FINALIZE).calls();
        shim.on(Function.INITIALIZE).returns(ReturnCode.GENERAL_ERROR, 3);
        shim.on(Function.SIGN).returns(0x30, 1);
        Await.until(SOON, token::health, this::signs);
        Await.state(token, TokenHealth.State.READY);
        assertEquals(initialised + 4, shim.on(Function.INITIALIZE).calls());
        assertEquals(finalised + 4, shim.on(Function.FINALIZE).calls());
    }

    private static List<Long> codesForAnOpening(Random random) {
        List<Long> all = new ArrayList<>(codes());
        all.removeAll(PIN_CODES);
        if ("all".equals(System.getProperty("sealpost.codes"))) {
            return all;
        }
        Collections.shuffle(all, random);
        List<Long> some = new ArrayList<>();
        for (Remedy remedy : Remedy.values()) {
            all.stream()
                    .filter(code -> new ReturnCode(code).remedy() == remedy)
                    .findFirst()
                    .ifPresent(some::add);
        }
        return some;
    }

    @Test
    void aPinThatIsNotTakenIsTriedOnce() throws Exception {
        for (long code : PIN_CODES) {
            token.close();
            long logins = shim.on(Function.LOGIN).calls();
            shim.on(Function.LOGIN).returns(code, Fault.ALWAYS);
            token = Tokens.open(config);
            Await.state(token, TokenHealth.State.PIN_BLOCKED);
            for (int i = 0; i < 3; i++) {
                var setback = assertThrows(TokenSetback.class, () -> token.key(KeySpec.unpinned("seal", KeyKind.P256)));
                assertEquals(Reason.PIN_BLOCKED, setback.reason());
            }
            token.close();
            token = Tokens.open(config);
            Await.state(token, TokenHealth.State.PIN_BLOCKED);
            assertEquals(logins + 1, shim.on(Function.LOGIN).calls(), new ReturnCode(code).toString());
            shim.on(Function.LOGIN).heal();
            Files.delete(config.pinFile().resolveSibling("shimmed.pin.blocked"));
        }
    }

    /// A vendor may refuse a wrong PIN under a code of his own; some tell CKR_DEVICE_ERROR.
    @ParameterizedTest
    @ValueSource(longs = {0x6, 0x30, 0x200, VENDOR_DEFINED})
    void aLoginThatIsRefusedUnderOddCodesIsNotTriedForEver(long code) throws Exception {
        Path noted = config.pinFile().resolveSibling("shimmed.pin.odd");
        token.close();
        long logins = shim.on(Function.LOGIN).calls();
        shim.on(Function.LOGIN).returns(code, Fault.ALWAYS);
        for (int restart = 0; restart < 3; restart++) {
            token = Tokens.open(config);
            Await.state(token, TokenHealth.State.PIN_BLOCKED);
            assertEquals(logins + OddRefusals.MAX, shim.on(Function.LOGIN).calls());
            assertTrue(token.health().remedy().contains("shimmed.pin.odd"), token.health()::remedy);
            token.close();
        }
        assertFalse(Files.exists(config.pinFile().resolveSibling("shimmed.pin.blocked")));
        // Whoever writes the PIN file means it to be tried.
        Files.writeString(config.pinFile(), Files.readString(config.pinFile()));
        token = Tokens.open(config);
        Await.until(SOON, token::health, () -> shim.on(Function.LOGIN).calls() == logins + OddRefusals.MAX + 1);
        Await.state(token, TokenHealth.State.PIN_BLOCKED);
        shim.on(Function.LOGIN).heal();
        Files.delete(noted);
        Await.state(token, TokenHealth.State.READY);
        assertFalse(Files.exists(noted));
    }

    /// It is asked for random bytes; what it says to that tells whether it is there.
    @ParameterizedTest
    @ValueSource(longs = {0x101, 0x121, 0x54, 0x30, 0xE0, NEGATIVE})
    void anOddRefusalCountsWhereTheTokenIsThere(long code) {
        boolean there = List.of(0x101L, 0x121L, 0x54L).contains(code);
        token.close();
        long logins = shim.on(Function.LOGIN).calls();
        shim.on(Function.LOGIN).returns(0x30, Fault.ALWAYS);
        shim.on(Function.GENERATE_RANDOM).returns(code, Fault.ALWAYS);
        token = Tokens.open(config);
        if (there) {
            Await.state(token, TokenHealth.State.PIN_BLOCKED);
            assertEquals(logins + OddRefusals.MAX, shim.on(Function.LOGIN).calls());
        } else {
            Await.until(SOON, token::health, () -> shim.on(Function.LOGIN).calls() > logins + OddRefusals.MAX);
            assertFalse(Files.exists(config.pinFile().resolveSibling("shimmed.pin.odd")));
        }
    }

    /// It may be wrong, and a token may lock itself at the third.
    @Test
    void aPinThatWasNeverTakenIsTriedTwiceUnderOddCodes() throws Exception {
        token.close();
        Files.writeString(config.pinFile(), "wrong-one\n");
        long logins = shim.on(Function.LOGIN).calls();
        shim.on(Function.LOGIN).returns(0x30, Fault.ALWAYS);
        for (int restart = 0; restart < 3; restart++) {
            token = Tokens.open(config);
            Await.state(token, TokenHealth.State.PIN_BLOCKED);
            assertEquals(
                    logins + OddRefusals.MAX_NEVER_TAKEN,
                    shim.on(Function.LOGIN).calls());
            token.close();
        }
    }

    @Test
    void aRefusedPinIsToldWithItsCode() throws Exception {
        shim.on(Function.LOGIN).returns(0xA0, Fault.ALWAYS);
        shim.on(Function.SIGN_INIT).returns(0x101, 1);
        var setback = assertInstanceOf(TokenSetback.class, failure());
        assertEquals(Reason.PIN_BLOCKED, setback.reason());
        assertEquals(0xA0, setback.returnCode().orElseThrow().value());
    }

    /// Lengths that do not fit are no signature: the session is dropped, and the call repeated.
    @Test
    void anAnswerOfAnotherLengthIsNoSignature() throws Exception {
        Fault sign = shim.on(Function.SIGN);
        for (int lacking : new int[] {1, 32, 64}) {
            sign.answersTooLittle(lacking, 1);
            assertSigns();
            sign.answersTooLittle(lacking, 2);
            assertEquals(Reason.RETRYABLE, failure().reason());
        }
        for (int more : new int[] {1, 8000, 1 << 20, Integer.MAX_VALUE}) {
            sign.answersTooMuch(more, 1);
            assertSigns();
            sign.answersTooMuch(more, 2);
            assertEquals(Reason.RETRYABLE, failure().reason());
        }
        assertSigns();
    }

    @Test
    void listsThatClaimToBeLongerThanTheyAreHarmNobody() throws Exception {
        for (Function function :
                new Function[] {Function.FIND_OBJECTS, Function.GET_SLOT_LIST, Function.GET_ATTRIBUTE_VALUE}) {
            for (int more : new int[] {1, 5000, Integer.MAX_VALUE}) {
                shim.on(function).answersTooMuch(more, 2);
                shim.on(Function.SIGN).returns(0x30, 1);
                Await.until(SOON, () -> function + ": " + token.health(), this::signs);
            }
            shim.on(function).answersTooLittle(1, 2);
            shim.on(Function.SIGN).returns(0x30, 1);
            Await.until(SOON, () -> function + ": " + token.health(), this::signs);
        }
        Await.state(token, TokenHealth.State.READY);
    }

    @Test
    void aSignatureThatIsWrongIsFoundByTheSelfTest() throws Exception {
        token.close();
        shim.on(Function.SIGN).answersWrong(5, Fault.ALWAYS);
        token = Tokens.open(config);
        var refused = assertThrows(KeyRefused.class, () -> token.key(KeySpec.pinned("seal", KeyKind.P256, key.spki())));
        assertEquals("signature", refused.attribute());
        assertEquals(Reason.FATAL, refused.reason());
    }

    @Test
    void aTokenThatComesBackWithAnotherKeyUnderTheNameSignsNothing() throws Exception {
        token.generate("other", KeyKind.P256);
        assertSigns();
        shim.on(Function.GET_SLOT_LIST).answersNothing(Fault.ALWAYS);
        shim.on(Function.SIGN).returns(0x32, 1);
        shim.exchange("seal", "other");
        assertEquals(Reason.TOKEN_ABSENT, failure().reason());
        shim.on(Function.GET_SLOT_LIST).heal();
        Await.until(SOON, token::health, () -> token.health().state() == TokenHealth.State.KEY_REFUSED);
        var refused = assertInstanceOf(KeyRefused.class, failure());
        assertEquals("CKA_EC_POINT", refused.attribute());
        assertEquals(Reason.FATAL, refused.reason());

        shim.exchange("", "");
        Await.until(SOON, token::health, this::signs);
        Await.state(token, TokenHealth.State.READY);
    }

    /// The token would want its PIN before each signature: such a key is no key for a machine.
    @Test
    void aKeyThatWantsItsPinEachTimeIsRefusedAndNoOther() throws Exception {
        Workbench.with(config, session -> {
            byte[] id = {7};
            session.generatePair(
                    0x1040,
                    new Template()
                            .with(Template.TOKEN, true)
                            .with(Template.LABEL, "each time")
                            .with(Template.ID, id)
                            .with(Template.EC_PARAMS, KeyKind.P256.parameters()),
                    new Template()
                            .with(Template.TOKEN, true)
                            .with(Template.PRIVATE, true)
                            .with(Template.SENSITIVE, true)
                            .with(Template.EXTRACTABLE, false)
                            .with(Template.SIGN, true)
                            .with(Template.ALWAYS_AUTHENTICATE, true)
                            .with(Template.LABEL, "each time")
                            .with(Template.ID, id));
        });
        var refused = assertThrows(KeyRefused.class, () -> token.key(KeySpec.unpinned("each time", KeyKind.P256)));
        assertEquals("CKA_ALWAYS_AUTHENTICATE", refused.attribute());
        assertSigns();
        Await.state(token, TokenHealth.State.READY);
    }

    /// A key whose test signature fails with a code that may as well be the token's costs that key, not the others.
    @ParameterizedTest
    @ValueSource(longs = {0x5, 0x6, 0x30, VENDOR_DEFINED})
    void aKeyThatCannotBeTestedDoesNotKeepTheOthersFromSigning(long code) throws Exception {
        SigningKey bad = token.generate("bad", KeyKind.P256);
        token.close();
        shim.signingFails("bad", code);
        token = Tokens.open(config);
        // In this order: the bad one is tested first at each opening.
        SigningKey refused = token.key(bad.spec());
        key = token.key(key.spec());
        Await.until(SOON, token::health, this::signs);
        Await.state(token, TokenHealth.State.KEY_REFUSED);
        var failed = assertThrows(
                ExecutionException.class, () -> refused.sign(random(), SOON).get(60, TimeUnit.SECONDS));
        assertEquals(
                code,
                assertInstanceOf(KeyRefused.class, failed.getCause())
                        .returnCode()
                        .orElseThrow()
                        .value());
        long finalised = shim.on(Function.FINALIZE).calls();
        for (int i = 0; i < 20; i++) {
            assertSigns();
        }
        assertEquals(finalised, shim.on(Function.FINALIZE).calls());

        shim.heal();
        Await.state(token, TokenHealth.State.READY);
        byte[] digest = random();
        assertTrue(
                Independent.verifies(refused, digest, refused.sign(digest, SOON).get(60, TimeUnit.SECONDS)));
    }

    @Test
    void atMostAsManyCallsAreInsideAsThereAreSessions() throws Exception {
        Fault sign = shim.on(Function.SIGN);
        sign.heal();
        sign.hangs(Fault.ALWAYS);
        List<CompletableFuture<byte[]>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(key.sign(random(), SOON));
        }
        Await.until(SOON, sign::inside, () -> sign.inside() == 2);
        sign.isLate(Duration.ofMillis(1), Fault.ALWAYS);
        for (CompletableFuture<byte[]> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
        assertEquals(2, sign.peak());
        assertEquals(20, sign.met());
    }

    @Test
    void aCallThatHangsEndsAtItsDeadlineAndAFullQueueSaysSo() throws Exception {
        shim.on(Function.SIGN).hangs(Fault.ALWAYS);
        List<CompletableFuture<byte[]>> all = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            all.add(key.sign(random(), Duration.ofSeconds(2)));
        }
        int full = 0;
        int late = 0;
        for (CompletableFuture<byte[]> one : all) {
            var failed = assertThrows(ExecutionException.class, () -> one.get(60, TimeUnit.SECONDS));
            var failure = assertInstanceOf(TokenFailure.class, failed.getCause());
            if (failure instanceof QueueFull) {
                assertEquals(Reason.RETRYABLE, failure.reason());
                full++;
            } else {
                assertEquals(Reason.TIMEOUT, failure.reason(), failure.getMessage());
                late++;
            }
        }
        assertTrue(full > 100, "full " + full);
        assertTrue(late >= 128, "late " + late);
        shim.on(Function.SIGN).heal();
        Await.until(SOON, token::health, this::signs);
        Await.until(SOON, token::health, () -> token.health().lostCalls() == 0);
    }

    /// The pair is there; whoever asks again is told so, and has not made a second one.
    @Test
    void anAnswerThatGotLostAfterTheMakingOfAKeyMakesNoSecondOne() throws Exception {
        shim.on(Function.GENERATE_KEY_PAIR).failsAfterwards(0x30, 1);
        var lost = assertThrows(TokenSetback.class, () -> token.generate("next", KeyKind.P256));
        assertEquals(0x30, lost.returnCode().orElseThrow().value());
        Await.until(SOON, token::health, this::signs);
        assertEquals(
                "CKA_LABEL",
                assertThrows(KeyRefused.class, () -> token.generate("next", KeyKind.P256))
                        .attribute());
        assertEquals(
                "next", token.key(KeySpec.unpinned("next", KeyKind.P256)).spec().name());
    }

    @Test
    void whatIsMissingOrThereTwiceHasAReasonOfItsOwn() throws Exception {
        assertEquals(Reason.KEY_MISSING, refusal("nobody"));
        Workbench.with(config, session -> {
            Workbench.makePair(session, "twice", new byte[] {1}, true, false);
            Workbench.makePair(session, "twice", new byte[] {2}, true, false);
        });
        assertEquals(Reason.KEY_AMBIGUOUS, refusal("twice"));
        token.close();
        assertEquals(Reason.FATAL, failure().reason());
        shim.on(Function.GET_SLOT_LIST).answersNothing(Fault.ALWAYS);
        token = Tokens.open(config);
        assertEquals(
                Reason.TOKEN_ABSENT,
                assertThrows(TokenSetback.class, () -> token.key(KeySpec.unpinned("seal", KeyKind.P256)))
                        .reason());
    }

    private Reason refusal(String name) {
        return assertThrows(KeyRefused.class, () -> token.key(KeySpec.unpinned(name, KeyKind.P256)))
                .reason();
    }

    /// In a process of its own, since it ends with it.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCrashOfTheLibraryEndsItsProcess(boolean atOnce) throws Exception {
        Installed.requireProgram("pkcs11-tool", "opensc");
        var environment = new java.util.HashMap<>(shim.environment());
        environment.put("SOFTHSM2_CONF", folder.resolve("softhsm2.conf").toString());
        List<String> list = List.of("pkcs11-tool", "--module", config.module().toString(), "--list-slots");
        assertEquals(0, Program.end(list, environment).code());
        Fault getInfo = shim.on(Function.GET_TOKEN_INFO);
        if (atOnce) {
            getInfo.crashesAtOnce();
        } else {
            getInfo.crashes();
        }
        assertEquals(128 + 11, Program.end(list, environment).code());
    }

    /// Told nothing of threads, a library is called by one at a time.
    @Test
    void aLibraryThatDoesNotLockIsCalledByOneThreadAtATime() throws Exception {
        token.close();
        Path profile = folder.resolve("alone.properties");
        Files.writeString(profile, "name = alone\nstatus = tested\ninitialize.locking = none\n");
        token = Tokens.open(config.withProfile(profile.toString()));
        key = token.key(KeySpec.pinned("seal", KeyKind.P256, key.spki()));
        shim.on(Function.SIGN).heal();
        shim.on(Function.SIGN).isLate(Duration.ofMillis(10), Fault.ALWAYS);
        List<CompletableFuture<byte[]>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(key.sign(random(), SOON));
        }
        for (CompletableFuture<byte[]> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
        assertEquals(1, shim.on(Function.SIGN).peak());
        assertPinIsChangedAlone();
        // While it is in use, nobody can have it otherwise.
        String refused = String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> Tokens.open(config.withProfile("softhsm2")))
                        .getMessage());
        assertTrue(refused.contains("another profile"), refused);
    }

    /// Under load: while C_SetPIN is inside, no signature is.
    private void assertPinIsChangedAlone() throws Exception {
        shim.on(Function.SET_PIN).isLate(Duration.ofMillis(300), 1);
        Path fresh = folder.resolve("fresh");
        SoftHsm.write(fresh, "another-one\n");
        List<CompletableFuture<byte[]>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(key.sign(random(), SOON));
        }
        var change = CompletableFuture.runAsync(() -> token.changePin(fresh));
        while (!change.isDone()) {
            // It is there once, so that what is between two looks that see it was beside it.
            boolean before = shim.on(Function.SET_PIN).inside() > 0;
            boolean signs = shim.on(Function.SIGN).inside() > 0;
            assertFalse(before && signs && shim.on(Function.SET_PIN).inside() > 0, "both are inside");
            Thread.onSpinWait();
        }
        change.get();
        for (CompletableFuture<byte[]> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
        assertSigns();
    }

    /// A library that is called by one at a time, and of which one call does not come back, can be finalised once that
    /// is given up.
    @Test
    void aCallThatIsGivenUpHoldsUpNoFinalisation() throws Exception {
        long finalised = shim.on(Function.FINALIZE).calls();
        token.close();
        Fault finalize = shim.on(Function.FINALIZE);
        Await.until(SOON, token::health, () -> finalize.calls() > finalised && finalize.inside() == 0);
        Cryptoki alone = Cryptoki.load(shim.library());
        alone.initialize(null, false);
        shim.on(Function.GET_INFO).hangs(1);
        var hanging = CompletableFuture.supplyAsync(() -> {
            try {
                return alone.manufacturer();
            } catch (CryptokiError error) {
                throw new IllegalStateException(error);
            }
        });
        Await.until(
                SOON, () -> "nobody is inside", () -> shim.on(Function.GET_INFO).inside() == 1);
        alone.abandon();
        alone.finalise();
        shim.on(Function.GET_INFO).heal();
        hanging.handle((answer, failed) -> true).get(60, TimeUnit.SECONDS);
    }

    private void assertSigns() throws Exception {
        byte[] digest = random();
        assertTrue(Independent.verifies(key, digest, key.sign(digest, SOON).get(60, TimeUnit.SECONDS)));
    }

    private boolean signs() {
        try {
            key.sign(random(), SOON).get(60, TimeUnit.SECONDS);
            return true;
        } catch (Exception notYet) {
            return false;
        }
    }

    private TokenFailure failure() {
        var failed = assertThrows(
                ExecutionException.class, () -> key.sign(random(), SOON).get(60, TimeUnit.SECONDS));
        return assertInstanceOf(TokenFailure.class, failed.getCause());
    }

    private static byte[] random() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return random;
    }
}
