package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.sealpost.capture.Problem;
import org.sealpost.control.Claim;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The sensors of a box, for people and for programs: every client may look, the owner may change them.
///
/// Runs on the event loops; what waits for disks or devices runs on worker threads of its own ([SensorActs]).
public final class SensorPages implements Handler<HttpServerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(SensorPages.class);

    static final String PATH = "/sensors";
    private static final String STATE = "/sensors/state";
    private static final String DISCOVER = "/sensors/discover";
    private static final String TEST = "/sensors/test";
    private static final String LIST = "/v1/sensors";

    private static final Problem NOT_ALLOWED = new Problem(
            405,
            "method-not-allowed",
            "This path does not take this method",
            "method",
            "GET and HEAD to look; POST to " + PATH + ", " + DISCOVER + " and " + TEST,
            "use the links and forms of the pages");

    private final PageParts parts;
    private final Function<HttpServerRequest, Optional<String>> client;
    private final SensorDesk desk;
    private final Supplier<Instant> now;
    private final SensorView view;
    private final SensorActs acts;

    /// Who asks.
    ///
    /// @param byCookie as in [Owner]
    private record Who(String name, boolean byCookie) {}

    /// @param client whose token a request carries
    /// @param now    the box's clock, by which ages are told
    public SensorPages(
            Vertx vertx,
            PageParts parts,
            Function<HttpServerRequest, Optional<String>> client,
            SensorDesk desk,
            Supplier<Instant> now) {
        this.parts = parts;
        this.client = client;
        this.desk = desk;
        this.now = now;
        this.view = new SensorView(parts.templates, desk, now);
        this.acts = new SensorActs(vertx, view, desk);
    }

    /// Whether this path is one of these pages'.
    public boolean serves(String path) {
        return switch (path) {
            case PATH, STATE, DISCOVER, TEST, LIST -> true;
            default -> false;
        };
    }

    @Override
    public void handle(HttpServerRequest request) {
        var path = String.valueOf(request.path());
        if (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD) {
            // What is only read has no body; one that is sent all the same is not waited for.
            request.resume();
            read(request, path);
        } else if (request.method() == HttpMethod.POST) post(request, path);
        else refuse(request, NOT_ALLOWED);
    }

    private void read(HttpServerRequest request, String path) {
        var who = who(request);
        switch (path) {
            case LIST -> {
                if (who.isEmpty()) notAuthenticated(request);
                else SensorAnswers.list(desk, now.get()).writeTo(request);
            }
            case PATH -> {
                if (who.isPresent()) view.page(who.get().name).writeTo(request);
                else if (request.headers().contains("authorization")) notAuthenticated(request);
                else Answer.seeOther(LoginPages.LOGIN).writeTo(request);
            }
            case STATE ->
                who.map(known -> view.state(known.name))
                        .orElseGet(LoginPages::askedByScript)
                        .writeTo(request);
            default -> refuse(request, NOT_ALLOWED);
        }
    }

    private void post(HttpServerRequest request, String path) {
        var who = who(request);
        if (who.isEmpty() && request.headers().contains("authorization")) notAuthenticated(request);
        else if (who.isEmpty()) {
            Answer.closeAfter(request);
            request.resume();
            Answer.seeOther(LoginPages.LOGIN).writeTo(request);
        } else if (!who.get().name.equals(Claim.OWNER)) refuse(request, OwnerPages.NOT_THE_OWNER);
        else {
            var owner = new Owner(who.get().name, who.get().byCookie);
            switch (path) {
                case PATH -> send(request, acts.set(request, owner));
                case DISCOVER -> send(request, acts.discover(request, owner));
                case TEST -> send(request, acts.test(request, owner));
                default -> refuse(request, NOT_ALLOWED);
            }
        }
    }

    /// A token that is shown counts, right or wrong; else the browser's session.
    private Optional<Who> who(HttpServerRequest request) {
        if (request.headers().contains("authorization"))
            return client.apply(request).map(name -> new Who(name, false));
        return parts.client(request).map(name -> new Who(name, true));
    }

    private static void notAuthenticated(HttpServerRequest request) {
        request.response().putHeader("www-authenticate", "Bearer realm=\"sealpost\"");
        refuse(request, AdminHttp.NOT_AUTHENTICATED);
    }

    private static void refuse(HttpServerRequest request, Problem problem) {
        if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) Answer.closeAfter(request);
        request.resume();
        Answer.problem(problem).writeTo(request);
    }

    private void send(HttpServerRequest request, Future<Answer> answer) {
        answer.onSuccess(good -> good.writeTo(request)).onFailure(e -> {
            LOG.warn("{} could not be answered", request.path(), e);
            parts.sentence(500, "This page could not be made", "Try again; if it stays, the log says why.")
                    .writeTo(request);
        });
    }
}
