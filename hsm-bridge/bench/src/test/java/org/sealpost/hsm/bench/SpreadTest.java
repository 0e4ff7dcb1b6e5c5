package org.sealpost.hsm.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
    /// Ranks of the sign test at 95 %, as tables of statistics have them.
    @Test
    void leavesOutWhatTheSignTestAllows() {
        assertEquals(0, Spread.rank(1));
        assertEquals(0, Spread.rank(6));
        assertEquals(1, Spread.rank(10));
        assertEquals(5, Spread.rank(20));
        assertEquals(9, Spread.rank(30));
    }

    @Test
    void namesMedianAndInterval() {
        Spread spread = Spread.of(IntStream.rangeClosed(1, 20).asDoubleStream());
        assertEquals(new Spread(10.5, 6, 15), spread);
        assertEquals("10.5 (6.0 – 15.0)", spread.text(1));
    }
}
