package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IntervalTest {
    /// The ranks of the tables for the sign test at 95 %, two-sided.
    @Test
    void hasTheRanksOfTheSignTest() {
        assertEquals(new Interval(10.5, 6, 15), upTo(20));
        assertEquals(new Interval(5.5, 2, 9), upTo(10));
        assertEquals(new Interval(3.5, 1, 6), upTo(6));
        assertEquals(new Interval(50.5, 40, 61), upTo(100));
    }

    @Test
    void fewFiguresAreAllInIt() {
        assertEquals(new Interval(3, 1, 5), upTo(5));
        assertEquals(new Interval(1, 1, 1), upTo(1));
        assertThrows(IllegalArgumentException.class, () -> Interval.of(DoubleStream.empty()));
    }

    private static Interval upTo(int count) {
        return Interval.of(IntStream.rangeClosed(1, count).mapToDouble(i -> count + 1 - i));
    }
}
