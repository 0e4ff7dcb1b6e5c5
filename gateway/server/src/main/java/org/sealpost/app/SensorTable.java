package org.sealpost.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What `GET /v1/sensors` of a gateway says, as a plain table.
final class SensorTable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /// Many times what 64 sensors can have to say.
    private static final int MAX_ANSWER_BYTES = 4 << 20;

    private static final List<String> HEAD =
            List.of("NAME", "KIND", "STATE", "LAST READING", "AGE", "READINGS", "GAPS", "LEFT OUT");

    private final URI url;
    private final String token;
    private final HttpClient http;

    /// @param ca whom TLS is to trust; the machine's own authorities without it
    SensorTable(String gateway, String token, Optional<Path> ca) {
        try {
            url = URI.create(gateway.replaceAll("/+$", "") + "/v1/sensors");
        } catch (IllegalArgumentException e) {
            throw new StartRefused("SEALPOST_URL is no address", "an address is like http://127.0.0.1:8080");
        }
        if (url.getHost() == null || !List.of("http", "https").contains(String.valueOf(url.getScheme()))) {
            throw new StartRefused("SEALPOST_URL is no address", "an address is like http://127.0.0.1:8080");
        }
        this.token = token;
        var builder = HttpClient.newBuilder().connectTimeout(PATIENCE);
        ca.map(PinnedTrust::context).ifPresent(builder::sslContext);
        http = builder.build();
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
        HttpResponse<String> answer;
        try {
            var request = HttpRequest.newBuilder(url)
                    .timeout(PATIENCE)
                    .header("Authorization", "Bearer " + token)
                    .build();
            answer = http.send(request, BodyHandlers.limiting(BodyHandlers.ofString(), MAX_ANSWER_BYTES));
        } catch (IllegalArgumentException e) {
            throw new StartRefused("SEALPOST_TOKEN is no token", "a token has no spaces and no line ends in it");
        } catch (IOException e) {
            var cause = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new StartRefused(
                    url.getScheme() + "://" + url.getAuthority() + " does not answer: " + cause,
                    "see that the gateway runs; for a box of its own give its certificate with --ca");
        }
        if (answer.statusCode() == 401) {
            throw new StartRefused("the gateway does not know SEALPOST_TOKEN", "use the token of one of its clients");
        }
        if (answer.statusCode() != 200) {
            throw new StartRefused("the gateway answers " + answer.statusCode(), "/readyz of it says how it is");
        }
        try {
            return new ObjectMapper().readTree(answer.body()).required("sensors");
        } catch (JsonProcessingException | IllegalArgumentException e) {
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
