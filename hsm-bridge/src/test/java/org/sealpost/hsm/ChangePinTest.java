package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Changes of PIN on SoftHSM2, whole, refused, and cut off at each of their states.
class ChangePinTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private TokenConfig config;
    private Path newPin;
    private Token token;

    @BeforeEach
    void openAFreshToken() throws Exception {
        config = SoftHsm.create(folder).token("box", 2);
        newPin = folder.resolve("new-pin");
        SoftHsm.write(newPin, "a-new-pin\n");
        token = Tokens.open(config);
        Await.state(token, TokenHealth.State.READY);
    }

    @AfterEach
    void close() {
        token.close();
    }

    @Test
    void thePinFileHoldsTheNewPinAndTheTokenTakesIt() throws Exception {
        List<TokenAct> told = new ArrayList<>();
        Tokens.telling(token, "the test", told::add).changePin(newPin);
        assertEquals(
                "the test",
                assertInstanceOf(TokenAct.PinChanged.class, told.getFirst()).by());
        assertSettled("a-new-pin");
        assertEquals(1, loginsUntilReady());
        assertTrue(Files.exists(newPin));
        // Again, from the one to the next.
        SoftHsm.write(newPin, "another-pin\n");
        token.changePin(newPin);
        assertEquals(1, loginsUntilReady());
        assertSettled("another-pin");
    }

    @Test
    void aPinThatCannotBeUsedChangesNothing() throws Exception {
        String old = Files.readString(config.pinFile());
        for (String wrong : List.of(old, "", "1", "1".repeat(300))) {
            SoftHsm.write(newPin, wrong);
            var refused =
                    assertThrows(PinRefused.class, () -> token.changePin(newPin), () -> wrong.length() + " bytes");
            assertFalse(refused.getMessage().contains(old.strip()), refused.getMessage());
        }
        Files.delete(newPin);
        assertThrows(PinRefused.class, () -> token.changePin(newPin));
        assertSettled(old.strip());
        assertEquals(1, loginsUntilReady());
    }

    @Test
    void aTokenThatDoesNotChangePinsSaysSo() throws Exception {
        String old = Files.readString(config.pinFile());
        try (Faults faults = new Faults(config.module())) {
            faults.setPins().next(0x54);
            var refused = assertThrows(PinRefused.class, () -> token.changePin(newPin));
            assertTrue(refused.getMessage().contains("CKR_FUNCTION_NOT_SUPPORTED"), refused.getMessage());
        }
        assertSettled(old.strip());
    }

    /// Somebody else changed the token's PIN while we were logged in: one try is lost, and never a second.
    @Test
    void anOldPinThatIsNotTheTokensIsNotTriedAgain() throws Exception {
        byte[] old = Files.readString(config.pinFile()).strip().getBytes(StandardCharsets.US_ASCII);
        Workbench.with(config, session -> session.setPin(old, "somebody-else".getBytes(StandardCharsets.US_ASCII)));
        try (Faults faults = new Faults(config.module())) {
            assertThrows(PinRefused.class, () -> token.changePin(newPin));
            assertEquals(1, faults.setPins().calls());
            assertThrows(TokenSetback.class, () -> token.changePin(newPin));
            assertEquals(1, faults.setPins().calls());
        }
        assertSettled(new String(old, StandardCharsets.US_ASCII));
    }

    @Test
    void aTokenThatGoesAwayMeanwhileIsAskedWhichPinItHas() throws Exception {
        String old = Files.readString(config.pinFile());
        try (Faults faults = new Faults(config.module())) {
            faults.setPins().next(0x30);
            assertThrows(TokenSetback.class, () -> token.changePin(newPin));
        }
        Await.state(token, TokenHealth.State.READY);
        assertSettled(old.strip());
        token.changePin(newPin);
        assertSettled("a-new-pin");
    }

    @Test
    void cutOffBeforeTheTokenChangedTheOldPinIsKept() throws Exception {
        String old = Files.readString(config.pinFile());
        new PinFiles(config.pinFile()).announce("a-new-pin".getBytes(StandardCharsets.US_ASCII));
        assertEquals(1, loginsUntilReady());
        assertSettled(old.strip());
    }

    @Test
    void cutOffAfterTheTokenChangedTheNewPinIsTakenAtTheCostOfOneTry() throws Exception {
        changeInTheTokenOnly();
        assertEquals(2, loginsUntilReady());
        assertSettled("a-new-pin");
        assertFalse(Files.exists(PinLatch.beside(config.pinFile()).file()));
        assertEquals(1, loginsUntilReady());
    }

    /// Cut off once more, between the old PIN's refusal and the new one's try.
    @Test
    void theRefusedOldPinIsNotTriedAgainAfterASecondCut() throws Exception {
        changeInTheTokenOnly();
        PinLatch.beside(config.pinFile()).close(bytes(pinInFile()), PinLatch.Verdict.WRONG);
        assertEquals(1, loginsUntilReady());
        assertSettled("a-new-pin");
    }

    @Test
    void whereNeitherIsTheTokensEachIsTriedOnceAndBothAreKept() throws Exception {
        String old = pinInFile();
        new PinFiles(config.pinFile()).announce(bytes("a-new-pin"));
        Workbench.with(config, session -> session.setPin(bytes(old), bytes("somebody-else")));
        token.close();
        assertEquals(2, loginsInThreeBlockedOpenings());
        assertBothKept(old);
        // An operator who knows better.
        SoftHsm.write(config.pinFile(), "somebody-else\n");
        assertEquals(1, loginsUntilReady());
        assertSettled("somebody-else");
    }

    /// The change failed in the token, and what the login that is to settle it is told says nothing of the PIN,
    /// or lies: the right PIN is not lost.
    @ParameterizedTest
    @ValueSource(longs = {0xA0, 0xA1, 0xA2, 0xA3, 0xA4})
    void noRefusalOfTheOldPinCostsTheOnlyCopyOfIt(long code) throws Exception {
        String old = pinInFile();
        new PinFiles(config.pinFile()).announce(bytes("a-new-pin"));
        token.close();
        try (Faults faults = new Faults(config.module())) {
            faults.logins().next(code);
            // Only where the token says that it is the wrong one, the other is tried.
            assertEquals(code == ReturnCode.PIN_INCORRECT ? 2 : 1, loginsInThreeBlockedOpenings(faults));
        }
        assertBothKept(old);
        logInByHand(old);
        assertEquals(1, loginsUntilReady());
        assertSettled(old);
    }

    /// The token has the new one.
    @ParameterizedTest
    @ValueSource(longs = {0xA0, 0xA1, 0xA2, 0xA3, 0xA4})
    void noRefusalOfTheNewPinCostsTheOnlyCopyOfIt(long code) throws Exception {
        String old = pinInFile();
        changeInTheTokenOnly();
        token.close();
        try (Faults faults = new Faults(config.module())) {
            faults.logins().next(0).next(code);
            assertEquals(2, loginsInThreeBlockedOpenings(faults));
        }
        assertBothKept(old);
        logInByHand("a-new-pin");
        assertEquals(2, loginsUntilReady());
        assertSettled("a-new-pin");
    }

    @Test
    void theDoctorDoesNotTakeTheOldPinForTheLastWord() throws Exception {
        changeInTheTokenOnly();
        PinLatch.beside(config.pinFile()).close(bytes(pinInFile()), PinLatch.Verdict.WRONG);
        token.close();
        List<TokenDoctor.Finding> findings = new ArrayList<>();
        TokenDoctor.examine(config, findings::add);
        assertTrue(
                findings.stream().anyMatch(finding -> finding.step() == TokenDoctor.Step.LOGIN && finding.good()),
                findings::toString);
        assertSettled("a-new-pin");
    }

    /// Cut off between the token's refusal of the old PIN and its note: the token's count tells.
    @Test
    void aTryThatOnlyTheTokenKnowsOfIsNotRepeated() throws Exception {
        changeInTheTokenOnly();
        PinLatch.beside(config.pinFile()).close(bytes(pinInFile()), PinLatch.Verdict.TRIED);
        byte[] old = bytes(pinInFile());
        token.close();
        assertThrows(CryptokiError.class, () -> Workbench.with(config, session -> session.login(Cryptoki.USER, old)));
        assertTrue(Workbench.label(config).isPinCountLow());
        assertEquals(1, loginsUntilReady());
        assertSettled("a-new-pin");
    }

    /// Cut off right after it was noted that the token refuses the change: the new PIN is not the token's.
    @Test
    void aChangeThatWasRefusedLeadsToNoTryOfTheNewPin() throws Exception {
        String old = pinInFile();
        new PinFiles(config.pinFile()).announce(bytes("a-new-pin"));
        PinLatch.beside(config.pinFile()).close(bytes(old), PinLatch.Verdict.NOT_CHANGED);
        token.close();
        assertEquals(0, loginsInThreeBlockedOpenings());
        assertSettled(old);
    }

    @Test
    void wrongPinsAreNotTriedASecondTimeInWhateverOrderTheyAreSupplied() throws Exception {
        String right = pinInFile();
        token.close();
        try (Faults faults = new Faults(config.module())) {
            for (String supplied : List.of("wrong-1", "wrong-2", "wrong-1", "wrong-2", "wrong-1")) {
                SoftHsm.write(config.pinFile(), supplied);
                loginsInThreeBlockedOpenings(faults);
            }
            assertEquals(2, faults.logins().calls());
        }
        SoftHsm.write(config.pinFile(), right);
        assertEquals(1, loginsUntilReady());
    }

    @Test
    void pinsThatAPowerCutLeftElsewhereGoWithTheNextGoodLogin() throws Exception {
        String right = pinInFile();
        token.close();
        var folder = new PinFolder(config.pinFile());
        List<Path> leftovers = Stream.of(".next.new", ".new", ".new.new", ".officer.new", ".officer.new.new")
                .map(folder::beside)
                .toList();
        for (Path leftover : leftovers) {
            SoftHsm.write(leftover, "1234");
        }
        SoftHsm.write(config.pinFile(), "wrong");
        loginsInThreeBlockedOpenings();
        assertTrue(leftovers.stream().allMatch(Files::exists));
        SoftHsm.write(config.pinFile(), right);
        loginsUntilReady();
        assertTrue(leftovers.stream().noneMatch(Files::exists));
    }

    @Test
    void whileSomebodyElseHoldsThePinFileNobodyLogsIn() throws Exception {
        token.close();
        try (Faults faults = new Faults(config.module())) {
            try (var _ = new PinFiles(config.pinFile()).lock().orElseThrow()) {
                token = Tokens.open(config);
                assertEquals(TokenHealth.State.RECOVERING, token.health().state());
                assertEquals(0, faults.logins().calls());
            }
            Await.state(token, TokenHealth.State.READY);
        }
    }

    private void changeInTheTokenOnly() throws Exception {
        byte[] old = Files.readString(config.pinFile()).strip().getBytes(StandardCharsets.US_ASCII);
        byte[] fresh = "a-new-pin".getBytes(StandardCharsets.US_ASCII);
        new PinFiles(config.pinFile()).announce(fresh);
        Workbench.with(config, session -> session.setPin(old, fresh));
    }

    private int loginsUntilReady() throws Exception {
        token.close();
        try (Faults faults = new Faults(config.module())) {
            token = Tokens.open(config);
            Await.state(token, TokenHealth.State.READY);
            return faults.logins().calls();
        }
    }

    private int loginsInThreeBlockedOpenings() throws Exception {
        try (Faults faults = new Faults(config.module())) {
            return loginsInThreeBlockedOpenings(faults);
        }
    }

    private int loginsInThreeBlockedOpenings(Faults faults) throws Exception {
        for (int i = 0; i < 3; i++) {
            try (Token blocked = Tokens.open(config)) {
                TokenHealth health = blocked.settle(PATIENCE);
                assertEquals(TokenHealth.State.PIN_BLOCKED, health.state(), health::toString);
            }
        }
        return faults.logins().calls();
    }

    /// A person who has found out which PIN the token takes.
    private void logInByHand(String pin) throws Exception {
        Files.delete(PinLatch.beside(config.pinFile()).file());
        Workbench.with(config, session -> {
            session.login(Cryptoki.USER, bytes(pin));
            session.logout();
        });
    }

    private void assertBothKept(String old) throws Exception {
        assertEquals(old, pinInFile());
        assertEquals("a-new-pin", Files.readString(new PinFiles(config.pinFile()).next()));
    }

    private String pinInFile() throws Exception {
        return Files.readString(config.pinFile()).strip();
    }

    private static byte[] bytes(String pin) {
        return pin.getBytes(StandardCharsets.US_ASCII);
    }

    private void assertSettled(String pin) throws Exception {
        assertEquals(pin, Files.readString(config.pinFile()).strip());
        assertFalse(new PinFiles(config.pinFile()).isChanging());
        assertEquals("rw-------", permissions());
    }

    private String permissions() throws Exception {
        return java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(config.pinFile()));
    }
}
