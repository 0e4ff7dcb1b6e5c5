package org.sealpost.hsm.driver;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenSetback;

/// What a token in a driver process shows of itself: what the process said last, or what became of the process. For
/// any thread.
final class Board {
    static final String NOTHING_TO_DO = "Nothing to do if it comes back; it is started again by itself.";

    private static final System.Logger LOG = System.getLogger(Board.class.getName());

    private final String token;

    // Guarded by this.
    private TokenHealth shown = new TokenHealth(
            TokenHealth.State.RECOVERING, "the driver process is being started", NOTHING_TO_DO, Instant.now(), 0);
    private String description;
    private boolean unusable;

    /// Whether an opening has no outcome yet. One that takes long is UNRESPONSIVE meanwhile.
    private boolean opening = true;

    Board(String token) {
        this.token = token;
        this.description = "label \"" + token + "\", not seen yet";
    }

    synchronized TokenHealth health() {
        return shown;
    }

    synchronized String description() {
        return description;
    }

    /// Waits for a state that is an outcome of an opening, or for the end of the patience.
    synchronized void awaitOutcome(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (opening) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return;
            }
            wait(left / 1_000_000 + 1);
        }
    }

    synchronized void show(TokenHealth health, String described) {
        unusable = false;
        description = described;
        show(health);
    }

    /// The connection has ended; how the process did, is not known yet.
    synchronized void ending() {
        if (!unusable) {
            show(new TokenHealth(
                    TokenHealth.State.RECOVERING, "the driver process is ending", NOTHING_TO_DO, Instant.now(), 0));
        }
    }

    synchronized void down(TokenSetback reason) {
        boolean already = shown.state() == reason.state();
        // A library that cannot be loaded stays that, whatever becomes of the process that has said so.
        if (unusable) {
            return;
        }
        Instant since = already ? shown.since() : Instant.now();
        LOG.log(System.Logger.Level.WARNING, "token {0}: {1}", token, reason.words());
        show(new TokenHealth(
                reason.state(),
                reason.words(),
                reason.remedy(),
                since,
                0,
                Optional.of(reason.reason()),
                reason.returnCode()));
    }

    synchronized void unusable(String sentence) {
        unusable = true;
        show(new TokenHealth(
                TokenHealth.State.ABSENT,
                sentence,
                "Correct the path of the module or install it; it is tried again by itself.",
                Instant.now(),
                0));
    }

    void closed(TokenSetback reason) {
        show(new TokenHealth(TokenHealth.State.CLOSED, reason.words(), reason.remedy(), Instant.now(), 0));
    }

    private synchronized void show(TokenHealth health) {
        if (shown.state() != TokenHealth.State.CLOSED) {
            if (shown.state() != health.state()) {
                var level = health.isReady() ? System.Logger.Level.INFO : System.Logger.Level.DEBUG;
                LOG.log(level, "token {0} is {1}: {2}", token, health.state(), health.cause());
            }
            shown = health;
            opening = health.state() == TokenHealth.State.RECOVERING
                    || (opening && health.state() == TokenHealth.State.UNRESPONSIVE);
            notifyAll();
        }
    }
}
