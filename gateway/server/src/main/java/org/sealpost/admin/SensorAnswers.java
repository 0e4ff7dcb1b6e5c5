package org.sealpost.admin;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.sealpost.sensor.Discovered;
import org.sealpost.sensor.Reading;
import org.sealpost.sensor.SensorState;
import org.sealpost.sensor.Trial;
import org.sealpost.sensor.Value;

/// What programs are told of sensors.
final class SensorAnswers {
    private static final ObjectMapper JSON = new ObjectMapper();

    private SensorAnswers() {}

    static Answer list(SensorDesk desk, Instant now) {
        var page = JSON.createObjectNode().put("at", now.toString());
        var all = page.putArray("sensors");
        for (var state : desk.states()) sensor(all.addObject(), state, desk, now);
        return ok(page);
    }

    private static void sensor(ObjectNode node, SensorState state, SensorDesk desk, Instant now) {
        node.put("name", state.name())
                .put("kind", state.kind())
                .put("description", state.description())
                .put("state", state.state().name().toLowerCase(Locale.ROOT))
                .put("since", state.since().toString())
                .put("cause", state.causeWithBytes())
                .put("remedy", state.remedy());
        LastReading.of(state, desk)
                .ifPresentOrElse(last -> last(node.putObject("last"), last, now), () -> node.putNull("last"));
        var counts = state.counts();
        node.put("readings", counts.readings())
                .put("gaps", counts.gaps())
                .put("leftOut", counts.leftOut())
                .put("unreadable", counts.unreadable())
                .put("unsettled", counts.unsettled())
                .put("restarts", counts.restarts())
                .put("hanging", counts.hanging());
    }

    private static void last(ObjectNode node, LastReading last, Instant now) {
        reading(node, last.reading());
        last.at().ifPresent(at -> {
            node.put("at", at.toString());
            SensorRow.age(at, now).ifPresent(age -> node.put("ageSeconds", age.toSeconds()));
        });
        last.index().ifPresent(index -> node.put("index", index));
    }

    private static ObjectNode reading(ObjectNode node, Reading reading) {
        switch (reading.value()) {
            case Value.Truth(var isTrue) -> node.put("value", isTrue);
            case Value.Decimal _, Value.Text _ ->
                node.put("value", reading.value().words());
        }
        return node.put("unit", reading.unit())
                .put("quality", reading.quality().name().toLowerCase(Locale.ROOT));
    }

    static Answer found(List<Discovered> found) {
        var page = JSON.createObjectNode();
        var all = page.putArray("found");
        for (var one : found) {
            all.addObject()
                    .put("kind", one.kind())
                    .put("title", one.title())
                    .put("description", one.description())
                    .put("toml", one.toml());
        }
        return ok(page);
    }

    static Answer trial(Trial trial) {
        var page = JSON.createObjectNode()
                .put("sensor", trial.sensor())
                .put("works", trial.works())
                .put("words", trial.words());
        trial.reading()
                .ifPresentOrElse(reading -> reading(page.putObject("reading"), reading), () -> page.putNull("reading"));
        return ok(page);
    }

    static Answer inForce(int count) {
        return ok(JSON.createObjectNode().put("sensors", count));
    }

    private static Answer ok(ObjectNode page) {
        return Answer.json(200, page.toPrettyString() + "\n");
    }
}
