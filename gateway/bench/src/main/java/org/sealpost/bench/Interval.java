package org.sealpost.bench;

import java.util.Locale;
import java.util.stream.DoubleStream;

/// The median of some figures, and an interval that holds the true median with 95 % at least, whatever their
/// distribution: from the k-th least to the k-th greatest figure, where fewer than k of them lie on one side of the
/// true median with 2.5 % at most (a binomial distribution). Of fewer than 6 figures it is all of them, and
/// promises less.
record Interval(double median, double low, double high) {
    private static final double OUTSIDE = 0.025;

    static Interval of(DoubleStream figures) {
        double[] sorted = figures.sorted().toArray();
        if (sorted.length == 0) throw new IllegalArgumentException("no figures");
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        int at = rank(sorted.length);
        return new Interval(median, sorted[at], sorted[sorted.length - 1 - at]);
    }

    /// From 0: how many figures may be left out at each end.
    private static int rank(int count) {
        double term = Math.pow(0.5, count); // that none of them lies there
        double sum = term;
        int rank = 0;
        while (sum + term * (count - rank) / (rank + 1) <= OUTSIDE) {
            term *= (double) (count - rank) / (rank + 1);
            sum += term;
            rank++;
        }
        return sum <= OUTSIDE ? rank : 0;
    }

    String text(int decimals) {
        var format = "%,." + decimals + "f";
        return String.format(Locale.ROOT, format + " (" + format + " – " + format + ")", median, low, high);
    }
}
