package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.Await;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.Ledger;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;

/// The driver process is killed again and again while calls are under way: each call is answered with a good signature,
/// or told; and after each round all keys sign.
///
/// In full: `mvn -pl hsm-bridge test -Dtest=KilledUnderLoadTest -Dtest.argLine=-Dsealpost.driver-kills=1000`; with
/// `-Dsealpost.driver-kills.seed=...` behind it the same signals once more.
@Timeout(3600)
class KilledUnderLoadTest {
    private static final int ROUNDS = Integer.getInteger("sealpost.driver-kills", 20);
    private static final long SEED = Long.getLong("sealpost.driver-kills.seed", System.nanoTime());
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    /// A machine may be slow; a call that ends this late has no deadline at all.
    private static final Duration NEVER = Duration.ofMinutes(20);

    @TempDir
    Path folder;

    @Test
    void noCallIsLostThatWasNotTold() throws Exception {
        System.out.println("seed " + SEED + ", " + ROUNDS + " kills");
        var random = new Random(SEED);
        TokenConfig config = SoftHsm.create(folder).token("killed", 2);
        var ledger = new Ledger();
        try (RemoteToken token = Driven.open(config, new DriverOptions(SoftHsm.environment(), Driven.LONG))) {
            List<SigningKey> keys =
                    List.of(token.generate("seal", KeyKind.P256), token.generate("account", KeyKind.SECP256K1));
            var going = new AtomicBoolean(true);
            var refused = new AtomicBoolean();
            var room = new Semaphore(20);
            Thread load = Thread.ofPlatform().start(() -> {
                for (int i = 0; going.get(); i++) {
                    room.acquireUninterruptibly();
                    if (refused.getAndSet(false)) {
                        LockSupport.parkNanos(1_000_000);
                    }
                    ledger.ask(keys.get(i % 2), DEADLINE).thenAccept(signed -> {
                        refused.compareAndSet(false, !signed);
                        room.release();
                    });
                }
            });
            for (int round = 0; round < ROUNDS; round++) {
                long before = ledger.answered();
                Await.until(NEVER, token::health, () -> ledger.answered() > before + 5);
                ProcessHandle process = Driven.process(token);
                Driven.signal(process, random.nextBoolean() ? Driven.SIGSEGV : Driven.SIGKILL);
                Await.until(NEVER, token::health, () -> !process.isAlive());
                for (SigningKey key : keys) {
                    Await.until(NEVER, token::health, () -> Driven.signs(key));
                }
            }
            going.set(false);
            load.join();
            // While the token is open: what it fails at its end is no answer.
            Ledger.Balance balance = ledger.balance(NEVER);
            System.out.printf(
                    "%d kills: asked %d, signed %d, told %d, lost %d%n",
                    ROUNDS,
                    balance.asked(),
                    balance.signed(),
                    balance.told(),
                    balance.lost().size());
            assertEquals(List.of(), balance.lost());
            assertEquals(0, balance.full(), "calls wait for the next process");
            assertTrue(balance.signed() > 5 * ROUNDS, balance::toString);
            assertTrue(balance.told() > 0, "the kills must have met some call");
        }
    }
}
