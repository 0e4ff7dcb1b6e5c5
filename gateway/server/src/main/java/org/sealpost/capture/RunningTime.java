package org.sealpost.capture;

/// For how long the box has been running, as its entries tell: the sum of what passed between neighbours within
/// one run, by the clock that nobody can set. Times when it was off, or had nothing to record, are left out, so
/// it is never too much. Owned by one thread.
final class RunningTime {
    /// A longer pause is not counted: without the entry of a start between them, two entries may be of two
    /// runs.
    static final long MOST_MICROS = 3_600_000_000L;

    private static final long NONE = -1;

    private long micros;
    private long newest = NONE;

    /// @param millis what had passed before
    RunningTime(long millis) {
        this.micros = millis * 1000;
    }

    /// The next entry is the first one of a run.
    void newRun() {
        newest = NONE;
    }

    /// An entry of this run. Entries are not quite in the order of their clocks: they came by several threads.
    void tick(long sinceBootMicros) {
        if (newest != NONE) {
            long passed = sinceBootMicros - newest;
            if (passed <= 0) return;
            if (passed < MOST_MICROS) micros += passed;
        }
        newest = sinceBootMicros;
    }

    long millis() {
        return micros / 1000;
    }
}
