package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.Await;
import org.sealpost.hsm.Independent;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.QueueFull;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenSetback;

/// The driver process is killed again and again while calls are under way: each call is answered with a good signature,
/// or told; and after each round all keys sign.
@Timeout(3600)
class KilledUnderLoadTest {
    private static final int ROUNDS = Integer.getInteger("sealpost.driver-kills", 100);
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    /// A machine may be slow; a call that ends this late has no deadline at all.
    private static final Duration NEVER = Duration.ofMinutes(20);

    @TempDir
    Path folder;

    @Test
    void noCallIsLostThatWasNotTold() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        TokenConfig config = SoftHsm.create(folder).token("killed", 2);
        var wrong = new AtomicReference<Throwable>();
        var asked = new AtomicLong();
        var signed = new AtomicLong();
        var told = new AtomicLong();
        try (RemoteToken token = Driven.open(
                config,
                DriverOptions.DEFAULT.withEnvironment(SoftHsm.environment()).withPatience(Driven.LONG))) {
            List<SigningKey> keys =
                    List.of(token.generate("seal", KeyKind.P256), token.generate("account", KeyKind.SECP256K1));
            var going = new AtomicBoolean(true);
            var room = new Semaphore(20);
            Thread load = Thread.ofPlatform().start(() -> {
                while (going.get()) {
                    room.acquireUninterruptibly();
                    SigningKey key = keys.get((int) (asked.incrementAndGet() % 2));
                    byte[] digest = Driven.random(32);
                    key.sign(digest, DEADLINE).whenComplete((signature, failed) -> {
                        room.release();
                        switch (failed) {
                            case null -> {
                                signed.incrementAndGet();
                                check(key, digest, signature, wrong);
                            }
                            case TokenSetback setback -> told.incrementAndGet();
                            case QueueFull full -> told.incrementAndGet();
                            default -> wrong.set(failed);
                        }
                    });
                }
            });
            for (int round = 0; round < ROUNDS; round++) {
                long before = signed.get();
                Await.until(NEVER, token::health, () -> signed.get() > before + 5);
                ProcessHandle process = Driven.process(token);
                Driven.signal(process, random.nextBoolean() ? Driven.SIGSEGV : Driven.SIGKILL);
                Await.until(NEVER, token::health, () -> !process.isAlive());
                for (SigningKey key : keys) {
                    Await.until(NEVER, token::health, () -> Driven.signs(key));
                }
            }
            going.set(false);
            load.join();
            Await.until(NEVER, () -> asked + " asked", () -> signed.get() + told.get() == asked.get());
        }
        System.out.println(ROUNDS + " kills: " + asked + " asked, " + signed + " signed, " + told + " told");
        assertNull(wrong.get());
        assertEquals(asked.get(), signed.get() + told.get());
        assertTrue(told.get() > 0, "the kills must have met some call");
    }

    private static void check(SigningKey key, byte[] digest, byte[] signature, AtomicReference<Throwable> wrong) {
        try {
            if (!Independent.verifies(key, digest, signature)) {
                wrong.set(new AssertionError("a signature that is none"));
            }
        } catch (Exception broken) {
            wrong.set(broken);
        }
    }
}
