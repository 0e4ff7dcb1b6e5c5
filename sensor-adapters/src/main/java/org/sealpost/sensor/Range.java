package org.sealpost.sensor;

import java.math.BigDecimal;

/// What a value can sensibly be; outside of it a reading is uncertain. Both ends belong to it.
public record Range(BigDecimal min, BigDecimal max) {
    public Range {
        if (min.compareTo(max) > 0) throw new IllegalArgumentException("a range begins at its smaller end");
    }

    public boolean holds(BigDecimal value) {
        return min.compareTo(value) <= 0 && value.compareTo(max) <= 0;
    }
}
