package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Changes of PIN on SoftHSM2, whole, refused, and cut off at each of their states.
class ChangePinTest {
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
        PinLatch.beside(config.pinFile())
                .close(Files.readString(config.pinFile()).strip().getBytes(StandardCharsets.US_ASCII));
        assertEquals(1, loginsUntilReady());
        assertSettled("a-new-pin");
    }

    @Test
    void whereNeitherIsTheTokensEachIsTriedOnce() throws Exception {
        byte[] old = Files.readString(config.pinFile()).strip().getBytes(StandardCharsets.US_ASCII);
        new PinFiles(config.pinFile()).announce("a-new-pin".getBytes(StandardCharsets.US_ASCII));
        Workbench.with(config, session -> session.setPin(old, "somebody-else".getBytes(StandardCharsets.US_ASCII)));
        token.close();
        try (Faults faults = new Faults(config.module())) {
            for (int i = 0; i < 3; i++) {
                token = Tokens.open(config);
                assertEquals(TokenHealth.State.PIN_BLOCKED, token.health().state());
                token.close();
            }
            assertEquals(2, faults.logins().calls());
        }
    }

    @Test
    void whileAnotherProcessHoldsThePinFileNobodyLogsIn() throws Exception {
        token.close();
        try (Faults faults = new Faults(config.module())) {
            try (var held = new PinFiles(config.pinFile()).lock().orElseThrow()) {
                assertTrue(held.isOpen());
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

    private void assertSettled(String pin) throws Exception {
        assertEquals(pin, Files.readString(config.pinFile()).strip());
        assertFalse(new PinFiles(config.pinFile()).isChanging());
        assertEquals("rw-------", permissions());
    }

    private String permissions() throws Exception {
        return java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(config.pinFile()));
    }
}
