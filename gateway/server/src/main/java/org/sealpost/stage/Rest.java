package org.sealpost.stage;

import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/// Of a stage that must leave the machine to others: after each step it rests three times as long as that took, and
/// five seconds at most, so of one processor it takes a quarter. Belongs to the thread that steps.
public final class Rest {
    private static final int TIMES = 3;
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final LongSupplier nanoTime;
    private long stepNanos;

    /// What a stage does in a step.
    @FunctionalInterface
    public interface Work {
        int step() throws IOException;
    }

    /// @param nanoTime running time
    public Rest(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /// Does it, and takes the time, also where it fails.
    public int after(Work work) throws IOException {
        long begun = nanoTime.getAsLong();
        try {
            return work.step();
        } finally {
            stepNanos = Math.max(0, nanoTime.getAsLong() - begun);
        }
    }

    /// How long to rest after the last step.
    public Duration pause() {
        var rest = Duration.ofNanos(stepNanos).multipliedBy(TIMES);
        return rest.compareTo(LONGEST) > 0 ? LONGEST : rest;
    }
}
