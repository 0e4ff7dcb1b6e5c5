package org.sealpost.ota;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.sealpost.ota.rauc.Units;

/// Asks the gateway on its own door how its parts are, and systemd whether it runs at all.
final class GatewayDoor implements AutoCloseable {
    /// So often systemd may start it again before that counts as a gateway that does not run.
    private static final int MAX_RESTARTS = 3;

    private static final int MAX_ANSWER_BYTES = 64 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SortedSet<String> NONE = Collections.emptySortedSet();

    private final URI ready;
    private final Units units;
    private final String unit;
    private final HttpClient client;

    /// @param url  of the gateway on this machine
    /// @param unit its unit
    GatewayDoor(URI url, Units units, String unit) {
        this.ready = url.resolve("/readyz");
        this.units = units;
        this.unit = unit;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .sslContext(ofThisMachine())
                .build();
    }

    Outcome.Gateway look() throws InterruptedException {
        var state = unitTrouble();
        var asked = client.sendAsync(
                HttpRequest.newBuilder(ready).timeout(PATIENCE).build(),
                BodyHandlers.limiting(BodyHandlers.ofString(), MAX_ANSWER_BYTES));
        try {
            var answer = asked.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return judge(answer.statusCode(), answer.body(), state);
        } catch (ExecutionException e) {
            // A refused connection has no message of its own.
            var why = e.getCause().getMessage();
            return silent("the gateway does not answer" + (why == null ? "" : ": " + why), state);
        } catch (TimeoutException e) {
            asked.cancel(true);
            return silent("the gateway did not answer within " + PATIENCE.toSeconds() + " s", state);
        }
    }

    private String unitTrouble() {
        try {
            var state = units.of(unit);
            if (state.hasFailed()) return "the gateway has failed for good (" + unit + ")";
            if (state.restarts() >= MAX_RESTARTS) {
                return "the gateway ended and was started again " + state.restarts() + " times";
            }
        } catch (IOException e) {
            // What its door says remains.
        }
        return "";
    }

    private static Outcome.Gateway silent(String why, String unit) {
        return new Outcome.Gateway(Outcome.Gateway.Answer.NONE, NONE, why, unit);
    }

    static Outcome.Gateway judge(int status, String body, String unit) {
        try {
            var page = JSON.readTree(body);
            if (page != null && page.path("parts").isArray()) return parts(page.path("parts"), unit);
            if (status == 403 && page != null && page.path("type").asText().endsWith(":not-claimed")) {
                return new Outcome.Gateway(
                        Outcome.Gateway.Answer.UNCLAIMED, NONE, "the gateway has no owner, as it says", unit);
            }
        } catch (JsonProcessingException notJson) {
            // A gateway that refuses to run answers with a page for people.
        }
        return new Outcome.Gateway(
                Outcome.Gateway.Answer.REFUSES,
                NONE,
                status == 503 ? "the gateway refuses to run" : "the gateway answers /readyz with " + status,
                unit);
    }

    private static Outcome.Gateway parts(JsonNode parts, String unit) {
        var red = new TreeSet<String>();
        var detail = new StringBuilder();
        for (var part : parts) {
            var name = part.path("name").asText();
            if (part.path("well").asBoolean() || isOfThisPlace(name)) continue;
            red.add(name);
            if (detail.length() < 300) {
                detail.append(detail.isEmpty() ? "red: " : "; ").append(name).append(" (");
                detail.append(part.path("cause").asText()).append(')');
            }
        }
        return new Outcome.Gateway(Outcome.Gateway.Answer.PARTS, red, detail.toString(), unit);
    }

    /// A sensor that is away, a certificate or a line of credentials that somebody put there is no fault of a release,
    /// and none is held up for it.
    private static boolean isOfThisPlace(String part) {
        return part.startsWith("sensor ") || part.equals("certificates") || part.equals("clients");
    }

    /// Takes any certificate. The gateway made its own, and only the system's own programs can open its port;
    /// what it says here decides nothing but whether a release is good that this machine installed.
    private static SSLContext ofThisMachine() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anybody()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
