package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.TokenCeremony.EmptyToken;

/// A token that locks its PIN for good at the tenth wrong one, and says so late: that the count is low from the seventh
/// on, and that one try is left after the ninth. Ours are eight at most. The flags are the token's own.
@Timeout(600)
class KryopticPinTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int LOW = 7;
    private static final int REMEMBERED = 8;
    private static final int LOCKED = 10;

    @TempDir
    Path folder;

    private KryopticToken kryoptic;

    @BeforeEach
    void makeAToken() throws Exception {
        kryoptic = KryopticToken.create(folder);
    }

    /// An operator supplies one wrong PIN after the other, each to a program that has just started,
    /// then makes us forget what was refused, and at last tries by hand.
    @Test
    void theLastTryIsLeftToAPerson() throws Exception {
        TokenConfig config = kryoptic.token("box", 1);
        String right = Files.readString(config.pinFile());
        for (int wrong = 1; wrong <= REMEMBERED; wrong++) {
            tryInVain(Opener.IN_THIS_PROCESS, config, "wrong-" + wrong);
            assertEquals(wrong >= LOW, Workbench.label(config).isPinCountLow(), wrong + " wrong ones");
        }
        assertUntried(Opener.IN_THIS_PROCESS, config, "wrong-9", "8 PINs were refused");
        Files.delete(Path.of(config.pinFile() + ".blocked"));
        assertUntried(Opener.IN_THIS_PROCESS, config, "wrong-9", "few tries are left");
        assertFalse(Workbench.label(config).isFinalTry());

        Workbench.with(
                config,
                session -> assertThrows(CryptokiError.class, () -> session.login(Cryptoki.USER, bytes("by-hand"))));
        // From here on even the right one is not tried: nobody could tell it from a tenth wrong one.
        for (String supplied : new String[] {"wrong-10", right.strip()}) {
            assertUntried(Opener.IN_A_DRIVER_PROCESS, config, supplied, "only one try is left");
            assertTrue(Workbench.label(config).isFinalTry());
            assertFalse(Workbench.label(config).isPinLocked());
        }

        Workbench.loggedIn(config, session -> {});
        try (Token token = Tokens.open(config)) {
            assertTrue(token.settle(SOON).isReady(), token.health()::toString);
        }
        TokenLabel label = Workbench.label(config);
        assertFalse(label.isPinCountLow() || label.isFinalTry() || label.isPinLocked());
    }

    /// What our sentence tells a person to do is what opens it.
    @Test
    void aLockedPinIsToldAndTheOfficerGivesAnother() throws Exception {
        TokenConfig config = kryoptic.empty("box");
        byte[] officer = bytes("the-officers");
        TokenCeremony.initToken(config.module(), config.reserved(), "box", officer, bytes("the-first-one"));
        Workbench.with(config, session -> {
            for (int wrong = 1; wrong <= LOCKED; wrong++) {
                assertThrows(CryptokiError.class, () -> session.login(Cryptoki.USER, bytes("by-hand")));
            }
        });
        assertTrue(Workbench.label(config).isPinLocked());
        assertUntried(Opener.IN_THIS_PROCESS, config, "the-first-one", "has locked its user PIN");

        Workbench.with(config, session -> {
            session.login(Cryptoki.SECURITY_OFFICER, officer);
            session.initPin(bytes("the-second-one"));
            session.logout();
        });
        SoftHsm.write(config.pinFile(), "the-second-one");
        try (Token token = Tokens.open(config)) {
            assertTrue(token.settle(SOON).isReady(), token.health()::toString);
        }
        assertFalse(Workbench.label(config).isPinLocked());
    }

    @Test
    void anEmptyTokenIsPreparedAndItsPinChanged() throws Exception {
        TokenConfig config = kryoptic.empty("box");
        TokenCeremony.initToken(config, EmptyToken.ONLY);
        assertThrows(IllegalStateException.class, () -> TokenCeremony.initToken(config, EmptyToken.ONLY));
        Path fresh = folder.resolve("fresh");
        try (Token token = Tokens.open(config)) {
            assertTrue(token.settle(SOON).isReady(), token.health()::toString);
            SoftHsm.write(fresh, "the-new-pin");
            token.changePin(fresh);
        }
        assertEquals("the-new-pin", Files.readString(config.pinFile()));

        // A change that was cut off after the token had made it.
        new PinFiles(config.pinFile()).announce(bytes("the-newest-pin"));
        Workbench.with(config, session -> {
            session.login(Cryptoki.USER, bytes("the-new-pin"));
            session.setPin(bytes("the-new-pin"), bytes("the-newest-pin"));
            session.logout();
        });
        try (Token token = Tokens.open(config)) {
            assertTrue(token.settle(SOON).isReady(), token.health()::toString);
        }
        assertEquals("the-newest-pin", Files.readString(config.pinFile()));
    }

    private static byte[] bytes(String pin) {
        return pin.getBytes(StandardCharsets.US_ASCII);
    }

    private void assertUntried(Opener opener, TokenConfig config, String pin, String because) throws Exception {
        String cause = tryInVain(opener, config, pin);
        assertTrue(cause.contains(because), cause);
    }

    private String tryInVain(Opener opener, TokenConfig config, String pin) throws Exception {
        SoftHsm.write(config.pinFile(), pin + "\n");
        try (Token token = opener.open(config, kryoptic.variables())) {
            TokenHealth health = token.settle(SOON);
            assertEquals(TokenHealth.State.PIN_BLOCKED, health.state(), health::toString);
            return health.cause();
        }
    }
}
