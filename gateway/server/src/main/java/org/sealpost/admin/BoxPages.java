package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The pages that people open in a browser: who logs in with a client's token sees Home, and finds records.
///
/// Runs on the event loops; what looks at the box runs on a few worker threads. Answers that nobody takes are
/// bounded.
public final class BoxPages implements Handler<HttpServerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(BoxPages.class);

    private static final int WORKERS = 2;
    private static final long MAX_UNSENT_BYTES = 4L << 20;

    private final WorkerExecutor workers;
    private final PageParts parts;
    private final LoginPages login;
    private final HomePages home;
    private final FinderPage finder;
    private final AtomicLong unsentBytes = new AtomicLong();

    /// @param clientOf whose token this is
    /// @param nanoTime running time, by which who was wrong too often has to wait
    public BoxPages(
            Vertx vertx,
            PageParts parts,
            Function<String, Optional<String>> clientOf,
            BoxView box,
            FinderPage finder,
            LongSupplier nanoTime) {
        this.parts = parts;
        this.finder = finder;
        workers = vertx.createSharedWorkerExecutor("pages", WORKERS);
        login = new LoginPages(vertx, parts.templates, parts.sessions, clientOf, nanoTime);
        home = new HomePages(parts.templates, box);
    }

    /// Whether this path is one of the pages'.
    public boolean serves(String path) {
        return switch (path) {
            case HomePages.PATH, HomePages.STATE_PATH, FinderPage.PATH, LoginPages.LOGIN, LoginPages.LOGOUT -> true;
            default -> path.startsWith(Assets.PATH);
        };
    }

    @Override
    public void handle(HttpServerRequest request) {
        if (request.method() == HttpMethod.POST) {
            post(request);
            return;
        }
        // What is only read has no body; one that is sent all the same is not waited for.
        request.resume();
        if (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD) read(request);
        else send(request, notAllowed(request));
    }

    private void read(HttpServerRequest request) {
        var session = parts.sessions.of(request);
        switch (request.path()) {
            case LoginPages.LOGIN -> send(request, login.form(session));
            case HomePages.PATH -> {
                if (session.isEmpty()) send(request, Answer.seeOther(LoginPages.LOGIN));
                else look(request, () -> home.page(session.get()));
            }
            case HomePages.STATE_PATH -> {
                if (session.isEmpty()) send(request, LoginPages.askedByScript());
                else look(request, () -> home.state(session.get()));
            }
            case FinderPage.PATH -> {
                if (session.isEmpty()) send(request, Answer.seeOther(LoginPages.LOGIN));
                else find(request, session.get());
            }
            case LoginPages.LOGOUT -> send(request, notAllowed(request));
            default -> send(request, parts.assets.find(request.path()).orElseGet(this::notFound));
        }
    }

    private void post(HttpServerRequest request) {
        switch (request.path()) {
            case LoginPages.LOGIN -> send(request, login.login(request));
            case LoginPages.LOGOUT -> send(request, login.logout(request));
            default -> send(request, notAllowed(request));
        }
    }

    private void find(HttpServerRequest request, Session session) {
        try {
            var asked = SearchQuery.formParameters(request);
            look(request, () -> finder.page(parts.templates, asked, session));
        } catch (IllegalArgumentException e) {
            send(request, finder.refused(parts.templates, Map.of(), session, e));
        }
    }

    private void look(HttpServerRequest request, Callable<Answer> work) {
        send(request, workers.executeBlocking(work, false));
    }

    private void send(HttpServerRequest request, Future<Answer> answer) {
        answer.onSuccess(good -> send(request, good)).onFailure(e -> {
            LOG.warn("{} could not be answered", request.path(), e);
            send(
                    request,
                    sentence(500, "This page could not be made", "Open it again; if it stays, the log says why."));
        });
    }

    private void send(HttpServerRequest request, Answer answer) {
        int size = answer.body().length;
        long unsent = unsentBytes.addAndGet(size);
        if (unsent > MAX_UNSENT_BYTES && unsent != size) {
            unsentBytes.addAndGet(-size);
            new Answer(503, "text/plain; charset=utf-8", new byte[0], Answer.NEVER)
                    .with("retry-after", "1")
                    .writeTo(request);
            return;
        }
        answer.writeTo(request).onComplete(taken -> unsentBytes.addAndGet(-size));
    }

    private Answer notFound() {
        return sentence(404, "Not found", "There is nothing at this path; begin at Home.");
    }

    private Answer notAllowed(HttpServerRequest request) {
        Answer.closeAfter(request);
        var allowed = switch (request.path()) {
            case LoginPages.LOGOUT -> "POST";
            case LoginPages.LOGIN -> "GET, HEAD, POST";
            default -> "GET, HEAD";
        };
        return sentence(405, "Not allowed", "This path takes " + allowed + " only; use the links of the pages.")
                .with("allow", allowed);
    }

    private Answer sentence(int status, String title, String sentence) {
        return parts.sentence(status, title, sentence);
    }
}
