package org.sealpost.capture.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.sealpost.capture.Intake;
import org.sealpost.capture.Problem;
import org.sealpost.control.Clients;
import org.sealpost.profile.Profiles;
import org.sealpost.record.Content;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Origin;

/// `POST /v1/records`: the body is the payload, the headers say what it is. Answers 201 with a receipt once the
/// record is durable.
///
/// Serves one path; which requests come here is decided by whoever owns the server, which is made with
/// [HttpConfig#serverOptions]. Runs on the event loops of its requests and never blocks them.
public final class HttpCapture implements Handler<HttpServerRequest> {
    public static final String PATH = "/v1/records";
    private static final String BEARER = "Bearer ";
    private static final int MAX_PATH_BYTES = 1024;
    private static final CharSequence KEY = HttpHeaders.createOptimized("Idempotency-Key");
    private static final CharSequence PROFILE = HttpHeaders.createOptimized("Sealpost-Profile");

    private final Vertx vertx;
    private final Intake intake;
    private final Supplier<Clients> clients;
    private final Origin origin;
    private final HttpConfig config;
    private final BodyBudget budget;

    /// What the headers of a request say.
    record Head(String client, Optional<String> key, String profile, String mediaType, int maxBytes) {}

    /// @param clients asked for each request, so that a change takes effect at once
    public HttpCapture(Vertx vertx, Intake intake, Supplier<Clients> clients, Origin origin, HttpConfig config) {
        this.vertx = vertx;
        this.intake = intake;
        this.clients = clients;
        this.origin = origin;
        this.config = config;
        this.budget = new BodyBudget(config.maxBodiesBytes());
    }

    /// Whose token the request carries; for other handlers of the same server, too.
    public static Optional<String> client(HttpServerRequest request, Clients clients) {
        List<String> values = request.headers().getAll(HttpHeaders.AUTHORIZATION);
        if (values.size() != 1 || !values.getFirst().regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.empty();
        }
        return clients.byToken(values.getFirst().substring(BEARER.length()).strip());
    }

    /// Bytes of bodies that are being received now.
    public long bodiesBytes() {
        return budget.used();
    }

    @Override
    public void handle(HttpServerRequest request) {
        intake.metrics().httpRequests.increment();
        var exchange = new Exchange(vertx, request, intake, origin, config, budget);
        if (!request.method().equals(HttpMethod.POST)) {
            request.response().putHeader(HttpHeaders.ALLOW, "POST");
            exchange.refuse(HttpProblems.METHOD);
            return;
        }
        Optional<String> client = client(request, clients.get());
        if (client.isEmpty()) {
            intake.metrics().httpUnauthenticated.increment();
            request.response().putHeader("WWW-Authenticate", "Bearer realm=\"sealpost\"");
            exchange.refuse(HttpProblems.NOT_AUTHENTICATED);
            return;
        }
        Optional<Problem> problem = problem(request);
        if (problem.isPresent()) {
            exchange.refuse(problem.get());
            return;
        }
        exchange.receive(new Head(
                client.get(),
                one(request, KEY),
                one(request, PROFILE).orElse(Profiles.DEFAULT.name()),
                one(request, HttpHeaders.CONTENT_TYPE).orElse(Content.UNKNOWN_TYPE),
                (int) Math.min(length(request), intake.config().maxPayloadBytes())));
    }

    private Optional<Problem> problem(HttpServerRequest request) {
        if (request.path() == null || request.path().length() > MAX_PATH_BYTES) return Optional.of(HttpProblems.PATH);
        if (!once(request, HttpHeaders.CONTENT_TYPE, HttpCapture::isMediaType))
            return Optional.of(HttpProblems.CONTENT_TYPE);
        if (!once(request, KEY, HttpCapture::isKey)) return Optional.of(HttpProblems.IDEMPOTENCY_KEY);
        if (!once(request, PROFILE, HeaderLeaf::isProfile)) return Optional.of(HttpProblems.PROFILE);
        if (!once(request, HttpHeaders.CONTENT_ENCODING, "identity"::equalsIgnoreCase)) {
            return Optional.of(HttpProblems.CONTENT_ENCODING);
        }
        if (!once(request, HttpHeaders.EXPECT, "100-continue"::equalsIgnoreCase))
            return Optional.of(HttpProblems.EXPECTATION);
        if (!once(request, HttpHeaders.TRANSFER_ENCODING, "chunked"::equalsIgnoreCase)) {
            return Optional.of(HttpProblems.TRANSFER_ENCODING);
        }
        if (!request.headers().contains(HttpHeaders.CONTENT_LENGTH)
                && !request.headers().contains(HttpHeaders.TRANSFER_ENCODING)) {
            return Optional.of(HttpProblems.LENGTH);
        }
        int max = intake.config().maxPayloadBytes();
        if (request.headers().contains(HttpHeaders.CONTENT_LENGTH) && length(request) > max) {
            return Optional.of(Problem.payloadTooLarge(max));
        }
        return Optional.empty();
    }

    private static boolean once(HttpServerRequest request, CharSequence name, Predicate<String> rule) {
        // Most requests have one or two of them.
        if (!request.headers().contains(name)) return true;
        List<String> values = request.headers().getAll(name);
        return values.size() == 1 && rule.test(values.getFirst());
    }

    private static Optional<String> one(HttpServerRequest request, CharSequence name) {
        return Optional.ofNullable(request.getHeader(name));
    }

    private static boolean isMediaType(String value) {
        return !value.isBlank()
                && value.length() <= 255
                && value.chars().allMatch(c -> c >= 0x20 && c < 0x7f || c == '\t');
    }

    private static boolean isKey(String value) {
        return !value.isEmpty() && value.length() <= 255 && value.chars().allMatch(c -> c > 0x20 && c < 0x7f);
    }

    /// What is announced, or more than is ever allowed. The server has refused what is no number already.
    private static long length(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? Long.MAX_VALUE : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}
