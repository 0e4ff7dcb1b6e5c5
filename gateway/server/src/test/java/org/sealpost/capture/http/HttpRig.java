package org.sealpost.capture.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.capture.IntakeRig;
import org.sealpost.control.Clients;
import org.sealpost.record.Origin;

/// A real server with the HTTP handle over an intake on a faulty disk.
final class HttpRig implements AutoCloseable {
    static final Origin ORIGIN = new Origin("test-port/00ff");
    static final String TOKEN = Clients.newSecret(new SecureRandom());

    final IntakeRig intake;
    final Vertx vertx = Vertx.vertx();
    final HttpClient client = HttpClient.newHttpClient();
    final HttpCapture capture;
    final int port;

    HttpRig() throws Exception {
        this(IntakeRig.config(), config());
    }

    HttpRig(IntakeConfig intakeConfig, HttpConfig config) throws Exception {
        this(intakeConfig, config, true);
    }

    /// @param running whether records are written; else the test turns the intake itself
    HttpRig(IntakeConfig intakeConfig, HttpConfig config, boolean running) throws Exception {
        intake = new IntakeRig(intakeConfig);
        if (running) intake.intake.start();
        var clients = Clients.parse(List.of(Clients.line("anna", Clients.Kind.TOKEN, TOKEN)));
        capture = new HttpCapture(vertx, intake.intake, () -> clients, ORIGIN, config);
        HttpServer server = vertx.createHttpServer(config.serverOptions())
                .requestHandler(capture)
                .invalidRequestHandler(ProblemJson::sendInvalid);
        server.listen().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
        port = server.actualPort();
    }

    static HttpConfig config() {
        return new HttpConfig("127.0.0.1", 0, 8192, 1 << 20, Duration.ofSeconds(20), Duration.ofSeconds(60));
    }

    HttpRequest.Builder request() {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + HttpCapture.PATH))
                .timeout(Duration.ofMinutes(1))
                .header("Authorization", "Bearer " + TOKEN);
    }

    HttpRequest.Builder post(String payload) {
        return request().POST(HttpRequest.BodyPublishers.ofString(payload));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    Socket connect() throws IOException {
        var socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /// All that comes until the other side closes.
    static String readToEnd(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /// What comes up to and with `end`.
    static String readUpTo(Socket socket, String end) throws IOException {
        var text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) throw new IOException("closed after: " + text);
            text.append((char) next);
        }
        return text.toString();
    }

    @Override
    public void close() throws Exception {
        client.shutdownNow();
        vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
        intake.intake.close();
        intake.journal.close();
    }
}
