package org.sealpost.admin;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.sealpost.capture.CaptureMetrics;
import org.sealpost.sensor.SensorState;

/// Whether the box lives, whether it is ready, and its figures for Prometheus.
public final class HealthPages {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HealthView health;
    private final CaptureMetrics capture;
    private final SealDelays delays;
    private final Supplier<LogFigures> log;
    private final Supplier<List<SensorState>> sensors;
    private final Supplier<List<AnchorFigures>> anchors;

    /// How far the log is.
    public record LogFigures(long entries, long sealed, long bytesOnDisk) {}

    public HealthPages(
            HealthView health,
            CaptureMetrics capture,
            SealDelays delays,
            Supplier<LogFigures> log,
            Supplier<List<SensorState>> sensors,
            Supplier<List<AnchorFigures>> anchors) {
        this.health = health;
        this.capture = capture;
        this.delays = delays;
        this.log = log;
        this.sensors = sensors;
        this.anchors = anchors;
    }

    Answer live() {
        return Answer.text("ok\n");
    }

    /// 200 if every part is well; 503 otherwise, and then each red part has a cause, a since, and a remedy. A part that
    /// is red does not stop capture by itself: the token and the ledgers may be away for long.
    Answer ready() {
        var page = JSON.createObjectNode();
        boolean well = true;
        var parts = page.putArray("parts");
        for (var part : health.parts()) {
            well &= part.well();
            var node = parts.addObject().put("name", part.name()).put("well", part.well());
            if (!part.cause().isEmpty()) node.put("cause", part.cause());
            if (!part.remedy().isEmpty()) node.put("remedy", part.remedy());
            part.since().ifPresent(since -> node.put("since", since.toString()));
        }
        page.put("ready", well);
        return Answer.json(well ? 200 : 503, page.toPrettyString() + "\n");
    }

    Answer metrics() {
        var figures = log.get();
        var out = new StringBuilder();
        counter(
                out,
                "records_accepted_total",
                "Records that were made durable and acknowledged.",
                capture.accepted.sum());
        counter(
                out,
                "records_repeated_total",
                "Repeats of a record under its idempotency key.",
                capture.repeated.sum());
        counter(out, "records_conflicting_total", "Keys that came again with other content.", capture.conflicts.sum());
        counter(out, "records_refused_total", "Records that were refused, with a reason.", capture.refused.sum());
        counter(out, "records_busy_total", "Records that were asked to come again later.", capture.busy.sum());
        counter(
                out,
                "records_throttled_total",
                "Records that were asked to come again later because the disk fills up.",
                capture.throttled.sum());
        gauge(
                out,
                "throttle_bytes_per_second",
                "Bytes a second that are taken while the disk fills up; 0 while nothing is slowed down.",
                capture.throttleBytesPerSecond.get());
        counter(
                out,
                "records_dropped_qos0_total",
                "QoS 0 messages that could not be taken.",
                capture.droppedQos0.sum());
        counter(out, "journal_groups_total", "Groups that were written and forced.", capture.groups.sum());
        counter(
                out,
                "http_unauthenticated_total",
                "HTTP requests without a valid token.",
                capture.httpUnauthenticated.sum());
        counter(
                out,
                "mqtt_unauthenticated_total",
                "MQTT connections with wrong credentials.",
                capture.mqttUnauthenticated.sum());
        gauge(out, "mqtt_open_connections", "MQTT connections that are open.", capture.mqttOpenConnections.sum());
        gauge(out, "log_entries", "Entries that are durable.", figures.entries());
        gauge(out, "log_sealed_entries", "Entries under a seal.", figures.sealed());
        gauge(out, "journal_bytes", "Bytes of the entries journal on disk.", figures.bytesOnDisk());
        delays.write(out);
        for (var part : health.parts()) {
            out.append("sealpost_part_well{part=\"").append(part.name()).append("\"} ");
            out.append(part.well() ? 1 : 0).append('\n');
        }
        AnchorFigures.write(out, anchors.get());
        SensorMetrics.write(out, sensors.get());
        return new Answer(
                200,
                "text/plain; version=0.0.4; charset=utf-8",
                out.toString().getBytes(StandardCharsets.UTF_8),
                Answer.NEVER);
    }

    private static void counter(StringBuilder out, String name, String help, long value) {
        metric(out, name, help, "counter", value);
    }

    private static void gauge(StringBuilder out, String name, String help, long value) {
        metric(out, name, help, "gauge", value);
    }

    private static void metric(StringBuilder out, String name, String help, String type, long value) {
        out.append("# HELP sealpost_").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE sealpost_").append(name).append(' ').append(type).append('\n');
        out.append("sealpost_").append(name).append(' ').append(value).append('\n');
    }
}
