package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void medianOfOddAndEvenNumbers() {
        assertEquals(new Spread(3, 1, 9), Spread.of(DoubleStream.of(9, 1, 3)));
        assertEquals(new Spread(2.5, 1, 4), Spread.of(DoubleStream.of(4, 1, 3, 2)));
        assertThrows(IllegalArgumentException.class, () -> Spread.of(DoubleStream.empty()));
    }

    @Test
    void printsThousandsAndDecimals() {
        assertEquals("12,345 (1 – 20,000)", new Spread(12_345.4, 1, 20_000).text(0));
        assertEquals("0.50 (0.25 – 1.00)", new Spread(0.5, 0.25, 1).text(2));
    }
}
