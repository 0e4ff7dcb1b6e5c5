package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.hsm.driver.Driven.SOON;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.Await;
import org.sealpost.hsm.FaultShim;
import org.sealpost.hsm.FaultShim.Fault;
import org.sealpost.hsm.FaultShim.Function;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenHealth;

/// A library that breaks in C_Login, before a token that counts wrong PINs and says nothing of it: a wrong one must
/// not be tried a third time, in however many processes, and a right one must not be given up.
@Timeout(1800)
class UnansweredLoginTest {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    private FaultShim shim;
    private TokenConfig config;
    private String right;
    private RemoteToken token;

    @BeforeEach
    void putALibraryThatBreaksBeforeATokenThatCountsInSilence() throws Exception {
        shim = FaultShim.beforeSoftHsm();
        shim.hidesWrongPins(true);
        config = shim.through(SoftHsm.create(folder).token("box", 1));
        right = Files.readString(config.pinFile());
    }

    @AfterEach
    void close() {
        if (token != null) {
            token.close();
        }
        if (shim != null) {
            shim.heal();
            shim.nobodyIsInside();
        }
    }

    private void open(TokenConfig how, Duration patience) {
        token = Driven.open(how, shim, patience);
    }

    @Test
    void aWrongPinIsTriedTwiceByALibraryThatCrashes() throws Exception {
        shim.on(Function.LOGIN).crashesAfterwards(Fault.ALWAYS);
        assertAWrongPinIsTriedTwice(Driven.LONG);
    }

    @Test
    void aWrongPinIsTriedTwiceByALibraryThatHangs() throws Exception {
        shim.on(Function.LOGIN).hangs(Fault.ALWAYS);
        assertAWrongPinIsTriedTwice(PATIENCE);
    }

    private void assertAWrongPinIsTriedTwice(Duration patience) throws Exception {
        Files.writeString(config.pinFile(), "wrong-one\n");
        for (int restart = 0; restart < 2; restart++) {
            open(config, patience);
            Driven.await(token, TokenHealth.State.PIN_BLOCKED);
            assertTrue(token.health().cause().contains("without a word of the PIN"), token.health()::cause);
            ProcessHandle process = Driven.process(token);
            Driven.signal(process, Driven.SIGKILL);
            Driven.next(token, process);
            Driven.await(token, TokenHealth.State.PIN_BLOCKED);
            assertEquals(2, shim.on(Function.LOGIN).calls());
            token.close();
        }
        shim.on(Function.LOGIN).heal();
        open(config, Driven.LONG);
        Driven.await(token, TokenHealth.State.PIN_BLOCKED);
        assertEquals(0, shim.on(Function.LOGIN).calls());

        Files.writeString(config.pinFile(), right);
        Driven.await(token, TokenHealth.State.READY);
        assertEquals(1, shim.on(Function.LOGIN).calls());
        assertFalse(Files.exists(folder.resolve("box.pin.odd")));
        Driven.assertSigns(token.generate("first", KeyKind.P256));
    }

    /// As on a machine whose power is cut there, at its first start.
    @Test
    void aPinThatWasNeverTakenMayBeCutOffOnce() {
        shim.on(Function.LOGIN).crashesAfterwards(1);
        open(config, Driven.LONG);
        Driven.await(token, TokenHealth.State.READY);
        assertEquals(2, shim.on(Function.LOGIN).calls());
        assertFalse(Files.exists(folder.resolve("box.pin.odd")));
    }

    /// A bug of the library, or a network that is away: the PIN is not to blame, and nobody waits for hours.
    @Test
    void aPinThatTheTokenHasTakenBeforeIsTriedUntilItIsAnswered() {
        open(config, Driven.LONG);
        Driven.await(token, TokenHealth.State.READY);
        token.close();
        shim.on(Function.LOGIN).heal();
        shim.on(Function.LOGIN).crashesAfterwards(5);
        open(config, Driven.LONG);
        Driven.await(token, TokenHealth.State.READY);
        assertEquals(6, shim.on(Function.LOGIN).calls());
    }

    /// A chip that forgives wrong PINs by itself cannot be locked for good, and a box with one has nobody to write a
    /// PIN file.
    @Test
    void aChipThatUnlocksByItselfIsAskedUntilItAnswers() throws Exception {
        Path profile = folder.resolve("chip.properties");
        Files.writeString(profile, """
                name = a chip
                status = tested
                unlocks-by-itself = true
                """);
        shim.on(Function.LOGIN).crashesAfterwards(4);
        open(config.withProfile(profile.toString()), Driven.LONG);
        Await.until(SOON, token::health, () -> token.health().isReady());
        assertEquals(5, shim.on(Function.LOGIN).calls());
    }
}
