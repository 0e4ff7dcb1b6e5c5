package org.sealpost.admin;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.sealpost.capture.Problem;
import org.sealpost.control.Act;
import org.sealpost.control.Claim;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the owner has lodging on an anchorage stopped, taken up again, or tried at once. For programs: the
/// owner's token is shown with each request, and an order needs no body.
public final class AnchoragePages implements Handler<HttpServerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(AnchoragePages.class);

    private static final Pattern PATH = Pattern.compile("/v1/anchorages/([^/]{1,64})/(park|unpark|resubmit)");
    private static final Pattern OF_PUBLICATION =
            Pattern.compile("/v1/anchorages/([^/]{1,64})/publications/([0-9]{1,18})/(give-up|take-up)");
    private static final String BEGINNING = "/v1/anchorages/";

    private static final Problem NOT_ALLOWED =
            new Problem(405, "method-not-allowed", "This path does not take this method", "method", "POST", "use POST");
    private static final Problem UNKNOWN = new Problem(
            404,
            "unknown-anchorage",
            "There is no such anchorage, or no such order",
            "path",
            BEGINNING + "NAME/park, unpark or resubmit, or NAME/publications/NUMBER/give-up or take-up, NAME being"
                    + " one that is configured",
            "sealpost anchor list shows the names");
    private static final Problem BROKEN = new Problem(
            500,
            "internal-error",
            "The box could not answer",
            "",
            "",
            "sealpost anchor list says whether the order is in force; if it stays, /readyz and the log say why");

    private final WorkerExecutor worker;
    private final Function<HttpServerRequest, Optional<String>> client;
    private final AnchorageOrders orders;

    /// @param client whose token a request carries
    public AnchoragePages(Vertx vertx, Function<HttpServerRequest, Optional<String>> client, AnchorageOrders orders) {
        this.worker = vertx.createSharedWorkerExecutor("anchorage-orders", 1);
        this.client = client;
        this.orders = orders;
    }

    /// Whether this path is one of these pages'.
    public boolean serves(String path) {
        return path.startsWith(BEGINNING);
    }

    @Override
    public void handle(HttpServerRequest request) {
        // An order has no body; whatever comes of one is nobody's.
        Answer.closeAfter(request);
        request.resume();
        var who = client.apply(request);
        var path = PATH.matcher(request.path());
        var ofPublication = OF_PUBLICATION.matcher(request.path());
        if (who.isEmpty()) {
            request.response().putHeader("www-authenticate", "Bearer realm=\"sealpost\"");
            Answer.problem(AdminHttp.NOT_AUTHENTICATED).writeTo(request);
        } else if (!who.get().equals(Claim.OWNER))
            Answer.problem(notTheOwner(request.path())).writeTo(request);
        else if (!path.matches() && !ofPublication.matches())
            Answer.problem(UNKNOWN).writeTo(request);
        else if (request.method() != HttpMethod.POST)
            Answer.problem(NOT_ALLOWED).writeTo(request);
        else if (path.matches()) {
            var order = order(path.group(2));
            order(request, path.group(1), order, () -> orders.give(path.group(1), order, who.get()));
        } else {
            var order = order(ofPublication.group(3));
            long number = Long.parseLong(ofPublication.group(2));
            var name = ofPublication.group(1);
            order(request, name, order, () -> orders.give(name, order, number, who.get()));
        }
    }

    /// Where nobody is the owner, orders are given while no gateway runs.
    private static Problem notTheOwner(String path) {
        var word = path.substring(path.lastIndexOf('/') + 1);
        boolean isOrder =
                PATH.matcher(path).matches() || OF_PUBLICATION.matcher(path).matches();
        var command = "sealpost anchor " + (isOrder ? word : "ORDER");
        var remedy = isOrder && order(word) == Act.Order.RESUBMIT
                ? "where it says that a peer is behind, leave it running: that a channel was set back is believed after"
                        + " ten minutes, which a start begins anew; else restart it, which asks at once and sends the"
                        + " same bytes again; where its relay stopped, set a head aside, or says that what is final is"
                        + " not where it was, or not there any more, stop it, use " + command + ", and start it again"
                : "stop it, use " + command + ", and start it again";
        return new Problem(
                403,
                "not-the-owner",
                "This is the owner's",
                "token",
                "the token that the claim of the box showed",
                "use the owner's token; a gateway that is no box of its own has no owner: " + remedy);
    }

    private interface Giving {
        AnchorageOrders.Outcome give() throws IOException;
    }

    private static Act.Order order(String word) {
        return Stream.of(Act.Order.values())
                .filter(order -> order.word().equals(word))
                .findFirst()
                .orElseThrow();
    }

    private void order(HttpServerRequest request, String name, Act.Order order, Giving giving) {
        worker.executeBlocking(() -> ordered(name, order, giving))
                .onSuccess(answer -> answer.writeTo(request))
                .onFailure(e -> {
                    LOG.warn("an order about anchorage {} could not be answered", name, e);
                    Answer.problem(BROKEN).writeTo(request);
                });
    }

    private Answer ordered(String name, Act.Order order, Giving giving) throws IOException {
        return switch (giving.give()) {
            case AnchorageOrders.Outcome.Refused(int status, var why) -> Answer.problem(refused(status), why);
            case AnchorageOrders.Outcome.InForce(boolean isNew) -> {
                var json = new JsonObject()
                        .put("anchorage", name)
                        .put("order", order.word())
                        .put("new", isNew);
                orders.parked(name)
                        .ifPresent(by -> json.put(
                                "parked",
                                new JsonObject()
                                        .put("by", by.by())
                                        .put("since", by.clock().time().toString())));
                yield Answer.json(200, json.encodePrettily() + "\n");
            }
        };
    }

    private static Problem refused(int status) {
        return new Problem(
                status,
                "order-refused",
                "Nothing has been ordered",
                "order",
                "as docs/integrators.md has it",
                "do what the detail says");
    }
}
