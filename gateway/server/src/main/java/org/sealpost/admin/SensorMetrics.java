package org.sealpost.admin;

import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.sealpost.sensor.SensorState;

/// The figures of sensors for Prometheus, each by sensor. They count from the start, or since the settings of a
/// sensor changed.
final class SensorMetrics {
    private record Figure(String name, String help, ToLongFunction<SensorState.Counts> count) {}

    private static final List<Figure> TOTALS = List.of(
            new Figure("readings", "Readings that are durable.", SensorState.Counts::readings),
            new Figure("gaps", "Gaps that are durable.", SensorState.Counts::gaps),
            new Figure("left_out", "Readings that were left out: too many, or no room.", SensorState.Counts::leftOut),
            new Figure("unreadable", "Frames and answers that could not be read.", SensorState.Counts::unreadable),
            new Figure(
                    "unsettled", "Values that the device itself did not stand behind.", SensorState.Counts::unsettled),
            new Figure("restarts", "Times that a device was opened again.", SensorState.Counts::restarts));

    private SensorMetrics() {}

    /// Nothing where there are no sensors.
    static void write(StringBuilder out, List<SensorState> sensors) {
        if (sensors.isEmpty()) return;
        for (var figure : TOTALS) {
            head(out, figure.name + "_total", figure.help, "counter");
            for (var sensor : sensors) {
                line(out, figure.name + "_total", sensor, figure.count.applyAsLong(sensor.counts()));
            }
        }
        head(out, "hanging", "Threads of a sensor that do not come back.", "gauge");
        for (var sensor : sensors) line(out, "hanging", sensor, sensor.counts().hanging());
    }

    private static void head(StringBuilder out, String name, String help, String type) {
        out.append(String.format(Locale.ROOT, "# HELP sealpost_sensor_%s %s\n", name, help));
        out.append(String.format(Locale.ROOT, "# TYPE sealpost_sensor_%s %s\n", name, type));
    }

    /// The names are letters, digits and dashes: nothing needs quoting.
    private static void line(StringBuilder out, String name, SensorState sensor, long value) {
        out.append("sealpost_sensor_").append(name).append("{sensor=\"").append(sensor.name());
        out.append("\"} ").append(value).append('\n');
    }
}
