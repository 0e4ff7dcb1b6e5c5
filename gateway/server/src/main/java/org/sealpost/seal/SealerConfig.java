package org.sealpost.seal;

import java.time.Duration;

/// How the sealer paces itself.
///
/// @param checkpointInterval least time between two checkpoints, 100 ms to 1 h
/// @param minInterval        least time between two seals, 0 to 10 s; what comes after a longer time is sealed
///     at once
/// @param signatureDeadline  how long one signature of the token may take, 100 ms to 1 min
/// @param maxLeavesPerSeal   most entries that one step takes into the tree before it seals, 1 to 1,000,000
/// @param thin               whether old seals are given up, but for one of each minute and those that are
///     needed
public record SealerConfig(
        Duration checkpointInterval,
        Duration minInterval,
        Duration signatureDeadline,
        int maxLeavesPerSeal,
        boolean thin) {
    public static final SealerConfig DEFAULT =
            new SealerConfig(Duration.ofSeconds(1), Duration.ofMillis(20), Duration.ofSeconds(10), 65_536, true);

    public SealerConfig {
        require("checkpoint interval", checkpointInterval, Duration.ofMillis(100), Duration.ofHours(1));
        require("least interval of seals", minInterval, Duration.ZERO, Duration.ofSeconds(10));
        require("signature deadline", signatureDeadline, Duration.ofMillis(100), Duration.ofMinutes(1));
        if (maxLeavesPerSeal < 1 || maxLeavesPerSeal > 1_000_000) {
            throw new IllegalArgumentException("leaves per seal: 1 to 1000000, not " + maxLeavesPerSeal);
        }
    }

    /// With the default's least time between two seals, and thinned as by default.
    public SealerConfig(Duration checkpointInterval, Duration signatureDeadline, int maxLeavesPerSeal) {
        this(checkpointInterval, DEFAULT.minInterval, signatureDeadline, maxLeavesPerSeal, DEFAULT.thin);
    }

    private static void require(String name, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are " + min + " to " + max);
        }
    }
}
