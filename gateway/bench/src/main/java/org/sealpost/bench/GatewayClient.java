package org.sealpost.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.VerifierKey;

/// The gateway's HTTP interface as a client sees it. For several threads at once.
final class GatewayClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int BUNDLE = 256;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final String url;
    private final String token;

    /// @param url without a slash at its end
    GatewayClient(String url, String token) {
        this.url = url;
        this.token = token;
    }

    /// What became of a POST.
    ///
    /// @param index where the record is, of 200 and 201
    record Posted(int status, Optional<Long> index, String text) {
        boolean isAcknowledged() {
            return status == 200 || status == 201;
        }

        /// Whether the gateway said that it did not take the record, and may take it later.
        boolean isBusy() {
            return status == 429 || status == 503;
        }
    }

    /// Hands a record over. An exception leaves open whether the gateway has it.
    Posted post(byte[] payload, Optional<String> key) throws IOException, InterruptedException {
        var request = request("/v1/records")
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofByteArray(payload));
        key.ifPresent(value -> request.header("Idempotency-Key", value));
        var answer = http.send(request.build(), BodyHandlers.ofString());
        Optional<Long> index = answer.statusCode() == 200 || answer.statusCode() == 201
                ? Optional.of(json.readTree(answer.body()).required("index").asLong())
                : Optional.empty();
        return new Posted(answer.statusCode(), index, answer.body());
    }

    /// `captured`, `sealed`, `anchored` or `final`.
    String state(long index) throws IOException, InterruptedException {
        JsonNode answer = json.readTree(get("/v1/records/" + index));
        return answer.required("state").asText();
    }

    /// What became of an order to erase.
    ///
    /// @param position of 201: by which the gateway names it
    record Ordered(int status, Optional<Long> position, String text) {
        /// Whether the gateway said that nothing was ordered.
        boolean isRefused() {
            return status == 422 || status == 429 || status == 507;
        }
    }

    /// Has the body of one record erased; the owner's token is needed. An exception leaves open whether it is ordered.
    ///
    /// @param form `body` or `body-and-salts`
    Ordered erase(String origin, long index, String form) throws IOException, InterruptedException {
        var order = json.createObjectNode()
                .put("origin", origin)
                .put("rule", "crash campaign")
                .put("form", form);
        order.putArray("entries").addArray().add(index).add(index + 1);
        var request = request("/v1/erasures")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(order.toString()));
        var answer = http.send(request.build(), BodyHandlers.ofString());
        Optional<Long> position = answer.statusCode() == 201
                ? Optional.of(json.readTree(answer.body())
                        .required("orders")
                        .required(0)
                        .required("order")
                        .asLong())
                : Optional.empty();
        return new Ordered(answer.statusCode(), position, answer.body());
    }

    /// All orders to erase, by their positions, and whether their bytes are removed and the log has their copy.
    Map<Long, Boolean> erasures() throws IOException, InterruptedException {
        var done = new TreeMap<Long, Boolean>();
        var path = "/v1/erasures";
        while (true) {
            var orders = json.readTree(get(path)).required("orders");
            if (orders.isEmpty()) return done;
            for (var order : orders) {
                boolean removed = order.required("state").asText().equals("removed");
                done.put(order.required("order").asLong(), removed && order.has("inTheLogAt"));
            }
            path = "/v1/erasures?below=" + done.firstKey();
        }
    }

    /// Since the gateway's start.
    SealDelays sealDelays() throws IOException, InterruptedException {
        return SealDelays.parse(text("/metrics"));
    }

    /// The evidence of the entry at an index; the answer of another status than 200 says why there is none.
    HttpResponse<byte[]> evidence(long index) throws IOException, InterruptedException {
        return http.send(request("/v1/records/" + index + "/evidence").build(), BodyHandlers.ofByteArray());
    }

    /// The keys that sign checkpoints, the sealing key first.
    List<VerifierKey> verifierKeys() throws IOException, InterruptedException {
        var keys = new ArrayList<VerifierKey>();
        for (var line : text("/log/vkeys").lines().toList()) {
            keys.add(VerifierKey.parse(line).orElseThrow(() -> new IOException("not a verifier key: " + line)));
        }
        return keys;
    }

    /// The newest published head.
    ///
    /// @param key whose signature it must have
    Head head(VerifierKey key) throws IOException, InterruptedException {
        var checkpoint = Checkpoint.parse(get("/log/checkpoint"))
                .orElseThrow(() -> new IOException("/log/checkpoint is not a checkpoint"));
        if (!key.verifies(checkpoint.note())) {
            throw new IOException(
                    "/log/checkpoint of size " + checkpoint.head().size() + ": the signature does not hold");
        }
        return checkpoint.head();
    }

    /// The first leaves, from the log's entry bundles (C2SP tlog-tiles).
    List<byte[]> leaves(long size) throws IOException, InterruptedException {
        var leaves = new ArrayList<byte[]>(Math.toIntExact(size));
        for (long bundle = 0; bundle * BUNDLE < size; bundle++) {
            int width = (int) Math.min(BUNDLE, size - bundle * BUNDLE);
            byte[] bytes = get("/log/tile/entries/" + tileNumber(bundle) + (width < BUNDLE ? ".p/" + width : ""));
            int at = 0;
            for (int i = 0; i < width; i++) {
                if (at + 2 > bytes.length) throw new IOException("entry bundle " + bundle + " ends early");
                int length = (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
                if (at + 2 + length > bytes.length) throw new IOException("entry bundle " + bundle + " ends early");
                leaves.add(Arrays.copyOfRange(bytes, at + 2, at + 2 + length));
                at += 2 + length;
            }
            if (at != bytes.length) throw new IOException("entry bundle " + bundle + " has more than its leaves");
        }
        return leaves;
    }

    /// 1234067 is x001/x234/067.
    static String tileNumber(long number) {
        var path = String.format("%03d", number % 1000);
        for (long rest = number / 1000; rest > 0; rest /= 1000) path = String.format("x%03d/%s", rest % 1000, path);
        return path;
    }

    private String text(String path) throws IOException, InterruptedException {
        return new String(get(path), StandardCharsets.UTF_8);
    }

    private byte[] get(String path) throws IOException, InterruptedException {
        var answer = http.send(request(path).build(), BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw new IOException("GET " + path + ": " + answer.statusCode() + " "
                    + new String(answer.body(), StandardCharsets.UTF_8));
        }
        return answer.body();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token);
    }

    @Override
    public void close() {
        // Not close(): it would wait for exchanges with a gateway that may be dead.
        http.shutdownNow();
    }
}
