package org.sealpost.hsm.driver;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.Backoff;

/// Starts a token's driver process, reads what it says, and starts another when it has ended: one thread, which is
/// also the reading thread of each life.
final class Supervisor {
    private static final System.Logger LOG = System.getLogger(Supervisor.class.getName());

    /// How long a process may take to end that was told to, or has closed its connection.
    private static final Duration ENDING = Duration.ofSeconds(3);

    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final RemoteToken token;
    private final DriverOptions options;
    private final Thread thread;
    private final Backoff backoff = new Backoff(RandomGenerator.getDefault());
    private final AtomicInteger attempt = new AtomicInteger();

    // Owned by the thread.
    private @Nullable String killedBecause;

    private volatile @Nullable Life life;
    private volatile long pid;

    Supervisor(RemoteToken token, DriverOptions options) {
        this.token = token;
        this.options = options;
        // A daemon: a driver that cannot be ended must not keep a process from ending.
        this.thread =
                Thread.ofPlatform().daemon().name("hsm-driver-" + token.name()).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    Optional<Long> process() {
        long now = pid;
        return now == 0 ? Optional.empty() : Optional.of(now);
    }

    /// The token signs: the next end is a new one, and the next process is started without delay.
    void calm() {
        if (attempt.getPlain() != 0) {
            attempt.set(0);
        }
    }

    /// On the reading thread: what was wrong with the process that has just been killed.
    void killed(String reason) {
        killedBecause = reason;
    }

    /// Ends the process and waits a few seconds for it.
    void close() {
        Life now = life;
        if (now != null) {
            now.close();
        }
        synchronized (this) {
            notifyAll();
        }
        try {
            if (thread.isAlive() && !thread.join(CLOSING)) {
                LOG.log(System.Logger.Level.WARNING, "the driver process of token {0} does not end", token.name());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!token.isClosed()) {
            try {
                liveOnce();
            } catch (Throwable bug) {
                // Without this thread no driver would ever be started again.
                LOG.log(System.Logger.Level.ERROR, "the driver process of token " + token.name() + " is lost", bug);
                await(backoff.before(1 + attempt.getAndIncrement()));
            }
        }
    }

    private void liveOnce() {
        String how;
        Life lived = null;
        try (DriverProcess process = DriverProcess.start(token.name(), options, token::isClosed)) {
            pid = process.pid();
            killedBecause = null;
            lived = Life.begin(token, process, token.starting(), options);
            life = lived;
            how = live(lived);
            token.ending();
            String end = process.end(ENDING);
            // A JVM that reports its crash may be silent for so long that it is killed over it.
            String killed = process.hasCrashed() ? null : killedBecause;
            how = killed != null ? killed : how.isEmpty() ? end : how + ", and it " + end;
        } catch (IOException | RuntimeException | Error cannot) {
            how = "cannot be started: " + cannot.getMessage();
        } finally {
            life = null;
            pid = 0;
        }
        Duration pause = backoff.before(attempt.getAndIncrement());
        token.ended(lived, how, pause);
        await(pause);
    }

    /// Returns what was wrong with the connection, if anything was.
    private String live(Life lived) throws IOException {
        try {
            // Before it is closed by whoever closes the token.
            if (!token.isClosed()) {
                lived.run();
            }
            return "";
        } catch (IOException broken) {
            return broken instanceof ProtocolError ? "talks nonsense: " + broken.getMessage() : "";
        } finally {
            lived.release();
        }
    }

    private synchronized void await(Duration pause) {
        long end = System.nanoTime() + pause.toNanos();
        for (long left = pause.toNanos(); left > 0 && !token.isClosed(); left = end - System.nanoTime()) {
            try {
                wait(left / 1_000_000 + 1);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
