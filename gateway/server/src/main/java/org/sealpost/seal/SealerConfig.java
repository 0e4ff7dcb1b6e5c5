package org.sealpost.seal;

import java.time.Duration;

/// How the sealer paces itself.
///
/// @param checkpointInterval least time between two checkpoints, 100 ms to 1 h
/// @param signatureDeadline  how long one signature of the token may take, 100 ms to 1 min
/// @param maxLeavesPerSeal   most entries that one step takes into the tree before it seals, 1 to 1,000,000
public record SealerConfig(Duration checkpointInterval, Duration signatureDeadline, int maxLeavesPerSeal) {
    public static final SealerConfig DEFAULT = new SealerConfig(Duration.ofSeconds(1), Duration.ofSeconds(10), 65_536);

    public SealerConfig {
        require("checkpoint interval", checkpointInterval, Duration.ofMillis(100), Duration.ofHours(1));
        require("signature deadline", signatureDeadline, Duration.ofMillis(100), Duration.ofMinutes(1));
        if (maxLeavesPerSeal < 1 || maxLeavesPerSeal > 1_000_000) {
            throw new IllegalArgumentException("leaves per seal: 1 to 1000000, not " + maxLeavesPerSeal);
        }
    }

    private static void require(String name, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are " + min + " to " + max);
        }
    }
}
