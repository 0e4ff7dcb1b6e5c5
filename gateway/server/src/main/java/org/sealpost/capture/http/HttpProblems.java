package org.sealpost.capture.http;

import java.time.Duration;
import java.util.Optional;
import org.sealpost.capture.Problem;

/// What can be wrong with a request besides the record itself.
final class HttpProblems {
    static final Problem NOT_AUTHENTICATED = new Problem(
            401,
            "not-authenticated",
            "The token is missing or not known",
            "Authorization",
            "'Bearer' and a token of this box",
            "send the token that the operator of the box gave you; if it was changed, ask for the new one");

    static final Problem METHOD =
            new Problem(405, "method-not-allowed", "Records are posted", "method", "POST", "send the record with POST");

    static final Problem LENGTH = new Problem(
            411,
            "length-required",
            "The request does not say where its body ends",
            "Content-Length",
            "a Content-Length, or Transfer-Encoding: chunked",
            "send one of the two headers; Content-Length: 0 for an empty record");

    static final Problem TRANSFER_ENCODING = new Problem(
            400,
            "transfer-encoding",
            "The transfer encoding is not known",
            "Transfer-Encoding",
            "chunked",
            "send the body as it is, with Content-Length or chunked");

    static final Problem CONTENT_ENCODING = new Problem(
            415,
            "content-encoding",
            "The content encoding is not taken",
            "Content-Encoding",
            "identity",
            "send the payload uncompressed, or name its compressed form in Content-Type");

    static final Problem CONTENT_TYPE = new Problem(
            400,
            "content-type",
            "The content type cannot be recorded",
            "Content-Type",
            "once, 1 to 255 printable characters",
            "send one media type, or none");

    static final Problem IDEMPOTENCY_KEY = new Problem(
            400,
            "idempotency-key",
            "The idempotency key cannot be used",
            "Idempotency-Key",
            "once, 1 to 255 printable ASCII characters without spaces",
            "send one key, for example a UUID, the same again when you repeat the request");

    static final Problem PROFILE = new Problem(
            400,
            "profile",
            "The profile's name cannot be one",
            "Sealpost-Profile",
            "once; a letter or digit, then up to 63 of a-z, 0-9, '.', '-'",
            "leave the header out for the profile 'default'");

    static final Problem PATH = new Problem(
            414,
            "path-too-long",
            "The path is too long",
            "path",
            "at most 1024 bytes",
            "leave out what follows the path");

    static final Problem EXPECTATION = new Problem(
            417,
            "expectation",
            "The expectation cannot be met",
            "Expect",
            "100-continue",
            "leave the header out, or expect 100-continue");

    static final Problem CONFLICT = new Problem(
            409,
            "idempotency-conflict",
            "This key came before with other content",
            "Idempotency-Key",
            "one content (payload, type, profile) for each key of a client",
            "use a new key for new content; 'first' names the record that has this key");

    private HttpProblems() {}

    static Problem tooSlow(Duration limit) {
        return new Problem(
                408,
                "body-too-slow",
                "The body did not come in time",
                "body",
                "all of it within " + limit.toSeconds() + " s",
                "send it again, over a better connection or in smaller records",
                Optional.of(Duration.ofSeconds(1)));
    }

    static Problem busy(Duration retryAfter) {
        return new Problem(
                503,
                "busy",
                "The box has more to do than it can hold",
                "records waiting",
                "bounded, so that memory does not grow with load; fewer the less room is left on the disk",
                "send the record again a little later, with the same Idempotency-Key",
                Optional.of(retryAfter));
    }
}
