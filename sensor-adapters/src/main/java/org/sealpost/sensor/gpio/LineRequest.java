package org.sealpost.sensor.gpio;

import java.time.Duration;
import java.util.Optional;

/// What is asked of a line: to be an input that tells both of its edges. Active means low where `isActiveLow`.
/// Without a bias the chip leaves it as it is.
record LineRequest(int offset, boolean isActiveLow, Optional<Bias> bias, Duration debounce, String consumer) {
    /// What the chip does with a line that nobody drives.
    enum Bias {
        PULL_UP(Layouts.BIAS_PULL_UP),
        PULL_DOWN(Layouts.BIAS_PULL_DOWN),
        DISABLED(Layouts.BIAS_DISABLED);

        private final long flag;

        Bias(long flag) {
            this.flag = flag;
        }
    }

    /// The kernel takes 32 bits of microseconds; a contact that takes longer than this to settle is broken.
    static final Duration LONGEST_DEBOUNCE = Duration.ofSeconds(10);

    LineRequest {
        if (offset < 0) {
            throw new IllegalArgumentException("lines are counted from 0, not " + offset);
        }
        if (debounce.isNegative() || debounce.compareTo(LONGEST_DEBOUNCE) > 0) {
            throw new IllegalArgumentException("a debounce time is at most " + LONGEST_DEBOUNCE + ", not " + debounce);
        }
    }

    long flags() {
        return Layouts.INPUT
                | Layouts.EDGE_RISING
                | Layouts.EDGE_FALLING
                | (isActiveLow ? Layouts.ACTIVE_LOW : 0)
                | bias.map(b -> b.flag).orElse(0L);
    }

    int debounceMicroseconds() {
        return (int) (debounce.toNanos() / 1000);
    }
}
