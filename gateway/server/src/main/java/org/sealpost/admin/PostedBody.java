package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// The body of a request, in memory within its bounds, or why it is not taken.
sealed interface PostedBody {
    record Whole(byte[] bytes) implements PostedBody {}

    /// The same refusal whatever the body was to be.
    ///
    /// @param sentence names the rule and the remedy
    record Refused(int status, String sentence) implements PostedBody, Submission {}

    Duration PATIENCE = Duration.ofSeconds(20);

    /// Takes the body of a request, on its event loop.
    ///
    /// @param maxBytes more is refused, and no more is held
    static Future<PostedBody> receive(Vertx vertx, HttpServerRequest request, int maxBytes) {
        Promise<PostedBody> done = Promise.promise();
        var body = Buffer.buffer();
        long timer = vertx.setTimer(
                PATIENCE.toMillis(),
                _ -> done.tryComplete(close(
                        request,
                        408,
                        "The form did not arrive within " + PATIENCE.toSeconds() + " seconds; send it again.")));
        request.handler(part -> {
            if (done.future().isComplete()) return;
            if (body.length() + part.length() <= maxBytes) body.appendBuffer(part);
            else
                done.tryComplete(close(
                        request, 413, "The form has more than " + maxBytes + " bytes; send no more than it asks for."));
        });
        request.endHandler(_ -> done.tryComplete(new Whole(body.getBytes())));
        request.exceptionHandler(
                _ -> done.tryComplete(close(request, 400, "The form did not arrive whole; send it again.")));
        if (request.headers().contains(HttpHeaders.EXPECT)) request.response().writeContinue();
        request.resume();
        return done.future().onComplete(_ -> vertx.cancelTimer(timer));
    }

    /// Does not look at the body.
    static Future<PostedBody> refuse(HttpServerRequest request, int status, String sentence) {
        request.resume();
        return Future.succeededFuture(close(request, status, sentence));
    }

    /// What the body is said to be, without parameters, in small letters; empty if nothing is said.
    static String mediaType(HttpServerRequest request) {
        return Optional.ofNullable(request.getHeader(HttpHeaders.CONTENT_TYPE))
                .orElse("")
                .split(";", 2)[0]
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    /// What still comes of the body is nobody's: the connection ends with the answer.
    private static PostedBody close(HttpServerRequest request, int status, String sentence) {
        Answer.closeAfter(request);
        return new Refused(status, sentence);
    }
}
