package org.sealpost.capture.http;

import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.sealpost.capture.Problem;

/// Answers with an RFC 9457 problem: type, title and status, and of our own field, limit and remedy.
public final class ProblemJson {
    public static final String MEDIA_TYPE = "application/problem+json";

    /// What stands before [Problem#type] to make a URI of it.
    public static final String TYPE_PREFIX = "urn:sealpost:problem:";

    private ProblemJson() {}

    public static JsonObject of(Problem problem) {
        return new JsonObject()
                .put("type", TYPE_PREFIX + problem.type())
                .put("title", problem.title())
                .put("status", problem.status())
                .put("field", problem.field())
                .put("limit", problem.limit())
                .put("remedy", problem.remedy());
    }

    /// Ends the response with this problem, unless it has ended or its connection has gone.
    public static void send(HttpServerResponse response, Problem problem) {
        send(response, problem, new JsonObject());
    }

    /// The same with more members; what they are belongs to the problem's type.
    public static void send(HttpServerResponse response, Problem problem, JsonObject more) {
        if (response.ended() || response.closed()) return;
        problem.retryAfter().ifPresent(wait -> response.putHeader("Retry-After", Long.toString(seconds(wait))));
        response.setStatusCode(problem.status())
                .putHeader("Content-Type", MEDIA_TYPE)
                .end(of(problem).mergeIn(more).toBuffer());
    }

    /// For requests that are no HTTP: the server's handler of invalid requests. The server closes the connection.
    public static void sendInvalid(HttpServerRequest request) {
        send(request.response(), invalid(request.decoderResult().cause()));
    }

    private static Problem invalid(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return new Problem(
                    414,
                    "request-line-too-long",
                    "The request line is too long",
                    "request line",
                    "at most 4096 bytes",
                    "send a shorter path");
        }
        if (cause instanceof TooLongHttpHeaderException || cause instanceof TooLongFrameException) {
            return new Problem(
                    431,
                    "headers-too-large",
                    "The headers are too large",
                    "headers",
                    "the configured number of bytes for all headers together, 8192 unless changed",
                    "send fewer or shorter headers");
        }
        return new Problem(
                400,
                "malformed-request",
                "The request is not HTTP",
                "request line and headers",
                "as RFC 9112 says",
                "look at what the client, or a proxy before this box, really sends");
    }

    // Retry-After has whole seconds; rounding down would invite the next refusal.
    private static long seconds(Duration wait) {
        return Math.max(1, wait.plusNanos(999_999_999).toSeconds());
    }
}
