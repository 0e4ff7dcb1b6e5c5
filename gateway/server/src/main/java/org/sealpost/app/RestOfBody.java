package org.sealpost.app;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/// Closes a connection whose request was answered and whose body still comes, after a while: who sends a byte now
/// and then would else keep its place for ever, and so keep others out.
///
/// @param door whose answers these are
record RestOfBody(Vertx vertx, Handler<HttpServerRequest> door, long patienceMillis)
        implements Handler<HttpServerRequest> {
    /// For whoever is in the midst of sending it and has not read the answer yet.
    static final long PATIENCE_MILLIS = 5000;

    RestOfBody(Vertx vertx, Handler<HttpServerRequest> door) {
        this(vertx, door, PATIENCE_MILLIS);
    }

    @Override
    public void handle(HttpServerRequest request) {
        if (hasBody(request)) request.response().endHandler(_ -> waitFor(request));
        door.handle(request);
    }

    private void waitFor(HttpServerRequest request) {
        if (request.isEnded()) return;
        vertx.setTimer(patienceMillis, _ -> {
            if (!request.isEnded()) request.connection().close();
        });
    }

    private static boolean hasBody(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.CONTENT_LENGTH)
                || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }
}
