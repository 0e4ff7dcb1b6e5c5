package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A wrong PIN is tried once and never again: counted by OpenSC's spy between us and SoftHSM2.
class WrongPinTest {
    /// The spy reads its settings once per process.
    @TempDir
    static Path spyFolder;

    @TempDir
    Path folder;

    private TokenConfig config;
    private String rightPin;
    private List<String> logBefore;

    @BeforeEach
    void putASpyBeforeTheToken() throws Exception {
        Path spy = Installed.requireSpy();
        SoftHsm hsm = SoftHsm.create(folder);
        TokenConfig direct = hsm.token("spied", 1);
        rightPin = Files.readString(direct.pinFile());
        // A copy is another library to the loader, so that its state is not shared with the one that made the token.
        Path copy = spyFolder.resolve("libsofthsm2.so");
        if (!Files.exists(copy)) {
            Files.copy(direct.module(), copy);
        }
        SoftHsm.environment("PKCS11SPY", copy.toString());
        SoftHsm.environment("PKCS11SPY_OUTPUT", spyFolder.resolve("log").toString());
        logBefore = log();
        config = new TokenConfig(spy, direct.label(), Optional.empty(), Optional.empty(), direct.pinFile(), 1);
    }

    @Test
    void aWrongPinIsTriedOnceEvenAcrossRestartsUntilAnotherIsSupplied() throws Exception {
        SoftHsm.write(config.pinFile(), "wrong-one\n");
        try (Token token = Tokens.open(config)) {
            assertEquals(TokenHealth.State.PIN_BLOCKED, token.health().state());
            assertTrue(
                    token.health().cause().contains("CKR_PIN_INCORRECT"),
                    token.health().cause());
            assertFalse(token.health().toString().contains("wrong-one"));
            // It looks at the file again and again; each look opens a session, none logs in.
            int looks = calls("C_OpenSession");
            // The looks come to lie ten seconds apart.
            Await.until(
                    Duration.ofSeconds(120), () -> calls("C_OpenSession"), () -> calls("C_OpenSession") >= looks + 3);
            assertEquals(1, calls("C_Login"));
        }
        Path latch = folder.resolve("spied.pin.blocked");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(latch)));
        assertFalse(Files.readString(latch).contains("wrong-one"));

        // A new object stands for a new process here: nothing but the file tells it.
        try (Token token = Tokens.open(config)) {
            assertEquals(TokenHealth.State.PIN_BLOCKED, token.health().state());
            assertEquals(1, calls("C_Login"));

            SoftHsm.write(config.pinFile(), "wrong-two\n");
            Await.until(Duration.ofMinutes(2), token::health, () -> calls("C_Login") == 2);
            Await.until(
                    Duration.ofMinutes(2),
                    token::health,
                    () -> token.health().cause().contains("CKR_PIN_INCORRECT"));

            SoftHsm.write(config.pinFile(), rightPin);
            Await.state(token, TokenHealth.State.READY);
            assertEquals(3, calls("C_Login"));
            assertFalse(Files.exists(latch), "the right PIN lifts the latch");
            token.generate("first", KeyKind.P256);
        }
    }

    /// Another token may lie there, and some libraries see an exchange with C_Initialize only.
    @Test
    void aLibraryWhoseTokenCannotBeUsedIsInitialisedAnewAfterAMinute() throws Exception {
        SoftHsm.write(config.pinFile(), "wrong-one\n");
        try (Token token = Tokens.open(config)) {
            assertEquals(TokenHealth.State.PIN_BLOCKED, token.health().state());
            var opened = (Pkcs11Token) token;
            assertFalse(opened.isServing());
            assertFalse(opened.needsNewLife(Duration.ofSeconds(59)));
            assertTrue(opened.needsNewLife(Duration.ofSeconds(60)));
        }
    }

    @Test
    void aLowCountThatIsNotOurDoingIsLeftToAPerson() throws Exception {
        // Somebody else's wrong try; SoftHSM2 raises the flag and lowers it at the next good login.
        Workbench.with(config, session -> {
            try {
                session.login(Cryptoki.USER, new byte[] {'x', 'x', 'x', 'x'});
            } catch (CryptokiError expected) {
                assertEquals(ReturnCode.Remedy.PIN, expected.remedy());
            }
        });
        assertTrue(Workbench.label(config).isPinCountLow());
        try (Token token = Tokens.open(config)) {
            assertEquals(TokenHealth.State.PIN_BLOCKED, token.health().state());
            assertTrue(
                    token.health().cause().contains("few tries"), token.health().cause());
            assertEquals(1, calls("C_Login"));

            byte[] pin = rightPin.strip().getBytes(StandardCharsets.US_ASCII);
            Workbench.with(config, session -> {
                session.login(Cryptoki.USER, pin);
                session.logout();
            });
            Await.state(token, TokenHealth.State.READY);
            assertEquals(3, calls("C_Login"));
        }
    }

    @Test
    void aPinIsNotTriedWhereARefusalCouldNotBeRemembered() throws Exception {
        // With ".blocked" and more behind it, this name is too long for a file, for root as well.
        Path longName = folder.resolve("p".repeat(250));
        SoftHsm.write(longName, rightPin);
        var unwritable =
                new TokenConfig(config.module(), config.label(), Optional.empty(), Optional.empty(), longName, 1);
        try (Token token = Tokens.open(unwritable)) {
            assertEquals(TokenHealth.State.PIN_BLOCKED, token.health().state());
            assertTrue(
                    token.health().cause().contains("could not be remembered"),
                    token.health().cause());
            assertEquals(0, calls("C_Login"));
        }
    }

    @Test
    void aLatchThatCannotBeReadBlocks() throws Exception {
        for (String damaged :
                List.of("", "sealpost pin-blocked 1\n00\n", "sealpost pin-blocked 1\nxx\nyy\n", "other\n\n\n")) {
            Files.writeString(folder.resolve("spied.pin.blocked"), damaged);
            try (Token token = Tokens.open(config)) {
                assertEquals(TokenHealth.State.PIN_BLOCKED, token.health().state(), damaged);
            }
        }
        assertEquals(0, calls("C_Login"));
    }

    /// How often the library was called since the test began. The spy writes `12: C_Login` at the start of each
    /// call.
    private int calls(String function) {
        List<String> now = log();
        return (int) now.subList(logBefore.size(), now.size()).stream()
                .filter(line -> line.matches("\\d+: " + function + "\\b.*"))
                .count();
    }

    private static List<String> log() {
        Path log = spyFolder.resolve("log");
        try {
            return Files.exists(log) ? Files.readAllLines(log, StandardCharsets.ISO_8859_1) : List.of();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
