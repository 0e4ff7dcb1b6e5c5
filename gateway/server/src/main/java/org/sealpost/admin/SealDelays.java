package org.sealpost.admin;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.sealpost.capture.AcknowledgedGroups;

/// How long entries waited from their acknowledgement to the durable seal over them, as a histogram for Prometheus.
/// Those count that were acknowledged and sealed by this process. The sealer's thread counts, any thread reads.
public final class SealDelays {
    private static final String NAME = "sealpost_ack_to_seal_seconds";

    /// Upper bounds of the buckets; a quarter apart where it is told how well a token does.
    private static final long[] BOUNDS_MILLIS = {
        1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 100, 125, 160, 200, 250, 320, 400, 500, 1000, 2000,
        5000, 10_000, 60_000, 600_000, 3_600_000
    };

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final AcknowledgedGroups acknowledged;

    // By bucket; the last one is of all that took longer.
    private final AtomicLongArray counts = new AtomicLongArray(BOUNDS_MILLIS.length + 1);
    private final LongAdder sumNanos = new LongAdder();

    public SealDelays(AcknowledgedGroups acknowledged) {
        this.acknowledged = acknowledged;
    }

    /// A seal is durable.
    ///
    /// @param size  how many entries it covers
    /// @param nanos running time, by the clock of the acknowledgements
    public void sealed(long size, long nanos) {
        acknowledged.takeBelow(size, (count, since) -> {
            long waited = Math.max(0, nanos - since);
            counts.addAndGet(bucket(waited), count);
            sumNanos.add(waited * count);
        });
    }

    private static int bucket(long waitedNanos) {
        long millis = (waitedNanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
        int found = Arrays.binarySearch(BOUNDS_MILLIS, millis);
        return found >= 0 ? found : -found - 1;
    }

    void write(StringBuilder out) {
        out.append("# HELP ").append(NAME).append(" From the acknowledgement of a record to the seal over it.\n");
        out.append("# TYPE ").append(NAME).append(" histogram\n");
        // Sealed before their answers went out, so the seal was never waited for.
        long below = acknowledged.takenBefore();
        for (int i = 0; i < BOUNDS_MILLIS.length; i++) {
            below += counts.get(i);
            out.append(NAME)
                    .append("_bucket{le=\"")
                    .append(BOUNDS_MILLIS[i] / 1e3)
                    .append("\"} ");
            out.append(below).append('\n');
        }
        below += counts.get(BOUNDS_MILLIS.length);
        out.append(NAME).append("_bucket{le=\"+Inf\"} ").append(below).append('\n');
        out.append(NAME).append("_sum ").append(sumNanos.sum() / 1e9).append('\n');
        out.append(NAME).append("_count ").append(below).append('\n');
    }
}
