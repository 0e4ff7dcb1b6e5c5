package org.sealpost.app;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A gateway that runs, as a command asks it, from its machine or another: over HTTP, as everybody does.
final class AskedGateway {
    static final String URL = "SEALPOST_URL";
    static final String TOKEN = "SEALPOST_TOKEN";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String address;
    private final Optional<String> token;
    private final HttpClient http;

    /// @param token of one of its clients, where what is asked for needs one
    /// @param ca whom TLS is to trust; the machine's own authorities without it
    /// @throws StartRefused if the address is none
    AskedGateway(String address, Optional<String> token, Optional<Path> ca) {
        this.address = address.replaceAll("/+$", "");
        this.token = token;
        URI url;
        try {
            url = URI.create(this.address);
        } catch (IllegalArgumentException e) {
            throw noAddress();
        }
        if (url.getHost() == null || !List.of("http", "https").contains(String.valueOf(url.getScheme()))) {
            throw noAddress();
        }
        var builder = HttpClient.newBuilder().connectTimeout(PATIENCE);
        ca.map(PinnedTrust::context).ifPresent(builder::sslContext);
        http = builder.build();
    }

    /// The one that the environment names, or else the one that this configuration is of.
    ///
    /// @throws StartRefused if neither says where it is
    static AskedGateway of(GatewayConfig config, Optional<Path> ca) {
        var http = config.http();
        var named = optional(URL);
        if (named.isEmpty() && http.port() == 0) {
            throw new StartRefused(
                    "http.port is 0, so the gateway has any port that was free", "set " + URL + " to its address");
        }
        var any = List.of("0.0.0.0", "::", "").contains(http.host());
        var host = any ? "127.0.0.1" : http.host().contains(":") ? "[" + http.host() + "]" : http.host();
        return new AskedGateway(
                named.orElseGet(() -> (http.tls() ? "https://" : "http://") + host + ":" + http.port()),
                optional(TOKEN),
                ca);
    }

    private static StartRefused noAddress() {
        return new StartRefused(URL + " is no address", "an address is like http://127.0.0.1:8080");
    }

    /// A variable of the environment that must be set.
    static String variable(String name) {
        return optional(name)
                .orElseThrow(() -> new StartRefused(
                        name + " is not set", "the demo writes it: . var/demo/env; or set it to your gateway's"));
    }

    static Optional<String> optional(String name) {
        return Optional.ofNullable(System.getenv(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    /// What it answers, whatever the status is.
    ///
    /// @param path begins with `/`
    /// @throws StartRefused if it does not answer, or does not know the token
    HttpResponse<byte[]> get(String path, int maxBytes) throws InterruptedException {
        return answer(HttpRequest.newBuilder(uri(path)), maxBytes);
    }

    /// The same for an order that needs no body.
    HttpResponse<byte[]> post(String path, int maxBytes) throws InterruptedException {
        return answer(HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.noBody()), maxBytes);
    }

    private URI uri(String path) {
        return URI.create(address + path);
    }

    private HttpResponse<byte[]> answer(HttpRequest.Builder request, int maxBytes) throws InterruptedException {
        HttpResponse<byte[]> answer;
        try {
            token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
            answer = http.send(
                    request.timeout(PATIENCE).build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), maxBytes));
        } catch (IllegalArgumentException e) {
            throw new StartRefused(TOKEN + " is no token", "a token has no spaces and no line ends in it");
        } catch (IOException e) {
            var cause = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new StartRefused(
                    this + " does not answer: " + cause,
                    "see that the gateway runs; for a box of its own give its certificate with --ca");
        }
        if (answer.statusCode() == 401) {
            throw new StartRefused("the gateway does not know " + TOKEN, "use the token of one of its clients");
        }
        return answer;
    }

    /// Without user, path and query.
    @Override
    public String toString() {
        var url = URI.create(address);
        return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }
}
