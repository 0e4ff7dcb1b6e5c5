package org.sealpost.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What `GET /v1/sensors` of a gateway says, as a plain table.
final class SensorTable {
    /// Many times what 64 sensors can have to say.
    private static final int MAX_ANSWER_BYTES = 4 << 20;

    private static final List<String> HEAD =
            List.of("NAME", "KIND", "STATE", "LAST READING", "AGE", "READINGS", "GAPS", "LEFT OUT");

    private final AskedGateway gateway;

    /// @param ca whom TLS is to trust; the machine's own authorities without it
    SensorTable(String address, String token, Optional<Path> ca) {
        gateway = new AskedGateway(address, Optional.of(token), ca);
    }

    void print(PrintStream out) throws InterruptedException {
        var sensors = ask();
        if (sensors.isEmpty()) {
            out.println("There are no sensors yet.");
            return;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(HEAD);
        for (var sensor : sensors) rows.add(row(sensor));
        for (var row : rows) out.println(line(row, rows));
        for (var sensor : sensors) explain(sensor, out);
    }

    private JsonNode ask() throws InterruptedException {
        var answer = gateway.get("/v1/sensors", MAX_ANSWER_BYTES);
        if (answer.statusCode() != 200) {
            throw new StartRefused("the gateway answers " + answer.statusCode(), "/readyz of it says how it is");
        }
        try {
            return new ObjectMapper().readTree(answer.body()).required("sensors");
        } catch (IOException | IllegalArgumentException e) {
            throw new StartRefused("what answers at SEALPOST_URL is no gateway of this version");
        }
    }

    private static List<String> row(JsonNode sensor) {
        var last = sensor.path("last");
        var unit = last.path("unit").asText("1");
        return List.of(
                sensor.path("name").asText(),
                sensor.path("kind").asText(),
                sensor.path("state").asText(),
                last.isObject() ? shown(last.path("value").asText()) + (unit.equals("1") ? "" : " " + unit) : "-",
                last.has("ageSeconds") ? last.path("ageSeconds").asText() + " s" : "-",
                sensor.path("readings").asText(),
                sensor.path("gaps").asText(),
                sensor.path("leftOut").asText());
    }

    /// A barcode may hold what a terminal would obey.
    private static String shown(String value) {
        return value.replaceAll("\\p{C}", "?");
    }

    private static String line(List<String> row, List<List<String>> rows) {
        var line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            int at = column;
            int width = rows.stream()
                    .mapToInt(other -> other.get(at).length())
                    .max()
                    .orElse(0);
            line.append(String.format(Locale.ROOT, "%-" + (width + 2) + "s", row.get(column)));
        }
        return line.toString().stripTrailing();
    }

    private static void explain(JsonNode sensor, PrintStream out) {
        var cause = sensor.path("cause").asText();
        if (cause.isEmpty()) return;
        var remedy = sensor.path("remedy").asText();
        out.println(
                sensor.path("name").asText() + ": " + shown(cause) + (remedy.isEmpty() ? "" : " -> " + shown(remedy))
                        + " (since " + sensor.path("since").asText() + ")");
    }
}
