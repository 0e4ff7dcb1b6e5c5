package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Return codes that no software token gives by itself, put into its mouth.
@Timeout(600)
class ReturnCodesAtWorkTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private TokenConfig config;
    private Token token;
    private SigningKey key;
    private Faults faults;

    @BeforeEach
    void openATokenWithFaultsInFront() throws Exception {
        config = SoftHsm.create(folder).token("faulty", 2);
        faults = new Faults(config.module());
        token = Tokens.open(config);
        key = token.generate("seal", KeyKind.P256);
        assertSigns();
    }

    @AfterEach
    void close() throws Exception {
        if (token != null) {
            token.close();
        }
        if (faults != null) {
            faults.close();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0x30, 0x32, 0x60, 0x82, 0xB0, 0xB3, 0xE0, 0x190})
    void aLostDeviceSessionOrHandleMakesOneRepairAndNoFailure(long code) throws Exception {
        int finalised = faults.finalizing().calls();
        faults.signs().next(code);
        assertSigns();
        assertEquals(finalised + 1, faults.finalizing().calls());
        Await.state(token, TokenHealth.State.READY);
    }

    @ParameterizedTest
    @ValueSource(longs = {0x05, 0x06, 0x31, 0x90, 0xB1, 0x80000001L})
    void anySessionThatErredIsReplacedWithoutARepair(long code) throws Exception {
        int finalised = faults.finalizing().calls();
        faults.signInits().next(code);
        assertSigns();
        assertEquals(finalised, faults.finalizing().calls());
    }

    /// Two sessions meet the same fault at once.
    @Test
    void aFaultThatManyMeetIsRepairedByOne() throws Exception {
        int finalised = faults.finalizing().calls();
        faults.signs().together(new CyclicBarrier(2), 0x30);
        CompletableFuture<byte[]> one = key.sign(random(), SOON);
        CompletableFuture<byte[]> two = key.sign(random(), SOON);
        one.get(240, TimeUnit.SECONDS);
        two.get(240, TimeUnit.SECONDS);
        assertEquals(finalised + 1, faults.finalizing().calls());
    }

    @Test
    void aLoginThatTheTokenForgotIsMadeAgain() throws Exception {
        int finalised = faults.finalizing().calls();
        int logins = faults.logins().calls();
        faults.signInits().next(0x101);
        assertSigns();
        assertEquals(finalised, faults.finalizing().calls());
        assertEquals(logins + 1, faults.logins().calls());
    }

    /// A token that claims to have forgotten the login, and then refuses the PIN: other wrappers try it each time.
    @Test
    void tenFailingSignaturesMakeOneLogin() throws Exception {
        int logins = faults.logins().calls();
        faults.signInits().always(0x101);
        faults.logins().always(0xA0);
        for (int i = 0; i < 10; i++) {
            assertTrue(setback().getMessage().contains("0xA0 CKR_PIN_INCORRECT")
                    || token.health().state() == TokenHealth.State.PIN_BLOCKED);
        }
        assertEquals(TokenHealth.State.PIN_BLOCKED, token.health().state());
        assertEquals(logins + 1, faults.logins().calls());
    }

    @Test
    void aFaultThatStaysIsToldWithItsNameAfterOneMoreTry() throws Exception {
        int before = faults.signInits().calls();
        faults.signInits().always(0x05);
        assertTrue(setback().getMessage().contains("C_SignInit returned 0x5 CKR_GENERAL_ERROR"));
        assertEquals(before + 2, faults.signInits().calls());
        faults.signInits().heal();
        Await.until(SOON, token::health, this::signs);
    }

    @Test
    void whatTheTokenWillNotDoIsNotRepeated() throws Exception {
        int before = faults.signInits().calls();
        faults.signInits().next(0x70);
        var failed = assertThrows(
                ExecutionException.class, () -> key.sign(random(), SOON).get(240, TimeUnit.SECONDS));
        assertTrue(assertInstanceOf(KeyRefused.class, failed.getCause())
                .getMessage()
                .contains("CKR_MECHANISM_INVALID"));
        assertEquals(before + 1, faults.signInits().calls());
        assertSigns();
    }

    /// As many calls hang as there are sessions; replacements carry on, and the hanging ones come home unharmed.
    @Test
    void callsThatHangDoNotHoldUpOthers() throws Exception {
        var release = new CountDownLatch(1);
        for (int i = 0; i < 2; i++) {
            faults.signs().hang(release);
            // On a busy machine a call may be over before it has come to the library.
            Await.until(SOON, token::health, () -> {
                signs(Duration.ofMillis(200));
                return faults.signs().waiting() == 0;
            });
        }
        Await.until(SOON, token::health, () -> token.health().lostCalls() == 2);
        for (int i = 0; i < 10; i++) {
            assertSigns();
        }
        assertEquals(2, token.health().lostCalls());
        // A fault now cannot be repaired by finalising, because two threads are inside; it is outlived all the same.
        int finalised = faults.finalizing().calls();
        faults.signs().next(0xB3);
        assertSigns();
        assertEquals(finalised, faults.finalizing().calls());

        release.countDown();
        Await.until(SOON, token::health, () -> token.health().lostCalls() == 0);
        assertSigns();
        Await.state(token, TokenHealth.State.READY);
    }

    /// A call that never returns, in a library that does nothing else any more: its thread is given up, and what
    /// it says should it wake up much later harms nobody.
    @Test
    void aCallThatNeverReturnsDoesNotPreventRecovery() throws Exception {
        var muchLater = new CountDownLatch(1);
        int finalised = faults.finalizing().calls();
        faults.signs().hang(muchLater);
        CompletableFuture<byte[]> hanging = key.sign(random(), Duration.ofSeconds(300));
        Await.until(
                SOON,
                () -> "calls " + faults.signs().waiting(),
                () -> faults.signs().waiting() == 0);
        faults.signInits().always(0x30);
        setback();
        var failed = assertThrows(ExecutionException.class, () -> hanging.get(240, TimeUnit.SECONDS));
        assertEquals(
                TokenHealth.State.UNRESPONSIVE,
                assertInstanceOf(TokenSetback.class, failed.getCause()).state());
        Await.until(SOON, token::health, () -> faults.finalizing().calls() > finalised);

        faults.signInits().heal();
        Await.state(token, TokenHealth.State.READY);
        assertEquals(0, token.health().lostCalls());
        CompletableFuture<byte[]> one = key.sign(random(), SOON);
        CompletableFuture<byte[]> two = key.sign(random(), SOON);
        one.get(240, TimeUnit.SECONDS);
        two.get(240, TimeUnit.SECONDS);
        muchLater.countDown();
        for (int i = 0; i < 20; i++) {
            assertSigns();
        }
    }

    /// The same in the first of a signature's two calls: what wakes up much later goes no further, since its session's
    /// number may be another's by then.
    @Test
    void aSignatureThatWakesUpMuchLaterBetweenItsTwoCallsGoesNoFurther() throws Exception {
        var muchLater = new CountDownLatch(1);
        faults.signInits().hang(muchLater);
        CompletableFuture<byte[]> hanging = key.sign(random(), Duration.ofSeconds(300));
        Await.until(
                SOON,
                () -> "calls " + faults.signInits().waiting(),
                () -> faults.signInits().waiting() == 0);
        faults.signInits().always(0x30);
        setback();
        assertThrows(ExecutionException.class, () -> hanging.get(240, TimeUnit.SECONDS));
        faults.signInits().heal();
        Await.state(token, TokenHealth.State.READY);
        assertSigns();
        int signs = faults.signs().calls();
        muchLater.countDown();
        Await.until(SOON, ReturnCodesAtWorkTest::lanes, () -> lanes() <= config.sessions());
        assertEquals(signs, faults.signs().calls());
        assertSigns();
    }

    private static long lanes() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("hsm-faulty-[0-9]+"))
                .count();
    }

    /// As in a driver process, which tells of the health whenever a call has failed.
    @Test
    void whoeverIsToldThatACallIsGivenUpMayWaitForTheHealth() throws Exception {
        KeySpec spec = key.spec();
        token.close();
        var asked = new AtomicReference<Token>();
        Executor replies = reply -> {
            CompletableFuture.supplyAsync(() -> asked.get().health())
                    .orTimeout(240, TimeUnit.SECONDS)
                    .join();
            reply.run();
        };
        Tokens.ForDriver opened = Tokens.openForDriver(config, List.of(spec), replies, new Idling() {
            @Override
            public boolean idle() {
                return false;
            }

            @Override
            public void wake() {}
        });
        token = opened.token();
        asked.set(token);
        key = opened.keys().getFirst();
        assertSigns();
        var muchLater = new CountDownLatch(1);
        faults.signs().hang(muchLater);
        CompletableFuture<byte[]> hanging = key.sign(random(), Duration.ofSeconds(300));
        Await.until(SOON, () -> "nobody hangs", () -> faults.signs().waiting() == 0);
        faults.signInits().always(0x30);
        setback();
        var failed = assertThrows(ExecutionException.class, () -> hanging.get(240, TimeUnit.SECONDS));
        assertEquals(
                TokenHealth.State.UNRESPONSIVE,
                assertInstanceOf(TokenSetback.class, failed.getCause()).state());
        faults.signInits().heal();
        Await.state(token, TokenHealth.State.READY);
        muchLater.countDown();
        assertSigns();
    }

    private void assertSigns() throws Exception {
        byte[] digest = random();
        assertTrue(Independent.verifies(key, digest, key.sign(digest, SOON).get(240, TimeUnit.SECONDS)));
    }

    private boolean signs() {
        return signs(SOON);
    }

    private boolean signs(Duration patience) {
        try {
            key.sign(random(), patience).get(240, TimeUnit.SECONDS);
            return true;
        } catch (Exception notYet) {
            return false;
        }
    }

    private TokenSetback setback() {
        var failed = assertThrows(
                ExecutionException.class, () -> key.sign(random(), SOON).get(240, TimeUnit.SECONDS));
        return assertInstanceOf(TokenSetback.class, failed.getCause());
    }

    private static byte[] random() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return random;
    }
}
