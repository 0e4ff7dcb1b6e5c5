package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.FaultShim;
import org.sealpost.hsm.FaultShim.Fault;
import org.sealpost.hsm.FaultShim.Function;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.PinPlace;
import org.sealpost.hsm.PinRefused;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenCeremony.EmptyToken;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenHealth;

/// A token whose PIN comes from a systemd credential, through restarts of its service: each has a folder of
/// credentials of its own, which nobody writes, and one data directory.
@Timeout(1800)
class CredentialTest {
    @TempDir
    Path folder;

    private FaultShim shim;
    private TokenConfig config;
    private String right;

    @BeforeEach
    void putAShimBeforeATokenThatCountsInSilence() throws Exception {
        shim = FaultShim.beforeSoftHsm();
        shim.hidesWrongPins(true);
        config = shim.through(SoftHsm.create(folder).token("box", 1));
        right = Files.readString(config.pinFile());
        Files.delete(config.pinFile());
        Files.createDirectory(folder.resolve("data"));
    }

    @AfterEach
    void heal() {
        shim.heal();
        shim.nobodyIsInside();
    }

    @Test
    void aPinIsReadFromTheCredentialAndNothingIsWrittenBesideIt() throws Exception {
        TokenConfig given = start(right);
        try (RemoteToken token = Driven.open(given, shim, Driven.LONG)) {
            Driven.await(token, TokenHealth.State.READY);
            Driven.assertSigns(token.generate("first", KeyKind.P256));
            Path fresh = file(folder.resolve("fresh"), "another-pin");
            var refused = assertThrows(PinRefused.class, () -> token.changePin(fresh));
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("which nothing here can write"), refused::toString);
            assertTrue(token.health().isReady());
        }
        assertEquals(List.of("pin"), names(given.pinFile().getParent()));
        var never = assertThrows(IllegalStateException.class, () -> RemoteCeremony.initToken(given, EmptyToken.ONLY));
        assertTrue(String.valueOf(never.getMessage()).contains("which nothing here can write"), never::toString);
    }

    @Test
    void aWrongPinIsTriedOnceHoweverOftenTheServiceIsRestarted() throws Exception {
        for (int start = 0; start < 3; start++) {
            assertBlocked(start("wrong-one\n"), "CKR_PIN_INCORRECT");
            assertEquals(1, shim.on(Function.LOGIN).calls());
        }
        assertBlocked(start("wrong-two\n"), "CKR_PIN_INCORRECT");
        assertEquals(2, shim.on(Function.LOGIN).calls());
        assertTakes(start(right));
        assertFalse(names(folder.resolve("data")).contains("token-pin.blocked"), "the right PIN lifts the latch");
    }

    @Test
    void aWrongPinIsTriedTwiceByALibraryThatCrashesHoweverOftenTheServiceIsRestarted() throws Exception {
        shim.on(Function.LOGIN).crashesAfterwards(Fault.ALWAYS);
        for (int start = 0; start < 3; start++) {
            assertBlocked(start("wrong-one\n"), "without a word of the PIN");
            assertEquals(2, shim.on(Function.LOGIN).calls());
        }
        shim.on(Function.LOGIN).heal();
        assertBlocked(start("wrong-one\n"), "without a word of the PIN");
        assertEquals(0, shim.on(Function.LOGIN).calls());
        assertTakes(start(right));
    }

    @Test
    void twoWrongPinsInTurnsAreNotTriedOverAndOverByALibraryThatCrashes() throws Exception {
        shim.on(Function.LOGIN).crashesAfterwards(Fault.ALWAYS);
        for (int round = 0; round < 2; round++) {
            assertBlocked(start("wrong-one\n"), "without a word of the PIN");
            assertBlocked(start("wrong-two\n"), "without a word of the PIN");
            assertEquals(3, shim.on(Function.LOGIN).calls());
        }
        shim.on(Function.LOGIN).heal();
        assertTakes(start(right));
    }

    private void assertBlocked(TokenConfig given, String words) {
        try (RemoteToken token = Driven.open(given, shim, Driven.LONG)) {
            Driven.await(token, TokenHealth.State.PIN_BLOCKED);
            String cause = token.health().cause();
            assertTrue(cause.contains(words) || cause.contains("was refused before"), cause);
            assertFalse(cause.contains("wrong-"), cause);
        }
    }

    private void assertTakes(TokenConfig given) {
        try (RemoteToken token = Driven.open(given, shim, Driven.LONG)) {
            Driven.await(token, TokenHealth.State.READY);
        }
    }

    /// What a start of the service is given.
    private TokenConfig start(String pin) throws Exception {
        Path credentials = Files.createTempDirectory(folder, "credentials");
        file(credentials.resolve("pin"), pin);
        return config.withPin(PinPlace.ofCredential(
                "pin",
                Map.of("CREDENTIALS_DIRECTORY", credentials.toString()),
                folder.resolve("data").resolve("token-pin")));
    }

    private static Path file(Path file, String content) throws Exception {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content);
    }

    private static List<String> names(Path folder) throws Exception {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
