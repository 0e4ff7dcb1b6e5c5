package org.sealpost.ota.release;

import java.io.PrintStream;
import java.util.Locale;

/// How far a long step is: on a terminal one line that renews itself, elsewhere a line for each tenth. Steps over less
/// than 16 MB are over before anybody asks.
final class Progress implements AutoCloseable {
    private static final long WORTH_TELLING = 16_000_000;
    private static final double MEGABYTE = 1e6;

    private final PrintStream out;
    private final boolean renews;
    private final String step;
    private final long total;
    private long done;
    private long told = -1;

    private Progress(PrintStream out, boolean renews, String step, long total) {
        this.out = out;
        this.renews = renews;
        this.step = step;
        this.total = total;
    }

    /// On standard error, so that a script can read what the tool answers.
    static Progress of(String step, long totalBytes) {
        var console = System.console();
        return of(System.err, console != null && console.isTerminal(), step, totalBytes);
    }

    static Progress of(PrintStream out, boolean renews, String step, long totalBytes) {
        return new Progress(out, renews, step, totalBytes);
    }

    void add(long bytes) {
        at(done + bytes);
    }

    void at(long bytes) {
        done = bytes;
        if (total < WORTH_TELLING) {
            return;
        }
        long percent = Math.min(100, done * 100 / total);
        long mark = renews ? percent : percent / 10;
        if (mark > told && (renews || percent >= 10)) {
            told = mark;
            String line = String.format(
                    Locale.ROOT, "%s: %d %%, %.0f of %.0f MB", step, percent, done / MEGABYTE, total / MEGABYTE);
            out.print(renews ? "\r" + line : line + "\n");
            out.flush();
        }
    }

    @Override
    public void close() {
        if (renews && told >= 0) {
            out.println();
        }
    }
}
