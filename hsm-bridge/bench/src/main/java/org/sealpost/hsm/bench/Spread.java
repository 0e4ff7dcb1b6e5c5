package org.sealpost.hsm.bench;

import java.util.Locale;
import java.util.stream.DoubleStream;

/// The median of some figures, and the interval that holds the true median with at least 95 %: between two
/// of the figures, by their ranks alone, whatever their distribution. Of fewer than six figures the ends.
record Spread(double median, double low, double high) {
    static Spread of(DoubleStream figures) {
        double[] sorted = figures.sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no figures");
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        int rank = rank(sorted.length);
        return new Spread(median, sorted[rank], sorted[sorted.length - 1 - rank]);
    }

    /// How many figures at either end may be left out: with 20, five.
    static int rank(int count) {
        // The chance that at most `rank` of `count` figures lie on one side of the median.
        double chance = Math.pow(0.5, count);
        double term = chance;
        int rank = 0;
        while (chance <= 0.025) {
            rank++;
            term = term * (count - rank + 1) / rank;
            chance += term;
        }
        return Math.max(0, rank - 1);
    }

    /// As it stands in a table: the median with the interval behind it, thousands set apart.
    String text(int decimals) {
        String format = "%,." + decimals + "f";
        return String.format(Locale.ROOT, format + " (" + format + " – " + format + ")", median, low, high);
    }
}
