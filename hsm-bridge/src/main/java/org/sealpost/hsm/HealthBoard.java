package org.sealpost.hsm;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.Attachment.Binding;

/// What a token shows of itself, and since when; each change of state is logged once. For any thread.
final class HealthBoard {
    static final String LOOKED_FOR = "Nothing to do if it comes back; it is looked for all the time.";

    private static final System.Logger LOG = System.getLogger(HealthBoard.class.getName());

    private final String token;

    // Guarded by this.
    private TokenHealth shown =
            new TokenHealth(TokenHealth.State.RECOVERING, "being opened", LOOKED_FOR, Instant.now(), 0);

    HealthBoard(String token) {
        this.token = token;
    }

    synchronized TokenHealth.State state() {
        return shown.state();
    }

    /// Waits for a state that is an outcome of an opening, or for the end of the patience.
    synchronized void awaitOutcome(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (shown.state() == TokenHealth.State.RECOVERING) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return;
            }
            wait(left / 1_000_000 + 1);
        }
    }

    /// Calls that do not come back overrule what was shown when they began: nobody could tell us anything since.
    TokenHealth health(int lostCalls, boolean answersSince, Optional<Duration> controlSilentFor) {
        TokenHealth now = shownNow();
        boolean hangs = switch (now.state()) {
            case READY -> lostCalls > 0 && !answersSince;
            case RECOVERING, ABSENT -> lostCalls > 0 || controlSilentFor.isPresent();
            case UNRESPONSIVE,
                    AMBIGUOUS_TOKEN,
                    PIN_BLOCKED,
                    LOCKED_OUT,
                    FOREIGN_STORE,
                    AMBIGUOUS_KEY,
                    KEY_REFUSED,
                    CLOSED -> false;
        };
        if (!hangs) {
            String also = lostCalls > 0 ? "; " + lostCalls + " calls have not come back" : "";
            return new TokenHealth(
                    now.state(),
                    now.cause() + also,
                    now.remedy(),
                    now.since(),
                    lostCalls,
                    now.reason(),
                    now.returnCode());
        }
        String opening = controlSilentFor
                .map(silent -> "; opening it takes " + silent.toSeconds() + " s so far")
                .orElse("");
        return new TokenHealth(
                TokenHealth.State.UNRESPONSIVE,
                lostCalls + " calls have overrun their deadline and not come back" + opening
                        + (now.isReady() ? "" : "; before: " + now.cause()),
                "If it stays: restart the token's server or unplug and plug the token. This process needs no restart.",
                now.since(),
                lostCalls);
    }

    /// @param code what the module returned; null if that is not why
    void recovering(@Nullable String cause, @Nullable ReturnCode code) {
        show(
                TokenHealth.State.RECOVERING,
                String.valueOf(cause),
                LOOKED_FOR,
                Optional.empty(),
                Optional.ofNullable(code));
    }

    void show(TokenSetback setback) {
        show(setback.state(), setback.words(), setback.remedy(), Optional.of(setback.reason()), setback.returnCode());
    }

    /// The token is open: ready, unless one of its keys was refused.
    void show(Attachment attachment) {
        for (Binding binding : attachment.keys().values()) {
            if (binding instanceof Binding.Refused(KeyRefused reason)) {
                show(
                        reason.isAmbiguous() ? TokenHealth.State.AMBIGUOUS_KEY : TokenHealth.State.KEY_REFUSED,
                        String.valueOf(reason.getMessage()),
                        "Compare the token with the pinned keys; other keys of it still sign.",
                        Optional.of(reason.reason()),
                        reason.returnCode());
                return;
            }
        }
        show(TokenHealth.State.READY, "signs", "", Optional.empty(), Optional.empty());
    }

    private void show(
            TokenHealth.State state,
            String cause,
            String remedy,
            Optional<TokenFailure.Reason> reason,
            Optional<ReturnCode> code) {
        boolean changed;
        synchronized (this) {
            if (shown.state() == TokenHealth.State.CLOSED) {
                return;
            }
            changed = shown.state() != state;
            Instant since = changed ? Instant.now() : shown.since();
            shown = new TokenHealth(state, cause, remedy, since, 0, reason, code);
            notifyAll();
        }
        if (changed) {
            boolean good = state == TokenHealth.State.READY || state == TokenHealth.State.CLOSED;
            var level = good ? System.Logger.Level.INFO : System.Logger.Level.WARNING;
            LOG.log(level, "token {0} is {1}: {2}", token, state, cause);
        }
    }

    private synchronized TokenHealth shownNow() {
        return shown;
    }
}
