package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What a form of these pages posted, or why it is not looked at. Forms of other sites are never looked at.
sealed interface Submission permits Submission.Fields, PostedBody.Refused {
    /// By the names of the form's inputs; an input that is there twice counts as it came first.
    record Fields(Map<String, String> values) implements Submission {
        /// Without the spaces around it, which come along when people copy.
        Optional<String> field(String name) {
            return Optional.ofNullable(values.get(name)).map(String::strip).filter(value -> !value.isEmpty());
        }

        /// Without the values: codes and tokens are among them.
        @Override
        public String toString() {
            return "Fields";
        }
    }

    String URL_ENCODED = "application/x-www-form-urlencoded";

    /// Takes the body of a request, on its event loop.
    ///
    /// @param maxBytes more is refused, and no more is held
    static Future<Submission> receive(Vertx vertx, HttpServerRequest request, int maxBytes) {
        var origin = SameOrigin.objection(request);
        if (origin.isPresent())
            return PostedBody.refuse(request, 403, origin.get()).map(Submission::of);
        return receiveForm(vertx, request, maxBytes);
    }

    /// The same from anybody who knows a secret that stands in the form: no cookie is asked for, so there is
    /// none that another site could make use of. A browser that names another site is refused all the same.
    static Future<Submission> receiveFromAnybody(Vertx vertx, HttpServerRequest request, int maxBytes) {
        boolean browser = request.headers().contains("sec-fetch-site")
                || request.headers().contains("origin");
        return browser ? receive(vertx, request, maxBytes) : receiveForm(vertx, request, maxBytes);
    }

    /// The same from a program that shows a token with the request itself.
    static Future<Submission> receiveForm(Vertx vertx, HttpServerRequest request, int maxBytes) {
        var type = PostedBody.mediaType(request);
        if (!type.equals(URL_ENCODED)) {
            return PostedBody.refuse(request, 415, "A form is sent as " + URL_ENCODED + "; use the form of the page.")
                    .map(Submission::of);
        }
        return PostedBody.receive(vertx, request, maxBytes).map(Submission::of);
    }

    private static Submission of(PostedBody body) {
        return switch (body) {
            case PostedBody.Refused refused -> refused;
            case PostedBody.Whole(var bytes) -> parse(new String(bytes, StandardCharsets.UTF_8));
        };
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
            return new PostedBody.Refused(
                    400, "The form is not encoded as " + URL_ENCODED + "; use the form of the page.");
        }
        return new Fields(Map.copyOf(values));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
