package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What a form of these pages posted, or why it is not looked at. Forms of other sites are never looked at.
sealed interface Submission {
    /// By the names of the form's inputs; an input that is there twice counts as it came first.
    record Fields(Map<String, String> values) implements Submission {
        /// Without the spaces around it, which come along when people copy.
        Optional<String> field(String name) {
            return Optional.ofNullable(values.get(name)).map(String::strip).filter(value -> !value.isEmpty());
        }
    }

    /// @param sentence names the rule and the remedy
    record Refused(int status, String sentence) implements Submission {}

    Duration PATIENCE = Duration.ofSeconds(20);
    String URL_ENCODED = "application/x-www-form-urlencoded";

    /// Takes the body of a request, on its event loop.
    ///
    /// @param maxBytes more is refused, and no more is held
    static Future<Submission> receive(Vertx vertx, HttpServerRequest request, int maxBytes) {
        var origin = SameOrigin.objection(request);
        if (origin.isPresent()) return refused(request, 403, origin.get());
        var type = Optional.ofNullable(request.getHeader(HttpHeaders.CONTENT_TYPE))
                .orElse("")
                .split(";", 2)[0]
                .strip();
        if (!type.equalsIgnoreCase(URL_ENCODED)) {
            return refused(request, 415, "A form is sent as " + URL_ENCODED + "; use the form of the page.");
        }
        return receiveBody(vertx, request, maxBytes);
    }

    private static Future<Submission> receiveBody(Vertx vertx, HttpServerRequest request, int maxBytes) {
        Promise<Submission> done = Promise.promise();
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
        request.endHandler(_ -> done.tryComplete(parse(body.toString(StandardCharsets.UTF_8))));
        request.exceptionHandler(
                _ -> done.tryComplete(close(request, 400, "The form did not arrive whole; send it again.")));
        if (request.headers().contains(HttpHeaders.EXPECT)) request.response().writeContinue();
        request.resume();
        return done.future().onComplete(_ -> vertx.cancelTimer(timer));
    }

    private static Submission parse(String body) {
        var values = new HashMap<String, String>();
        try {
            for (var pair : body.split("&")) {
                int equals = pair.indexOf('=');
                if (equals <= 0) continue;
                values.putIfAbsent(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
            }
        } catch (IllegalArgumentException e) {
            return new Refused(400, "The form is not encoded as " + URL_ENCODED + "; use the form of the page.");
        }
        return new Fields(Map.copyOf(values));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static Future<Submission> refused(HttpServerRequest request, int status, String sentence) {
        request.resume();
        return Future.succeededFuture(close(request, status, sentence));
    }

    /// What still comes of the body is nobody's: the connection ends with the answer.
    private static Submission close(HttpServerRequest request, int status, String sentence) {
        Answer.closeAfter(request);
        return new Refused(status, sentence);
    }
}
