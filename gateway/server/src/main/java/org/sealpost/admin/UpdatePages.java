package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.sealpost.capture.Problem;
import org.sealpost.ota.AgentClient;

/// Where the owner sees how updates stand, and gives orders to the update agent: docs/updates.md, "Orders".
///
/// What the agent said last is shown at once; an order waits for its answer on a worker, and how many wait is bounded.
final class UpdatePages {
    static final String PATH = "/updates";

    /// The part of the page that changes; htmx asks for it every few seconds.
    static final String STATE_PATH = "/updates/state";

    static final String API = "/v1/update";

    private static final String SOURCE = "/updates/source";
    private static final String CHECK = "/updates/check";
    private static final String INSTALL = "/updates/install";
    private static final String ALLOW = "/updates/allow";

    private static final Problem SILENT = new Problem(
            503,
            "update-agent-silent",
            "The update agent does not answer",
            "update agent",
            "it answers within some seconds",
            "do what the detail says");

    private static final int MAX_WAITING = 16;
    private static final int WORKERS = 2;

    private final Vertx vertx;
    private final PageParts parts;
    private final UpdateAgent agent;
    private final InstantSource clock;
    private final WorkerExecutor workers;
    private final AtomicInteger waiting = new AtomicInteger();

    private record Content(Optional<String> refused, UpdatesView updates, String url, boolean automatic) {}

    /// @param clock for how long ago something was
    UpdatePages(Vertx vertx, PageParts parts, UpdateAgent agent, InstantSource clock) {
        this.vertx = vertx;
        this.parts = parts;
        this.agent = agent;
        this.clock = clock;
        this.workers = vertx.createSharedWorkerExecutor("updates", WORKERS);
    }

    /// Whether this path can be read here.
    boolean shows(String path) {
        return switch (path) {
            case PATH, STATE_PATH, API -> true;
            default -> false;
        };
    }

    /// Whether an order can be posted to this path.
    boolean takes(String path) {
        return switch (path) {
            case SOURCE, CHECK, INSTALL, ALLOW -> true;
            default -> false;
        };
    }

    Future<Answer> read(String path, Owner owner) {
        return switch (path) {
            case STATE_PATH -> Future.succeededFuture(parts.templates.fragment("updates-state", view()));
            case API -> look(owner);
            default -> Future.succeededFuture(page(200, owner, Optional.empty()));
        };
    }

    Future<Answer> post(HttpServerRequest request, String path, Owner owner) {
        // Who shows the token itself needs no page of this box; a cookie could be made use of by another site's page.
        var form = owner.byCookie()
                ? Submission.receive(vertx, request, UpdateOrder.MAX_FORM_BYTES)
                : Submission.receiveFromAnybody(vertx, request, UpdateOrder.MAX_FORM_BYTES);
        return form.compose(submission -> switch (submission) {
            case PostedBody.Refused(int status, var sentence) ->
                Future.succeededFuture(refuse(status, owner, sentence));
            case Submission.Fields fields -> order(path, fields, owner);
        });
    }

    private Future<Answer> order(String path, Submission.Fields fields, Owner owner) {
        var order = switch (path) {
            case SOURCE -> UpdateOrder.source(fields, owner.client());
            case INSTALL -> UpdateOrder.install(fields, owner.client());
            case ALLOW -> UpdateOrder.allow(fields, owner.client());
            default -> UpdateOrder.check(owner.client());
        };
        return switch (order) {
            case UpdateOrder.Refused(var sentence) -> Future.succeededFuture(refuse(422, owner, sentence));
            case UpdateOrder.Given(var given) -> give(owner, given, owner.byCookie() ? Answering.PAGE : Answering.API);
        };
    }

    private enum Answering {
        PAGE,
        API
    }

    private Future<Answer> look(Owner owner) {
        UpdateAgent.Order none = client -> new AgentClient.Answer(Optional.empty(), client.status());
        return ask(owner, none, Answering.API, "");
    }

    private Future<Answer> give(Owner owner, UpdateAgent.Order order, Answering how) {
        return ask(owner, order, how, ", and whether it took the order is not known");
    }

    /// @param consequence of its silence
    private Future<Answer> ask(Owner owner, UpdateAgent.Order order, Answering how, String consequence) {
        return bounded(owner, () -> {
                    var answer = agent.give(order);
                    if (!answer.taken())
                        return refuse(422, owner, answer.sentence().orElseThrow());
                    return how == Answering.PAGE
                            ? Answer.seeOther(PATH)
                            : Answer.json(200, answer.status().toJson() + "\n");
                })
                .recover(e -> e instanceof IOException silent
                        ? Future.succeededFuture(refuse(SILENT, owner, silence(silent, consequence))
                                .with("retry-after", "5"))
                        : Future.failedFuture(e));
    }

    private String silence(IOException e, String consequence) {
        var known = agent.seen().silence();
        return "The update agent does not answer (" + e.getMessage() + ")" + consequence + "; "
                + known.map(UpdateAgent.Silence::remedy).orElse("try again") + ".";
    }

    private Future<Answer> bounded(Owner owner, Callable<Answer> work) {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return Future.succeededFuture(refuse(429, owner, "Too much is asked for at once; ask again in a second.")
                    .with("retry-after", "1"));
        }
        return workers.executeBlocking(work, false).onComplete(_ -> waiting.decrementAndGet());
    }

    private Answer refuse(int status, Owner owner, String sentence) {
        var problem = new Problem(
                status,
                "update-refused",
                "The order was not taken",
                "order",
                "as docs/updates.md says",
                "do what the detail says");
        return refuse(problem, owner, sentence);
    }

    /// For browsers the page with the sentence on it, for programs a problem.
    private Answer refuse(Problem problem, Owner owner, String sentence) {
        return owner.byCookie()
                ? page(problem.status(), owner, Optional.of(sentence))
                : Answer.problem(problem, sentence);
    }

    private Answer page(int status, Owner owner, Optional<String> refused) {
        var source = agent.seen().status().map(known -> known.source());
        var content = new Content(
                refused,
                view(),
                source.flatMap(known -> known.url()).orElse(""),
                source.map(known -> known.automatic()).orElse(false));
        return parts.templates.page(new Page(status, "Updates", "updates", content, Optional.of(owner.client())));
    }

    private UpdatesView view() {
        return UpdatesView.of(agent.seen(), clock.instant());
    }
}
