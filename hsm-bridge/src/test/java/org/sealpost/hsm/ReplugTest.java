package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A token that is pulled out and plugged in again and again while it has more to do than it can: no request is
/// lost that was not told so, and no restart is needed.
///
/// In full: `mvn -pl hsm-bridge test -Dtest=ReplugTest -Dtest.argLine=-Dsealpost.replug.rounds=100`; with
/// `-Dsealpost.replug.seed=...` behind it the same moments once more.
class ReplugTest {
    private static final int ROUNDS = Integer.getInteger("sealpost.replug.rounds", 8);
    private static final long SEED = Long.getLong("sealpost.replug.seed", new SecureRandom().nextLong());
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SESSIONS = 2;
    private static final int CALLERS = 3 * SESSIONS;

    @TempDir
    Path folder;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong signed = new AtomicLong();
    private final AtomicLong told = new AtomicLong();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();

    @Test
    void noRequestIsLostThatWasNotToldSo() throws Exception {
        System.out.println("seed " + SEED + ", " + ROUNDS + " rounds");
        var random = new Random(SEED);
        SoftHsm hsm = SoftHsm.create(folder);
        TokenConfig direct = hsm.token("far", SESSIONS);
        try (P11KitServer server = P11KitServer.start(hsm);
                Token token = Tokens.open(server.through(direct))) {
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
                pause(random.nextInt(400));
                server.restart();
            }
            awaitSignatures(token, 20);
            over.set(true);
            for (Thread caller : callers) {
                caller.join(PATIENCE);
                assertTrue(!caller.isAlive(), caller + " still waits for its answer");
            }
            Await.state(token, TokenHealth.State.READY);
        }
        System.out.printf("%d rounds: asked %d, signed %d, told %d%n", ROUNDS, asked.get(), signed.get(), told.get());
        assertEquals(List.of(), List.copyOf(wrong));
        assertEquals(asked.get(), signed.get() + told.get());
        assertTrue(told.get() > 0, "no caller met a token that was away");
    }

    /// Asks, waits for the answer, and asks again.
    private void call(SigningKey key) {
        byte[] digest = new byte[32];
        var random = new SecureRandom();
        while (!over.get()) {
            random.nextBytes(digest);
            asked.incrementAndGet();
            try {
                byte[] signature = key.sign(digest, DEADLINE).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                if (Independent.verifies(key, digest, signature)) {
                    signed.incrementAndGet();
                } else {
                    wrong.add("a signature that does not verify");
                }
            } catch (ExecutionException answer) {
                if (answer.getCause() instanceof TokenSetback || answer.getCause() instanceof QueueFull) {
                    told.incrementAndGet();
                    // As a caller does who was told to try again later.
                    pause(20);
                } else {
                    wrong.add(String.valueOf(answer.getCause()));
                }
            } catch (TimeoutException lost) {
                wrong.add("no answer, long after its deadline");
            } catch (Exception other) {
                wrong.add(other.toString());
            }
        }
    }

    private void awaitSignatures(Token token, int more) {
        long enough = signed.get() + more;
        Await.until(PATIENCE, token::health, () -> signed.get() >= enough);
    }

    private static void pause(int millis) {
        LockSupport.parkNanos(1_000_000L * millis);
    }
}
