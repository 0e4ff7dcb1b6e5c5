package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A token that is pulled out and plugged in again and again while it has more to do than it can: no request is
/// lost that was not told so, and no restart is needed.
///
/// In full: `mvn -pl hsm-bridge test -Dtest=ReplugTest -Dtest.argLine=-Dsealpost.replug.rounds=100`; with
/// `-Dsealpost.replug.seed=...` behind it the same moments once more.
@Timeout(3600)
class ReplugTest {
    private static final int ROUNDS = Integer.getInteger("sealpost.replug.rounds", 8);
    private static final long SEED = Long.getLong("sealpost.replug.seed", new SecureRandom().nextLong());
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SESSIONS = 2;
    private static final int CALLERS = 3 * SESSIONS;
    private static final int REQUESTS_OF_A_CALLER = 4;

    @TempDir
    Path folder;

    private final AtomicBoolean over = new AtomicBoolean();
    private final Ledger ledger = new Ledger();

    @ParameterizedTest
    @EnumSource(Opener.class)
    void noRequestIsLostThatWasNotToldSo(Opener opener) throws Exception {
        System.out.println(opener + ", seed " + SEED + ", " + ROUNDS + " rounds");
        var random = new Random(SEED);
        SoftHsm hsm = SoftHsm.create(folder);
        TokenConfig direct = hsm.token("far", SESSIONS);
        try (P11KitServer server = P11KitServer.start(hsm);
                Token token = opener.open(server.through(direct), variables(server))) {
            Await.state(token, TokenHealth.State.READY);
            SigningKey key = token.generate("seal", KeyKind.P256);
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                callers.add(Thread.ofPlatform().name("caller-" + i).start(() -> call(key)));
            }
            for (int round = 0; round < ROUNDS; round++) {
                awaitSignatures(token, 20);
                pause(random.nextInt(200));
                if (round % 4 == 3) {
                    // Hangs before it dies, so that calls are inside.
                    server.stop();
                    pause(random.nextInt(300));
                }
                server.kill();
                long before = ledger.answered();
                pause(random.nextInt(400));
                // Answers may still be on their way from before; beyond those, a token that is away signs nothing.
                assertTrue(ledger.answered() - before <= CALLERS * REQUESTS_OF_A_CALLER, "signed without a token");
                server.restart();
            }
            awaitSignatures(token, 20);
            over.set(true);
            for (Thread caller : callers) {
                caller.join(PATIENCE);
                assertFalse(caller.isAlive(), caller + " still waits for its answer");
            }
            Await.state(token, TokenHealth.State.READY);
            // While the token is open: what it fails at its end is no answer.
            Ledger.Balance balance = ledger.balance(PATIENCE);
            System.out.printf(
                    "%s, %d rounds: asked %d, signed %d, told %d, lost %d%n",
                    opener,
                    ROUNDS,
                    balance.asked(),
                    balance.signed(),
                    balance.told(),
                    balance.lost().size());
            assertEquals(List.of(), balance.lost());
            assertTrue(balance.signed() >= 20 * (ROUNDS + 1), balance::toString);
            assertTrue(balance.told() > 0, "no caller met a token that was away");
        }
    }

    private static Map<String, String> variables(P11KitServer server) {
        var variables = new HashMap<>(SoftHsm.environment());
        variables.put("P11_KIT_SERVER_ADDRESS", server.address());
        return variables;
    }

    /// Has several requests under way at a time, and after one that was refused waits as a caller does who was told
    /// to try again later.
    private void call(SigningKey key) {
        var room = new Semaphore(REQUESTS_OF_A_CALLER);
        var refused = new AtomicBoolean();
        while (!over.get()) {
            room.acquireUninterruptibly();
            if (refused.getAndSet(false)) {
                pause(20);
            }
            ledger.ask(key, DEADLINE).thenAccept(signed -> {
                refused.compareAndSet(false, !signed);
                room.release();
            });
        }
        room.acquireUninterruptibly(REQUESTS_OF_A_CALLER);
    }

    private void awaitSignatures(Token token, int more) {
        long enough = ledger.answered() + more;
        Await.until(PATIENCE, token::health, () -> ledger.answered() >= enough);
    }

    private static void pause(int millis) {
        LockSupport.parkNanos(1_000_000L * millis);
    }
}
