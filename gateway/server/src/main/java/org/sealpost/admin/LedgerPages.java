package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.sealpost.control.Act;
import org.sealpost.control.Claim;
import org.sealpost.record.CborMalformed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The page Ledgers, for people: every client may look, the owner orders. For programs there are
/// [AnchoragePages].
///
/// Runs on the event loops; what reads or waits for disks runs on a worker, one after the other.
public final class LedgerPages implements Handler<HttpServerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerPages.class);

    static final String PATH = "/ledgers";
    private static final String STATE = "/ledgers/state";
    private static final String HEAD = "/ledgers/head";
    private static final Pattern SIZE = Pattern.compile("[1-9][0-9]{0,17}");
    private static final int MAX_FORM_BYTES = 4096;

    private final Vertx vertx;
    private final PageParts parts;
    private final Ledgers ledgers;
    private final Earlier earlier;
    private final LogPages.HeadFiles heads;
    private final AnchorageOrders orders;
    private final Supplier<Instant> now;
    private final WorkerExecutor worker;

    /// How lodging stands now. Reads disks.
    @FunctionalInterface
    public interface Ledgers {
        /// @param named whether with the lines for trust files, for which a whole proof may have to be read
        List<LedgerState> states(boolean named) throws IOException;
    }

    /// What ledgers hold of origins that this one goes on from, of those that can be read, the oldest first.
    /// Reads no disk: theirs may hang, and the page is of the present one.
    @FunctionalInterface
    public interface Earlier {
        List<EarlierHeads> heads();
    }

    /// @param now the box's clock, by which ages are told
    public LedgerPages(
            Vertx vertx,
            PageParts parts,
            Ledgers ledgers,
            Earlier earlier,
            LogPages.HeadFiles heads,
            AnchorageOrders orders,
            Supplier<Instant> now) {
        this.vertx = vertx;
        this.parts = parts;
        this.ledgers = ledgers;
        this.earlier = earlier;
        this.heads = heads;
        this.orders = orders;
        this.now = now;
        this.worker = vertx.createSharedWorkerExecutor("ledgers", 1);
    }

    /// Whether this path is one of these pages'.
    public boolean serves(String path) {
        return path.equals(PATH)
                || path.equals(STATE)
                || path.equals(HEAD)
                || order(path).isPresent();
    }

    private static Optional<Act.Order> order(String path) {
        return Stream.of(Act.Order.values())
                .filter(order -> path.equals(PATH + "/" + order.word()))
                .findFirst();
    }

    @Override
    public void handle(HttpServerRequest request) {
        var client = parts.client(request);
        var order = order(request.path());
        boolean reads = request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
        if (client.isPresent() && order.isPresent() && request.method() == HttpMethod.POST) {
            send(request, ordered(request, order.get(), client.get()));
            return;
        }
        if (!reads) Answer.closeAfter(request);
        request.resume();
        if (client.isEmpty()) {
            (request.path().equals(STATE) ? LoginPages.askedByScript() : Answer.seeOther(LoginPages.LOGIN))
                    .writeTo(request);
        } else if (reads && order.isEmpty()) {
            var path = request.path();
            var from = Optional.ofNullable(request.getParam("from")).orElse("").strip();
            send(request, work(() -> switch (path) {
                case PATH -> page(200, client.get(), Optional.empty());
                case HEAD -> head(from, client.get());
                default -> parts.templates.fragment("ledgers-state", view(client.get(), Optional.empty(), false));
            }));
        } else {
            parts.sentence(405, "Not allowed", "This path takes the forms of the page Ledgers only; use them.")
                    .with("allow", order.isPresent() ? "POST" : "GET, HEAD")
                    .writeTo(request);
        }
    }

    private Future<Answer> ordered(HttpServerRequest request, Act.Order order, String client) {
        return Submission.receive(vertx, request, MAX_FORM_BYTES).compose(submission -> switch (submission) {
            case PostedBody.Refused(int status, var sentence) ->
                work(() -> page(status, client, Optional.of(sentence)));
            case Submission.Fields fields -> {
                if (!client.equals(Claim.OWNER)) {
                    yield work(() ->
                            page(403, client, Optional.of("Only the owner of the box orders; log in as the owner.")));
                }
                yield work(() -> ordered(fields, order, client));
            }
        });
    }

    private Answer ordered(Submission.Fields fields, Act.Order order, String owner) throws IOException {
        var name = fields.field("name").orElse("");
        var number = fields.field("number").filter(text -> text.matches("[0-9]{1,18}"));
        var outcome = order.isOfPublication()
                ? orders.give(name, order, number.map(Long::parseLong).orElse(0L), owner)
                : orders.give(name, order, owner);
        return switch (outcome) {
            case AnchorageOrders.Outcome.InForce _ -> Answer.seeOther(PATH);
            case AnchorageOrders.Outcome.Refused(int status, var why) -> page(status, owner, Optional.of(why));
        };
    }

    private Answer page(int status, String client, Optional<String> refused) throws IOException {
        return parts.templates.page(
                new Page(status, "Ledgers", "ledgers", view(client, refused, true), Optional.of(client)));
    }

    /// The newest head, for a phone.
    ///
    /// @param from what the ledger holds; empty: nothing, or what is known here
    private Answer head(String from, String client) throws IOException, CborMalformed {
        boolean isSize = SIZE.matcher(from).matches();
        if (!from.isEmpty() && !isSize) {
            var why = "What the ledger holds is a number of entries, from 1.";
            return headPage(400, HeadView.refused(from, why), client);
        }
        var base = isSize ? OptionalLong.of(Long.parseLong(from)) : OptionalLong.empty();
        return headPage(200, HeadView.of(from, base, heads.newest(base)), client);
    }

    private Answer headPage(int status, HeadView view, String client) {
        return parts.templates.page(new Page(status, "Newest head", "head", view, Optional.of(client)));
    }

    private LedgersView view(String client, Optional<String> refused, boolean named) throws IOException {
        return LedgersView.of(
                ledgers.states(named),
                named ? earlier.heads() : List.of(),
                orders,
                now.get(),
                client.equals(Claim.OWNER),
                refused);
    }

    private Future<Answer> work(Callable<Answer> work) {
        return worker.executeBlocking(work, false);
    }

    private void send(HttpServerRequest request, Future<Answer> answer) {
        answer.onSuccess(good -> good.writeTo(request)).onFailure(e -> {
            LOG.warn("{} could not be answered", request.path(), e);
            parts.sentence(500, "This page could not be made", "Open it again; if it stays, the log says why.")
                    .writeTo(request);
        });
    }
}
