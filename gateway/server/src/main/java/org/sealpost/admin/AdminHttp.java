package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.sealpost.capture.Problem;
import org.sealpost.capture.http.HttpCapture;
import org.sealpost.capture.http.ProblemJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All that is asked of a box over HTTP; handing records over is [org.sealpost.capture.http.HttpCapture]'s.
///
/// Runs on the event loops; what reads disks runs on a few worker threads and is answered on the
/// loop. How much is in memory at once is bounded, whatever is asked for. Records of origins that ended have
/// threads of their own: their directories may lie on a disk that hangs, and nothing else waits for that.
public final class AdminHttp implements Handler<HttpServerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(AdminHttp.class);
    private static final Pattern RECORD = Pattern.compile("/v1/records/([^/]{1,64})(/evidence)?");
    private static final Pattern RECORD_OF_ORIGIN =
            Pattern.compile("/v1/origins/(.{1,200})/records/([^/]{1,64})(/evidence)?");
    private static final String LOG_PATH = "/log/";

    private static final Problem NOT_FOUND = new Problem(
            404,
            "not-found",
            "There is nothing at this path",
            "path",
            "the paths of docs/integrators.md",
            "check the address");
    private static final Problem NOT_READ = new Problem(
            503,
            "origin-not-readable",
            "An origin that this one goes on from cannot be read at the moment, and this may be it",
            "path",
            "origins that the box can read",
            "ask again later; /readyz says what is wrong",
            Optional.of(Duration.ofSeconds(30)));
    private static final Problem METHOD =
            new Problem(405, "method-not-allowed", "This can only be read", "method", "GET and HEAD", "use GET");
    static final Problem NOT_AUTHENTICATED = new Problem(
            401,
            "not-authenticated",
            "The token is missing or wrong",
            "Authorization",
            "Bearer and a token that this box knows",
            "ask the operator of the box for a token");
    private static final Problem BROKEN = new Problem(
            500,
            "internal-error",
            "The box could not answer",
            "",
            "",
            "ask again; if it stays, /readyz and the log say why");

    private static final Problem BUSY = new Problem(
            503,
            "busy",
            "Too many answers wait for their clients to take them",
            "bytes of answers",
            "bounded, so that memory does not grow with load",
            "take the answers that were asked for, then ask again",
            Optional.of(Duration.ofSeconds(1)));

    private static final Problem EARLIER_BUSY = new Problem(
            503,
            "busy",
            "Too many wait for records of origins that ended",
            "path",
            "a few at a time, since their disk may hang",
            "ask again later",
            Optional.of(Duration.ofSeconds(30)));

    /// What was read from disk and is not taken yet, of all connections together. One alone may be larger.
    private static final long MAX_UNSENT_BYTES = 16L << 20;

    /// Each may hold a few copies of the largest payload while it works.
    private static final int READERS = 4;

    private static final int EARLIER_READERS = 2;

    /// With those that are being read.
    static final int MAX_OF_EARLIER = 16;

    private final AtomicLong unsentBytes = new AtomicLong();
    private final AtomicInteger ofEarlier = new AtomicInteger();
    private final WorkerExecutor readers;
    private final WorkerExecutor earlierReaders;
    private final Function<HttpServerRequest, Optional<String>> client;
    private final RecordPages records;
    private final EarlierRecords earlier;
    private final SearchPages search;
    private final LogPages log;
    private final HealthPages health;

    /// @param client  whose token a request carries
    /// @param earlier of origins that this one goes on from
    public AdminHttp(
            Vertx vertx,
            Function<HttpServerRequest, Optional<String>> client,
            RecordPages records,
            EarlierRecords earlier,
            SearchPages search,
            LogPages log,
            HealthPages health) {
        this.readers = vertx.createSharedWorkerExecutor("reader", READERS);
        this.earlierReaders = vertx.createSharedWorkerExecutor("earlier-reader", EARLIER_READERS);
        this.client = client;
        this.records = records;
        this.earlier = earlier;
        this.search = search;
        this.log = log;
        this.health = health;
    }

    @Override
    public void handle(HttpServerRequest request) {
        if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
            request.response().putHeader("allow", "GET, HEAD");
            ProblemJson.send(request.response(), METHOD);
            return;
        }
        var path = Optional.ofNullable(request.path()).orElse("");
        switch (path) {
            case "/livez" -> health.live().writeTo(request);
            case "/readyz" -> health.ready().writeTo(request);
            case "/metrics" -> health.metrics().writeTo(request);
            default -> read(request, path);
        }
    }

    private void read(HttpServerRequest request, String path) {
        if (path.startsWith(LOG_PATH)) {
            answer(
                    request,
                    () -> log.page(path.substring(LOG_PATH.length()))
                            .map(this::found)
                            .orElse(refused(NOT_FOUND)));
            return;
        }
        if (path.equals(HttpCapture.PATH)) {
            search(request);
            return;
        }
        var record = RECORD.matcher(path);
        if (record.matches()) {
            who(request)
                    .ifPresent(who -> answer(request, lookUp(records, record.group(1), record.group(2) != null, who)));
            return;
        }
        var ofOrigin = RECORD_OF_ORIGIN.matcher(path);
        if (!ofOrigin.matches()) {
            ProblemJson.send(request.response(), NOT_FOUND);
            return;
        }
        var origin = ofOrigin.group(1);
        boolean isPresent = origin.equals(records.origin());
        var ofThat = isPresent ? Optional.of(records) : earlier.of(origin);
        if (ofThat.isPresent()) {
            who(request).ifPresent(who -> {
                var work = lookUp(ofThat.get(), ofOrigin.group(2), ofOrigin.group(3) != null, who);
                if (isPresent) answer(request, work);
                else answerOfEarlier(request, work);
            });
        } else if (!earlier.areMissing()) {
            ProblemJson.send(request.response(), NOT_FOUND);
        } else if (who(request).isPresent()) {
            ProblemJson.send(request.response(), NOT_READ);
        }
    }

    private static Callable<RecordPages.Outcome> lookUp(RecordPages records, String id, boolean evidence, String who) {
        return () -> evidence ? records.evidence(id, who) : records.record(id, who);
    }

    private void search(HttpServerRequest request) {
        var who = who(request);
        if (who.isEmpty()) return;
        try {
            var asked = SearchQuery.parameters(request);
            answer(request, () -> search.page(asked, who.get()));
        } catch (IllegalArgumentException e) {
            ProblemJson.send(request.response(), SearchPages.refused(e));
        }
    }

    /// Who asks; empty if that was answered already, since nobody knows.
    private Optional<String> who(HttpServerRequest request) {
        var who = client.apply(request);
        if (who.isEmpty()) {
            request.response().putHeader("www-authenticate", "Bearer realm=\"sealpost\"");
            ProblemJson.send(request.response(), NOT_AUTHENTICATED);
        }
        return who;
    }

    private void answer(HttpServerRequest request, Callable<RecordPages.Outcome> work) {
        answer(request, readers.executeBlocking(() -> bounded(work.call()), false));
    }

    private void answerOfEarlier(HttpServerRequest request, Callable<RecordPages.Outcome> work) {
        if (ofEarlier.incrementAndGet() > MAX_OF_EARLIER) {
            ofEarlier.decrementAndGet();
            ProblemJson.send(request.response(), EARLIER_BUSY);
            return;
        }
        var outcome = earlierReaders.executeBlocking(() -> bounded(work.call()), false);
        outcome.onComplete(_ -> ofEarlier.decrementAndGet());
        answer(request, outcome);
    }

    private void answer(HttpServerRequest request, Future<RecordPages.Outcome> coming) {
        coming.onComplete(outcome -> {
            switch (outcome.result()) {
                case RecordPages.Outcome.Found(var answer) -> send(request, answer);
                case RecordPages.Outcome.Refused(var problem) -> ProblemJson.send(request.response(), problem);
                case null -> {
                    LOG.warn("{} could not be answered", request.path(), outcome.cause());
                    ProblemJson.send(request.response(), BROKEN);
                }
            }
        });
    }

    /// On the reader's thread: what waits for its event loop counts already.
    private RecordPages.Outcome bounded(RecordPages.Outcome outcome) {
        if (!(outcome instanceof RecordPages.Outcome.Found(var answer))) return outcome;
        int size = answer.body().length;
        long unsent = unsentBytes.addAndGet(size);
        if (unsent <= MAX_UNSENT_BYTES || unsent == size) return outcome;
        unsentBytes.addAndGet(-size);
        return refused(BUSY);
    }

    private void send(HttpServerRequest request, Answer answer) {
        answer.writeTo(request).onComplete(taken -> unsentBytes.addAndGet(-answer.body().length));
    }

    private RecordPages.Outcome found(Answer answer) {
        return new RecordPages.Outcome.Found(answer);
    }

    private RecordPages.Outcome refused(Problem problem) {
        return new RecordPages.Outcome.Refused(problem);
    }
}
