package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.hsm.TokenCeremony.EmptyToken;

/// A token that locks its PIN for good at the third wrong one, whoever tries: ours are never the third.
@Timeout(600)
class OpenCryptokiPinTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    /// An operator who supplies one wrong PIN after the other. The flags are the token's own.
    @ParameterizedTest
    @EnumSource(Opener.class)
    void theLastTryIsLeftToAPerson(Opener opener) throws Exception {
        try (var ock = OpenCryptoki.create(folder)) {
            TokenConfig config = ock.token("box", 1);
            String right = Files.readString(config.pinFile());
            tryInVain(opener, config, "wrong-1");
            assertTrue(Workbench.label(config).isPinCountLow());
            tryInVain(opener, config, "wrong-2");
            assertTrue(Workbench.label(config).isFinalTry());
            // From here on even the right one is not tried: nobody could tell it from a third wrong one.
            for (String supplied : new String[] {"wrong-3", "wrong-4", right.strip(), "wrong-5"}) {
                String cause = tryInVain(opener, config, supplied);
                assertTrue(cause.contains("only one try is left"), cause);
                assertTrue(Workbench.label(config).isFinalTry());
                assertFalse(Workbench.label(config).isPinLocked());
            }

            SoftHsm.write(config.pinFile(), right);
            try (Token token = opener.open(config, Map.of())) {
                assertEquals(TokenHealth.State.PIN_BLOCKED, token.settle(SOON).state());
                byte[] pin = right.strip().getBytes(StandardCharsets.US_ASCII);
                Workbench.with(config, session -> {
                    session.login(Cryptoki.USER, pin);
                    session.logout();
                });
                Await.state(token, TokenHealth.State.READY);
            }
            assertFalse(Workbench.label(config).isPinCountLow());
        }
    }

    /// It takes 4 to 8 characters, and comes with an officer's PIN.
    @Test
    void anEmptyTokenGetsAPinOfALengthThatItTakes() throws Exception {
        try (var ock = OpenCryptoki.create(folder)) {
            TokenConfig config = ock.empty("box");
            var untold =
                    assertThrows(IllegalStateException.class, () -> TokenCeremony.initToken(config, EmptyToken.ONLY));
            assertTrue(String.valueOf(untold.getMessage()).contains("--so-pin-file"), untold.getMessage());
            TokenCeremony.initToken(config, new EmptyToken(Optional.of(ock.officersPin()), OptionalLong.empty()));
            assertEquals(8, Files.size(config.pinFile()));
            try (Token token = Tokens.open(config)) {
                assertTrue(token.settle(SOON).isReady(), token.health()::toString);
            }
        }
    }

    @Test
    void itsPinIsChangedAndAChangeThatWasCutOffCostsOneTry() throws Exception {
        try (var ock = OpenCryptoki.create(folder)) {
            TokenConfig config = ock.token("box", 1);
            Path fresh = folder.resolve("fresh");
            try (Token token = Tokens.open(config)) {
                assertTrue(token.settle(SOON).isReady(), token.health()::toString);
                SoftHsm.write(fresh, "too-long-for-it");
                assertThrows(PinRefused.class, () -> token.changePin(fresh));
                SoftHsm.write(fresh, "new-pin");
                token.changePin(fresh);
            }
            assertEquals("new-pin", Files.readString(config.pinFile()));
            assertFalse(Workbench.label(config).isPinCountLow());

            new PinFiles(config.pinFile()).announce(bytes("newest"));
            Workbench.with(config, session -> {
                session.login(Cryptoki.USER, bytes("new-pin"));
                session.setPin(bytes("new-pin"), bytes("newest"));
                session.logout();
            });
            try (Token token = Tokens.open(config)) {
                assertTrue(token.settle(SOON).isReady(), token.health()::toString);
            }
            assertEquals("newest", Files.readString(config.pinFile()));
            assertFalse(Workbench.label(config).isPinCountLow());
        }
    }

    private static byte[] bytes(String pin) {
        return pin.getBytes(StandardCharsets.US_ASCII);
    }

    private static String tryInVain(Opener opener, TokenConfig config, String pin) throws Exception {
        SoftHsm.write(config.pinFile(), pin + "\n");
        String cause = "";
        for (int restart = 0; restart < 2; restart++) {
            try (Token token = opener.open(config, Map.of())) {
                TokenHealth health = token.settle(SOON);
                assertEquals(TokenHealth.State.PIN_BLOCKED, health.state(), health::toString);
                cause = health.cause();
            }
        }
        return cause;
    }
}
