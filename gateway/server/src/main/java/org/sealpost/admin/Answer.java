package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.sealpost.capture.Problem;
import org.sealpost.capture.http.ProblemJson;

/// What a page answers, before it is written to a connection.
///
/// @param cacheControl of RFC 9111
/// @param headers      what else it says, by name
record Answer(int status, String mediaType, byte[] body, String cacheControl, Map<String, String> headers) {
    static final String NEVER = "no-store";
    static final String FOR_EVER = "public, max-age=31536000, immutable";

    Answer(int status, String mediaType, byte[] body, String cacheControl) {
        this(status, mediaType, body, cacheControl, Map.of());
    }

    static Answer json(int status, String text) {
        return new Answer(status, "application/json", text.getBytes(StandardCharsets.UTF_8), NEVER);
    }

    /// RFC 9457.
    static Answer problem(Problem problem) {
        return whole(problem, ProblemJson.of(problem));
    }

    /// The same with what is to be said of this one case.
    static Answer problem(Problem problem, String detail) {
        return whole(problem, ProblemJson.of(problem).put("detail", detail));
    }

    /// The same with more members; what they are belongs to the problem's type.
    static Answer problem(Problem problem, JsonObject more) {
        return whole(problem, ProblemJson.of(problem).mergeIn(more));
    }

    private static Answer whole(Problem problem, JsonObject json) {
        var body = json.encode().getBytes(StandardCharsets.UTF_8);
        return new Answer(problem.status(), ProblemJson.MEDIA_TYPE, body, NEVER);
    }

    static Answer text(String text) {
        return new Answer(200, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), NEVER);
    }

    static Answer bytes(byte[] body, String cacheControl) {
        return new Answer(200, "application/octet-stream", body, cacheControl);
    }

    /// To be fetched with GET at another path of this box, whatever the method was.
    static Answer seeOther(String path) {
        return new Answer(303, "text/plain; charset=utf-8", new byte[0], NEVER).with("location", path);
    }

    /// The same with one more header.
    Answer with(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Answer(status, mediaType, body, cacheControl, more);
    }

    /// Has the connection end with the answer, where a body may still come that nobody reads. HTTP/2 ends the
    /// stream by itself.
    static void closeAfter(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2 || request.response().headWritten()) return;
        request.response().putHeader("connection", "close");
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
        headers.forEach(response::putHeader);
        return request.method() == HttpMethod.HEAD ? response.end() : response.end(Buffer.buffer(body));
    }
}
