package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.sealpost.archive.erasure.ErasureRefused;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.erasure.OrderCutShort;
import org.sealpost.capture.Problem;
import org.sealpost.control.Claim;
import org.sealpost.journal.JournalFull;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the owner has bodies of records erased, and sees how far each order has come. For programs: the
/// owner's token is shown with each request.
///
/// Runs on the event loops; orders read entries and wait for the disk, so they run on a worker, one after the
/// other.
public final class ErasurePages implements Handler<HttpServerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(ErasurePages.class);

    private static final String PATH = "/v1/erasures";
    private static final int MAX_LISTED = 100;
    private static final int MAX_WAITING = 4;

    private static final Problem NOT_THE_OWNER = new Problem(
            403,
            "not-the-owner",
            "This is the owner's",
            "token",
            "the token that the claim of the box showed",
            "use the owner's token; a gateway that is no box of its own has no owner: stop it, and use sealpost erase");
    private static final Problem NOT_ALLOWED = new Problem(
            405,
            "method-not-allowed",
            "This path does not take this method",
            "method",
            "POST to " + PATH + "; GET and HEAD to look",
            "use one of these");
    private static final Problem UNKNOWN = new Problem(
            404, "unknown-order", "There is no such order", "path", PATH + " and the number of an order", "list them");
    private static final Problem REFUSED = new Problem(
            422,
            "erasure-refused",
            "Nothing has been ordered",
            "order",
            "records of clients and sensors that the log has, and that are not erased yet",
            "do what the detail says");
    private static final Problem NO_ROOM = new Problem(
            507,
            "disk-full",
            "The box has no room to note the order",
            "disk",
            "an order is durable before it is in force",
            "make room, then order it again; GET " + PATH + " says what of it is in force");
    private static final Problem BROKEN = new Problem(
            500,
            "internal-error",
            "The box could not answer",
            "",
            "",
            "GET " + PATH + " says whether the order is in force; if it stays, /readyz and the log say why");

    private final Vertx vertx;
    private final WorkerExecutor worker;
    private final Function<HttpServerRequest, Optional<String>> client;
    private final Erasures erasures;
    private final String origin;
    private final Predicate<String> ended;
    private final Supplier<Optional<String>> waitsFor;
    private final AtomicInteger waiting = new AtomicInteger();

    /// @param client   whose token a request carries
    /// @param origin   of the log, which an order must name
    /// @param ended    whether an origin of this name is one before this one, where no gateway erases
    /// @param waitsFor what holds up the oldest order whose bytes are still there
    public ErasurePages(
            Vertx vertx,
            Function<HttpServerRequest, Optional<String>> client,
            Erasures erasures,
            String origin,
            Predicate<String> ended,
            Supplier<Optional<String>> waitsFor) {
        this.vertx = vertx;
        this.worker = vertx.createSharedWorkerExecutor("erasures", 1);
        this.client = client;
        this.erasures = erasures;
        this.origin = origin;
        this.ended = ended;
        this.waitsFor = waitsFor;
    }

    /// Whether this path is one of these pages'.
    public boolean serves(String path) {
        return path.equals(PATH) || path.startsWith(PATH + "/");
    }

    @Override
    public void handle(HttpServerRequest request) {
        var who = client.apply(request);
        if (who.isEmpty()) {
            request.response().putHeader("www-authenticate", "Bearer realm=\"sealpost\"");
            refuse(request, AdminHttp.NOT_AUTHENTICATED);
        } else if (!who.get().equals(Claim.OWNER)) refuse(request, NOT_THE_OWNER);
        else if (request.method() == HttpMethod.POST && request.path().equals(PATH)) order(request, who.get());
        else if (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD) {
            request.resume();
            read(request).writeTo(request);
        } else refuse(request, NOT_ALLOWED);
    }

    // --- looking: all in memory

    private Answer read(HttpServerRequest request) {
        if (!request.path().equals(PATH)) {
            return number(request.path().substring(PATH.length() + 1))
                    .flatMap(erasures::at)
                    .map(standing -> Answer.json(200, text(ErasureJson.whole(standing))))
                    .orElseGet(() -> Answer.problem(UNKNOWN));
        }
        var below = Optional.ofNullable(request.getParam("below"));
        var from = below.isEmpty() ? Optional.of(Long.MAX_VALUE) : number(below.get());
        if (from.isEmpty()) return Answer.problem(REFUSED, "below is the number of an order; give a whole number.");
        var orders = new JsonArray();
        erasures.newestBelow(from.get(), MAX_LISTED).forEach(standing -> orders.add(ErasureJson.summary(standing)));
        var list = new JsonObject().put("orders", orders);
        waitsFor.get().ifPresent(cause -> list.put("waitsFor", cause));
        return Answer.json(200, text(list));
    }

    private static Optional<Long> number(String text) {
        return text.matches("0|[1-9][0-9]{0,17}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    private static String text(JsonObject json) {
        return json.encodePrettily() + "\n";
    }

    // --- ordering

    private void order(HttpServerRequest request, String owner) {
        var type = PostedBody.mediaType(request);
        var body = type.equals("application/json")
                ? PostedBody.receive(vertx, request, ErasureOrder.MAX_BYTES)
                : PostedBody.refuse(request, 415, "An order is sent as application/json; say so in Content-Type.");
        body.compose(received -> switch (received) {
                    case PostedBody.Refused(int status, var sentence) ->
                        Future.succeededFuture(Answer.problem(withStatus(status), sentence));
                    case PostedBody.Whole(var bytes) -> work(bytes, owner);
                })
                .onSuccess(answer -> answer.writeTo(request))
                .onFailure(e -> {
                    LOG.warn("an order to erase could not be answered", e);
                    Answer.problem(BROKEN).writeTo(request);
                });
    }

    private Future<Answer> work(byte[] bytes, String owner) {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return Future.succeededFuture(
                    Answer.problem(withStatus(429), "Too many orders wait; send it again in a moment.")
                            .with("retry-after", "5"));
        }
        return worker.executeBlocking(() -> order(bytes, owner)).onComplete(_ -> waiting.decrementAndGet());
    }

    private Answer order(byte[] bytes, String owner) throws IOException {
        try {
            var order = ErasureOrder.read(bytes);
            if (!order.origin().equals(origin)) return Answer.problem(REFUSED, elsewhere(order.origin()));
            var made = erasures.order(owner, order.rule(), order.form(), order.ranges());
            var orders = new JsonArray();
            made.forEach(one ->
                    orders.add(ErasureJson.whole(erasures.at(one.position()).orElseThrow())));
            return Answer.json(201, text(new JsonObject().put("orders", orders)))
                    .with("location", PATH + "/" + made.getFirst().position());
        } catch (IllegalArgumentException e) {
            return Answer.problem(withStatus(400), String.valueOf(e.getMessage()));
        } catch (ErasureRefused e) {
            return Answer.problem(REFUSED, e.sentence());
        } catch (JournalFull e) {
            return Answer.problem(NO_ROOM);
        } catch (OrderCutShort e) {
            return Answer.problem(NO_ROOM, String.valueOf(e.getMessage()));
        }
    }

    private String elsewhere(String named) {
        return ended.test(named)
                ? "That origin ended, and no gateway erases there: stop this one, and give sealpost erase --origin "
                        + named + "."
                : "The order is about another log: this one's origin is " + origin + "; look again.";
    }

    private static Problem withStatus(int status) {
        return new Problem(
                status, REFUSED.type(), REFUSED.title(), "order", "as docs/integrators.md has it", REFUSED.remedy());
    }

    private static void refuse(HttpServerRequest request, Problem problem) {
        if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) Answer.closeAfter(request);
        request.resume();
        Answer.problem(problem).writeTo(request);
    }
}
