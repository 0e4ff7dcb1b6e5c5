package org.sealpost.app;

import java.io.IOException;
import java.util.Optional;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.journal.JournalFull;

/// Why a box does not run, in words for whoever stands before it.
///
/// @param exitCode how a command ends because of it
record Refusal(String cause, String remedy, int exitCode) {
    private static final int CONFIG_REFUSED = 78;
    private static final String LOOK_AT_DISK =
            "look at the disk and who may write its files, and start again; copy the data directory before you change it";

    /// Empty for what only a developer understands.
    static Optional<Refusal> of(Exception e) {
        return Optional.ofNullable(
                switch (e) {
                    case ConfigRefused _ -> refused(message(e), "");
                    case StartRefused refused -> refused(refused.problem(), refused.remedy());
                    case TokenSetback setback -> refused(message(e), setback.remedy());
                    case KeyRefused _ -> refused(message(e), "put the right token back, or correct [token]");
                    case JournalFull full -> refused(message(full) + ": " + message(full.getCause()), "");
                    case JournalDamaged _ ->
                        new Refusal(
                                message(e),
                                "nothing was changed: copy the data directory before anything else",
                                Main.BROKEN_PROMISE);
                    case BrokenPromise _ -> new Refusal(message(e), "", Main.BROKEN_PROMISE);
                    // A disk that cannot be read or written, most likely; a start that is tried again and again helps
                    // nobody.
                    case IOException _ -> refused(e.getClass().getSimpleName() + ": " + message(e), LOOK_AT_DISK);
                    default -> null;
                });
    }

    private static Refusal refused(String cause, String remedy) {
        return new Refusal(cause, remedy, CONFIG_REFUSED);
    }

    private static String message(Throwable e) {
        return String.valueOf(e.getMessage());
    }

    /// One sentence.
    String sentence() {
        return remedy.isEmpty() ? cause : cause + "; " + remedy;
    }
}
