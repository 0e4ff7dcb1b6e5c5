package org.sealpost.bench;

import java.util.Locale;
import java.util.stream.DoubleStream;

/// Median, least and greatest of some figures.
record Spread(double median, double min, double max) {
    static Spread of(DoubleStream figures) {
        double[] sorted = figures.sorted().toArray();
        if (sorted.length == 0) throw new IllegalArgumentException("no figures");
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /// As it stands in a table: the median with the ends behind it, thousands set apart.
    String text(int decimals) {
        var format = "%,." + decimals + "f";
        return String.format(Locale.ROOT, format + " (" + format + " – " + format + ")", median, min, max);
    }
}
