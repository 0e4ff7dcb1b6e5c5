package org.sealpost.capture.http;

import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Where the HTTP server listens, and its bounds.
///
/// @param host           address to listen on
/// @param port           0 for any that is free
/// @param maxHeaderBytes all headers of a request together
/// @param maxBodiesBytes bodies of all requests that are being received together; beyond it the answer is 503
/// @param bodyTimeout    from the headers to the last byte of the body
/// @param idleTimeout    a connection on which nothing moves is closed
public record HttpConfig(
        String host, int port, int maxHeaderBytes, long maxBodiesBytes, Duration bodyTimeout, Duration idleTimeout) {
    /// The least that [#maxBodiesBytes] may be.
    public static final long MIN_BODIES_BYTES = 1 << 16;

    private static final int MAX_REQUEST_LINE_BYTES = 4096;

    public HttpConfig {
        if (host.isBlank()) throw new IllegalArgumentException("http host is empty");
        within("http port", port, 0, 65_535);
        within("http max-header-bytes", maxHeaderBytes, 1024, 65_536);
        within("http max-bodies-bytes", maxBodiesBytes, MIN_BODIES_BYTES, 1L << 32);
        within("http body-timeout in ms", bodyTimeout.toMillis(), 100, 600_000);
        within("http idle-timeout in ms", idleTimeout.toMillis(), 1000, 3_600_000);
    }

    /// On loopback: who opens the box to others says so.
    public static HttpConfig defaults() {
        return new HttpConfig("127.0.0.1", 8080, 8192, 32L << 20, Duration.ofSeconds(30), Duration.ofSeconds(75));
    }

    /// For the server that this handle is served by. `Expect: 100-continue` is the handle's to answer.
    public HttpServerOptions serverOptions() {
        return new HttpServerOptions()
                .setHost(host)
                .setPort(port)
                .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
                .setMaxHeaderSize(maxHeaderBytes)
                .setIdleTimeout((int) idleTimeout.toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(false)
                .setTcpNoDelay(true);
    }

    private static void within(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s is %d, allowed are %d to %d".formatted(name, value, min, max));
        }
    }
}
