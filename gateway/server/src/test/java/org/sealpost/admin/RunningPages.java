package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.sealpost.control.Claim;

/// The pages of a [FakeBox] on a server of their own, on loopback, and a browser's part of the conversation.
final class RunningPages implements AutoCloseable {
    static final String TOKEN = "pY0x3b7sTjL5mQv8RkW2nZ4aC6dE9fG1hJ-_uXoKiBs";
    static final String CLIENT = "crane-7";

    static final String OWNERS_TOKEN = "aY0x3b7sTjL5mQv8RkW2nZ4aC6dE9fG1hJ-_uXoKiBs";

    /// Nobody's: the box breaks when it looks for it.
    static final String BREAKING_TOKEN = "breaking";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final FakeBox box = new FakeBox();
    final FakeDesk desk = new FakeDesk();
    final FakeSearch search = new FakeSearch();
    final FakeLedgers ledgers = new FakeLedgers();
    final AtomicLong nanos = new AtomicLong();

    private final Vertx vertx = Vertx.vertx();
    private final URI url;
    private final HttpClient http;

    private RunningPages(HttpServerOptions options, HttpClient http) throws Exception {
        this.http = http;
        var parts = new PageParts(nanos::get, false);
        var pages = new BoxPages(
                vertx,
                parts,
                RunningPages::clientOf,
                box,
                new FinderPage(search, () -> 1000, FakeSearch.PROFILES),
                nanos::get);
        var sensors = new SensorPages(vertx, parts, RunningPages::client, desk, () -> FakeBox.NOW);
        var lodging = new LedgerPages(
                vertx, parts, ledgers, () -> ledgers.earlier, ledgers::head, ledgers.orders, () -> FakeBox.NOW);
        var server = done(vertx.createHttpServer(options.setHost("127.0.0.1").setPort(0))
                .requestHandler(request -> {
                    if (pages.serves(request.path())) pages.handle(request);
                    else if (sensors.serves(request.path())) sensors.handle(request);
                    else if (lodging.serves(request.path())) lodging.handle(request);
                    else request.response().setStatusCode(404).end();
                })
                .listen());
        url = URI.create((options.isSsl() ? "https" : "http") + "://127.0.0.1:" + server.actualPort());
    }

    /// As the box's door does: by the bearer token.
    private static Optional<String> client(HttpServerRequest request) {
        return clientOf(request.getHeader("authorization").replace("Bearer ", ""));
    }

    private static Optional<String> clientOf(String token) {
        if (token.equals(BREAKING_TOKEN)) throw new IllegalStateException("the box is broken");
        if (token.equals(OWNERS_TOKEN)) return Optional.of(Claim.OWNER);
        return token.equals(TOKEN) ? Optional.of(CLIENT) : Optional.empty();
    }

    static RunningPages start() throws Exception {
        return new RunningPages(new HttpServerOptions().setHttp2ClearTextEnabled(false), HttpClient.newHttpClient());
    }

    static RunningPages start(HttpServerOptions options, HttpClient http) throws Exception {
        return new RunningPages(options, http);
    }

    URI url() {
        return url;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(url.resolve(path)).timeout(PATIENCE);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path, String cookie) throws Exception {
        return send(request(path).header("Cookie", cookie));
    }

    /// As a browser posts a form of a page of this box.
    HttpRequest.Builder form(String path, String body) {
        return foreignForm(path, body).header("Sec-Fetch-Site", "same-origin");
    }

    HttpRequest.Builder foreignForm(String path, String body) {
        return request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body));
    }

    /// The cookie of a new session.
    String login() throws Exception {
        return login(TOKEN);
    }

    String login(String token) throws Exception {
        return cookie(send(form("/login", "token=" + token)));
    }

    static String cookie(HttpResponse<?> answer) {
        return answer.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
    }

    static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
        http.shutdownNow();
        done(vertx.close());
    }
}
