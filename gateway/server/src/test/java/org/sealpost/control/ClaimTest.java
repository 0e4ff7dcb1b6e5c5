package org.sealpost.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.JournalFull;

class ClaimTest {
    private static final String WRONG = "00000-00000";

    private final ControlRig rig = new ControlRig();
    private ControlLog control;
    private Claim claim;

    @BeforeEach
    void start() throws IOException {
        control = rig.open();
        claim = rig.claim(control);
    }

    @AfterEach
    void stop() throws IOException {
        control.close();
    }

    private void restart() throws IOException {
        stop();
        rig.disk.powerCut(rig.nanos);
        start();
    }

    @Test
    void theRightCodeShowsATokenAndTheConfirmationMakesItCount() throws Exception {
        var token = offered();
        assertFalse(claim.isClaimed(), "nothing has changed before the confirmation");
        assertEquals(0, control.size());
        assertEquals(new ClaimOutcome.Claimed("owner"), confirm(token));
        var clients = Clients.none().with(control.state().owner().orElseThrow());
        assertEquals(Optional.of("owner"), clients.byToken(token));
        assertTrue(clients.isPassword("owner", token.getBytes()));
    }

    @Test
    void theCodeStaysValidUntilItIsConfirmedAndTheLastTokenShownCounts() throws Exception {
        var first = offered();
        pass(Claim.BETWEEN_TRIES);
        var second = offered();
        assertNotEquals(first, second);
        assertEquals(new ClaimOutcome.Stale(), confirm(first));
        assertEquals(new ClaimOutcome.Claimed("owner"), confirm(second));
    }

    @Test
    void whatWasNotOfferedCannotBeConfirmed() throws Exception {
        assertEquals(new ClaimOutcome.Stale(), confirm(Clients.newSecret(new SecureRandom())));
        var token = offered();
        assertEquals(new ClaimOutcome.Stale(), claim.confirm(WRONG, token, ControlRig.SOMEBODY));
        restart();
        assertEquals(new ClaimOutcome.Stale(), confirm(token), "what a box had shown before it lost power");
        assertEquals(0, control.size());
    }

    @Test
    void repeatsAreHarmlessAndASecondClaimIsRefused() throws Exception {
        var token = offered();
        confirm(token);
        restart();
        assertEquals(new ClaimOutcome.Claimed("owner"), confirm(token), "its answer may have been lost");
        assertEquals(new ClaimOutcome.AlreadyClaimed(), confirm(Clients.newSecret(new SecureRandom())));
        assertEquals(new ClaimOutcome.AlreadyClaimed(), enter(claim.code()));
        assertEquals(new ClaimOutcome.AlreadyClaimed(), enter(WRONG));
        assertEquals(1, control.size());
    }

    @Test
    void codesAreReadAsPeopleWriteThem() throws Exception {
        assertTrue(claim.code().matches("[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}"), claim.code());
        var code = claim.code();
        for (var spelling : new String[] {
            code.toLowerCase(Locale.ROOT),
            code.replace("-", ""),
            "  " + code.replace("-", " ") + "\t",
            code.replace('-', '–'),
            code.replace('0', 'o').replace('1', 'l'),
            code.replace('0', 'O').replace('1', 'I')
        }) {
            assertInstanceOf(ClaimOutcome.Offered.class, enter(spelling), spelling);
            pass(Claim.BETWEEN_TRIES);
        }
        assertInstanceOf(ClaimOutcome.Wrong.class, enter(code + "0"));
        pass(Claim.BETWEEN_TRIES);
        assertInstanceOf(ClaimOutcome.Wrong.class, enter(" ".repeat(100) + code), "more than a code ever needs");
        pass(Claim.BETWEEN_TRIES);
        assertInstanceOf(ClaimOutcome.Wrong.class, enter(""));
    }

    @Test
    void aNewStartHasANewCode() throws Exception {
        var code = claim.code();
        restart();
        assertNotEquals(code, claim.code());
        assertInstanceOf(ClaimOutcome.Wrong.class, enter(code));
    }

    @Test
    void betweenTwoTriesLieTwoSeconds() throws Exception {
        assertEquals(new ClaimOutcome.Wrong(4, Claim.BETWEEN_TRIES), enter(WRONG));
        pass(Claim.BETWEEN_TRIES.minusMillis(1));
        assertEquals(new ClaimOutcome.TooSoon(Duration.ofMillis(1)), enter(claim.code()));
        assertEquals(1, control.size(), "what is not looked at is no wrong code");
        pass(Duration.ofMillis(1));
        offered();
    }

    @Test
    void afterFiveWrongCodesNothingIsTriedForAWhile() throws Exception {
        lock();
        assertEquals(new ClaimOutcome.Locked(Claim.LOCK), enter(claim.code()), "the right code is refused, too");
        pass(Claim.LOCK.minusNanos(1));
        assertEquals(new ClaimOutcome.Locked(Duration.ofNanos(1)), enter(WRONG));
        assertEquals(5, control.state().wrongCodes());
        pass(Duration.ofNanos(1));
        assertEquals(new ClaimOutcome.Wrong(4, Claim.BETWEEN_TRIES), enter(WRONG));
        pass(Claim.BETWEEN_TRIES);
        offered();
    }

    @Test
    void soAfterEachFurtherFive() throws Exception {
        lock();
        pass(Claim.LOCK);
        lock();
        assertEquals(10, control.state().wrongCodes());
        assertInstanceOf(ClaimOutcome.Locked.class, enter(claim.code()));
    }

    /// Whoever pulls the plug neither shortens the lock nor gets tries back.
    @Test
    void aPowerCycleBeginsTheLockAnew() throws Exception {
        lock();
        pass(Claim.LOCK.minusSeconds(1));
        restart();
        assertEquals(new ClaimOutcome.Locked(Claim.LOCK), enter(claim.code()));
        pass(Claim.LOCK);
        offered();
    }

    @Test
    void aPowerCycleGivesNoTriesBack() throws Exception {
        for (int left = 4; left > 0; left--) {
            assertEquals(new ClaimOutcome.Wrong(left, Claim.BETWEEN_TRIES), enter(WRONG));
            restart();
        }
        assertEquals(new ClaimOutcome.Wrong(0, Claim.LOCK), enter(WRONG));
        restart();
        assertInstanceOf(ClaimOutcome.Locked.class, enter(claim.code()));
    }

    /// A claim that was begun goes on: who holds the token had the code.
    @Test
    void whatWasOfferedBeforeALockCanBeConfirmed() throws Exception {
        var token = offered();
        pass(Claim.BETWEEN_TRIES);
        lock();
        assertEquals(new ClaimOutcome.Claimed("owner"), confirm(token));
    }

    /// Otherwise guessing would be free for whoever can fill the disk.
    @Test
    void aWrongCodeThatCannotBeRecordedBeginsALock() throws Exception {
        rig.disk.capacity(1);
        assertThrows(JournalFull.class, () -> {
            while (true) {
                assertInstanceOf(ClaimOutcome.Wrong.class, enter(WRONG));
                pass(Claim.LOCK);
            }
        });
        assertInstanceOf(ClaimOutcome.Locked.class, enter(claim.code()));
    }

    @Test
    void ofTriesAtTheSameTimeOneIsLookedAt() throws Exception {
        var go = new CountDownLatch(1);
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var tries = IntStream.range(0, 50)
                    .mapToObj(i -> pool.submit(() -> {
                        go.await();
                        return enter(WRONG);
                    }))
                    .toList();
            go.countDown();
            int wrong = 0;
            for (var one : tries) if (one.get() instanceof ClaimOutcome.Wrong) wrong++;
            assertEquals(1, wrong);
        }
        assertEquals(1, control.state().wrongCodes());
    }

    @Test
    void nothingPrintsTheToken() throws Exception {
        var token = offered();
        assertFalse(new ClaimOutcome.Offered(token).toString().contains(token));
    }

    private void lock() throws IOException {
        for (int left = 4; left > 0; left--) {
            assertEquals(new ClaimOutcome.Wrong(left, Claim.BETWEEN_TRIES), enter(WRONG));
            pass(Claim.BETWEEN_TRIES);
        }
        assertEquals(new ClaimOutcome.Wrong(0, Claim.LOCK), enter(WRONG));
    }

    private String offered() throws IOException {
        return assertInstanceOf(ClaimOutcome.Offered.class, enter(claim.code())).token();
    }

    private ClaimOutcome enter(String code) throws IOException {
        return claim.enter(code, ControlRig.SOMEBODY);
    }

    private ClaimOutcome confirm(String token) throws IOException {
        return claim.confirm(claim.code(), token, ControlRig.SOMEBODY);
    }

    private void pass(Duration time) {
        rig.pass(time);
    }
}
