package org.sealpost.capture.sensor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import org.sealpost.sensor.Gap;
import org.sealpost.sensor.Reading;
import org.sealpost.sensor.Value;

/// What is recorded of readings and gaps, as docs/sensors.md has it: each member is always there, in this order.
final class SensorJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private SensorJson() {}

    static byte[] of(Reading reading) {
        var node = JSON.createObjectNode().put("sensor", reading.sensor()).put("kind", reading.kind());
        switch (reading.value()) {
            // A text: as a number some reader would round it.
            case Value.Decimal(var digits) -> node.put("value", digits);
            case Value.Truth(var isTrue) -> node.put("value", isTrue);
            case Value.Text(var text) -> node.put("value", text);
        }
        node.put("unit", reading.unit())
                .put("quality", reading.quality().name().toLowerCase(Locale.ROOT))
                .put("deviceTime", reading.deviceTime().map(SensorJson::time).orElse(null))
                .put("raw", reading.raw().bytes().orElse(null))
                .put(
                        "rawSha256",
                        reading.raw().sha256().map(HexFormat.of()::formatHex).orElse(null));
        return bytes(node);
    }

    static byte[] of(Gap gap) {
        var node = JSON.createObjectNode()
                .put("sensor", gap.sensor())
                .put("kind", gap.kind())
                .put("from", time(gap.from()))
                .put("to", time(gap.to()));
        if (gap.missed().isPresent()) node.put("missed", gap.missed().getAsLong());
        else node.putNull("missed");
        return bytes(node.put("cause", gap.cause()));
    }

    private static String time(Instant time) {
        return MILLIS.format(time);
    }

    private static byte[] bytes(ObjectNode node) {
        try {
            return JSON.writeValueAsString(node).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts and numbers can be written", e);
        }
    }
}
