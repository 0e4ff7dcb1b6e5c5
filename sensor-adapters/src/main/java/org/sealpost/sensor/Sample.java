package org.sealpost.sensor;

import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// What one call of [Adapter#read] brought.
public sealed interface Sample {
    /// A value that the device stands behind; it becomes a reading.
    record Measured(Value value, String unit, Quality quality, Optional<Instant> deviceTime, Raw raw)
            implements Sample {}

    /// The device spoke, and there is nothing new to record: it is alive.
    record Unchanged() implements Sample {}

    /// The device spoke and does not stand behind its value, as is usual for it now and then: a weight in motion.
    record Unsettled(String why) implements Sample {}

    /// The device answered that it has no value, or one that means nothing. The connection itself is well.
    record Refused(String cause, String remedy) implements Sample {}

    /// Bytes that cannot be read as what they should be. `bytes` says their first ones, as hex, `why` the rule.
    record Nonsense(String bytes, String why) implements Sample {
        private static final int SHOWN = 24;

        public static Nonsense of(byte[] bytes, String why) {
            String shown = HexFormat.of().formatHex(Arrays.copyOf(bytes, Math.min(SHOWN, bytes.length)));
            return new Nonsense(shown + (bytes.length > SHOWN ? ".. (" + bytes.length + " bytes)" : ""), why);
        }
    }

    /// Values were lost on their way to the adapter, between the one before and the next one.
    record Lost(long count, String cause) implements Sample {}

    /// Nothing came in the time that the adapter waits.
    record Nothing() implements Sample {}

    /// Several at once, in order; at most 64, the rest is for the next call.
    record Several(List<Sample> samples) implements Sample {
        public static final int MAX = 64;

        public Several {
            samples = List.copyOf(samples);
            if (samples.size() > MAX) throw new IllegalArgumentException("at most " + MAX + " samples at once");
        }
    }
}
