package org.sealpost.capture;

import java.time.Duration;

/// The bounds of the intake.
///
/// @param maxPayloadBytes    largest payload of a record
/// @param maxWaitingRecords  records that may wait for their force together; beyond it the intake is busy
/// @param maxWaitingBytes    the same in bytes of payload
/// @param rememberedKeys how many idempotency keys are remembered at least, the newest; each takes 2 to 3 bytes
///     of heap
/// @param window for how much running time a key is remembered at least, if there are not too many newer
/// @param recordsPerSecond   quota of each client, 0 for none; a second's worth may come at once
/// @param throttleAtUsedPercent how full the disk may be before records are slowed down, in percent
/// @param refuseAtUsedPercent how full the disk may be, in percent; above it records are refused
/// @param diskCheckEvery     how old the answer to that may be
public record IntakeConfig(
        int maxPayloadBytes,
        int maxWaitingRecords,
        long maxWaitingBytes,
        int rememberedKeys,
        Duration window,
        int recordsPerSecond,
        int throttleAtUsedPercent,
        int refuseAtUsedPercent,
        Duration diskCheckEvery) {
    public static final Duration DEFAULT_WINDOW = Duration.ofHours(24);

    /// What a leaf and a body have at most besides the payload: see docs/formats.md §2 and §3.
    private static final int MAX_OVERHEAD_BYTES = 8192;

    private static final int MAX_PAYLOAD_BYTES = 64 << 20;
    private static final int MAX_REMEMBERED_KEYS = 1 << 27;

    public IntakeConfig {
        within("max-payload", maxPayloadBytes, 1, MAX_PAYLOAD_BYTES);
        within("max-waiting-records", maxWaitingRecords, 1, 1 << 24);
        within("max-waiting-bytes", maxWaitingBytes, maxPayloadBytes, 1L << 32);
        within("remembered-keys", rememberedKeys, 1, MAX_REMEMBERED_KEYS);
        within("window in ms", window.toMillis(), 60_000, Duration.ofDays(366).toMillis());
        within("records-per-second", recordsPerSecond, 0, 10_000_000);
        within("refuse-at-used-percent", refuseAtUsedPercent, 1, 100);
        within("throttle-at-used-percent", throttleAtUsedPercent, 1, refuseAtUsedPercent);
        within("disk-check-every in ms", diskCheckEvery.toMillis(), 1, 60_000);
    }

    /// With the window's default length, slowed down where that is usual.
    public IntakeConfig(
            int maxPayloadBytes,
            int maxWaitingRecords,
            long maxWaitingBytes,
            int rememberedKeys,
            int recordsPerSecond,
            int refuseAtUsedPercent,
            Duration diskCheckEvery) {
        this(
                maxPayloadBytes,
                maxWaitingRecords,
                maxWaitingBytes,
                rememberedKeys,
                DEFAULT_WINDOW,
                recordsPerSecond,
                usualThrottle(refuseAtUsedPercent),
                refuseAtUsedPercent,
                diskCheckEvery);
    }

    public static IntakeConfig defaults() {
        return new IntakeConfig(1 << 20, 65_536, 32L << 20, 20_000_000, 0, 95, Duration.ofSeconds(1));
    }

    public static int usualThrottle(int refuseAtUsedPercent) {
        return Math.min(85, refuseAtUsedPercent);
    }

    /// What the journal must be able to take as one entry.
    public int maxEntryBytes() {
        return maxPayloadBytes + MAX_OVERHEAD_BYTES;
    }

    private static void within(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s is %d, allowed are %d to %d".formatted(name, value, min, max));
        }
    }
}
