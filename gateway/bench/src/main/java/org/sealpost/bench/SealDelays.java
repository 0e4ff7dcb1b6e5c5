package org.sealpost.bench;

import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;

/// How long records waited from their acknowledgement to the seal over them, as the gateway counts it in buckets
/// (`sealpost_ack_to_seal_seconds` of its metrics).
///
/// @param within by a bucket's upper bound, how many took at most that long; that of all is infinite
record SealDelays(SortedMap<Double, Long> within) {
    private static final String BUCKET = "sealpost_ack_to_seal_seconds_bucket{le=\"";

    static SealDelays parse(String metrics) {
        var within = new TreeMap<Double, Long>();
        for (var line : metrics.lines().filter(some -> some.startsWith(BUCKET)).toList()) {
            int end = line.indexOf("\"} ");
            var bound = line.substring(BUCKET.length(), end);
            within.put(
                    bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound),
                    Long.parseLong(line.substring(end + 3)));
        }
        return new SealDelays(within);
    }

    /// What came since an earlier look.
    SealDelays since(SealDelays earlier) {
        var more = new TreeMap<Double, Long>();
        within.forEach((bound, count) -> more.put(bound, count - earlier.within.getOrDefault(bound, 0L)));
        return new SealDelays(more);
    }

    /// How many were counted.
    long count() {
        return within.isEmpty() ? 0 : within.get(within.lastKey());
    }

    /// The upper bound of the bucket up to which the given share of all lies, so the true figure is at most this; zero
    /// if nothing was counted.
    ///
    /// @param share above 0, at most 1
    Duration percentile(double share) {
        long wanted = (long) Math.ceil(share * count());
        if (wanted == 0) return Duration.ZERO;
        double bound = within.entrySet().stream()
                .filter(bucket -> bucket.getValue() >= wanted)
                .findFirst()
                .orElseThrow()
                .getKey();
        return Double.isInfinite(bound) ? Duration.ofDays(365) : Duration.ofNanos(Math.round(bound * 1e9));
    }
}
