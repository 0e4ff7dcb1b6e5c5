package org.sealpost.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Optional;
import org.sealpost.hsm.KeyFileRefused;
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
    private static final String FREE_THE_DISK =
            "see that it is there, whole and the gateway's own, that nobody else uses it, and that its disk has room;"
                    + " then start again";

    /// Empty for what only a developer understands.
    static Optional<Refusal> of(Exception e) {
        return Optional.ofNullable(
                switch (e) {
                    case ConfigRefused _ -> refused(message(e), "");
                    case StartRefused refused -> refused(refused.problem(), refused.remedy());
                    case KeyFileRefused refused -> refused(message(e), refused.remedy());
                    case TokenSetback setback -> refused(message(e), setback.remedy());
                    case KeyRefused _ -> refused(message(e), "put the right token back, or correct [token]");
                    case JournalFull full ->
                        refused(message(full) + ": " + message(full.getCause()), "make room there, then start again");
                    case JournalDamaged _ ->
                        new Refusal(
                                message(e),
                                "nothing was changed: copy the data directory before anything else; then sealpost journal"
                                        + " examine says what is lost",
                                Main.BROKEN_PROMISE);
                    case BrokenPromise _ -> new Refusal(message(e), "", Main.BROKEN_PROMISE);
                    default -> null;
                });
    }

    /// The same for a box, which stays and says it where a command would end: any file may be what is in its way.
    static Optional<Refusal> ofBox(Exception e) {
        return of(e).or(() -> switch (e) {
            case IOException failed -> Optional.of(refused(said(failed), FREE_THE_DISK));
            case UncheckedIOException failed -> Optional.of(refused(said(failed.getCause()), FREE_THE_DISK));
            default -> Optional.empty();
        });
    }

    private static Refusal refused(String cause, String remedy) {
        return new Refusal(cause, remedy, CONFIG_REFUSED);
    }

    /// The message of a file system's error is often a path alone; what happened is then in its type.
    static String words(Exception e) {
        return (e instanceof FileSystemException ? e.getClass().getSimpleName() + ": " : "") + message(e);
    }

    private static String said(IOException e) {
        return "a file cannot be used: " + words(e);
    }

    private static String message(Throwable e) {
        return String.valueOf(e.getMessage());
    }

    /// One sentence.
    String sentence() {
        return remedy.isEmpty() ? cause : cause + "; " + remedy;
    }
}
