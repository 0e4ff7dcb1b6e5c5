package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;

/// What a page answers, before it is written to a connection.
///
/// @param cacheControl of RFC 9111
record Answer(int status, String mediaType, byte[] body, String cacheControl) {
    static final String NEVER = "no-store";
    static final String FOR_EVER = "public, max-age=31536000, immutable";

    static Answer json(int status, String text) {
        return new Answer(status, "application/json", text.getBytes(StandardCharsets.UTF_8), NEVER);
    }

    static Answer text(String text) {
        return new Answer(200, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), NEVER);
    }

    static Answer bytes(byte[] body, String cacheControl) {
        return new Answer(200, "application/octet-stream", body, cacheControl);
    }

    /// Called on the request's event loop.
    ///
    /// @return completes when the connection has taken the answer, or has gone
    Future<Void> writeTo(HttpServerRequest request) {
        var response = request.response();
        if (response.closed() || response.ended()) return Future.succeededFuture();
        response.setStatusCode(status)
                .putHeader("content-type", mediaType)
                .putHeader("cache-control", cacheControl)
                .putHeader("content-length", Integer.toString(body.length))
                .putHeader("x-content-type-options", "nosniff");
        return request.method() == HttpMethod.HEAD ? response.end() : response.end(Buffer.buffer(body));
    }
}
