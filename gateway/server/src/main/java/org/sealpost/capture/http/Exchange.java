package org.sealpost.capture.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.sealpost.capture.CapturedRecord;
import org.sealpost.capture.Intake;
import org.sealpost.capture.IntakeOutcome;
import org.sealpost.capture.Problem;
import org.sealpost.capture.Receipt;
import org.sealpost.capture.Reply;
import org.sealpost.record.Origin;
import org.sealpost.record.SourceKind;

/// One request and its response: receives the body within its bounds, offers the record, writes the answer. Lives
/// on one event loop.
final class Exchange implements Reply {
    /// A client that was refused while it still sends is listened to for this long: closing at once would make
    /// its system throw the answer away unread (RFC 9112 §9.6).
    private static final long LINGER_MILLIS = 1000;

    /// Up to five digits of Content-Length are read to their end.
    private static final int SMALL_REST_DIGITS = 5;

    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Intake intake;
    private final Origin origin;
    private final HttpConfig config;
    private final BodyBudget budget;
    private final Executor executor;

    private @Nullable Body body;
    private long timer = NO_TIMER;
    private boolean over;

    Exchange(
            Vertx vertx,
            HttpServerRequest request,
            Intake intake,
            Origin origin,
            HttpConfig config,
            BodyBudget budget) {
        this.vertx = vertx;
        this.request = request;
        this.response = request.response();
        this.intake = intake;
        this.origin = origin;
        this.config = config;
        this.budget = budget;
        // The event loop itself: one for all of its connections, so that the answers of a group come in one task.
        this.executor = ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop();
    }

    void receive(HttpCapture.Head head) {
        var receiving = new Body(head.maxBytes(), budget);
        body = receiving;
        timer = vertx.setTimer(
                config.bodyTimeout().toMillis(), id -> abandon(HttpProblems.tooSlow(config.bodyTimeout())));
        request.handler(part -> add(receiving, part));
        request.endHandler(end -> offer(receiving, head));
        request.exceptionHandler(gone -> finish());
        if (request.headers().contains(HttpHeaders.EXPECT)) response.writeContinue();
    }

    private void add(Body receiving, Buffer part) {
        if (over) return;
        switch (receiving.add(part)) {
            case ENOUGH -> {}
            case TOO_LARGE -> abandon(Problem.payloadTooLarge(intake.config().maxPayloadBytes()));
            case NO_MEMORY -> {
                intake.metrics().busy.increment();
                abandon(HttpProblems.busy(Duration.ofSeconds(1)));
            }
        }
    }

    private void offer(Body receiving, HttpCapture.Head head) {
        if (over) return;
        byte[] payload = receiving.take();
        finish();
        intake.offer(
                new CapturedRecord(
                        SourceKind.HTTP,
                        head.client(),
                        head.key(),
                        request.path(),
                        head.profile(),
                        head.mediaType(),
                        payload),
                this);
    }

    /// Nothing is received any more.
    private void finish() {
        over = true;
        if (timer != NO_TIMER) vertx.cancelTimer(timer);
        timer = NO_TIMER;
        if (body != null) body.drop();
    }

    /// Answers before the body has come, and throws away what still comes of it. After a small rest the connection can
    /// be used again; else it is closed.
    void refuse(Problem problem) {
        if (isRestSmall()) {
            request.handler(part -> {});
            ProblemJson.send(response, problem);
        } else {
            abandon(problem);
        }
    }

    /// Answers in the middle of the body, or instead of a large one, and closes the connection.
    private void abandon(Problem problem) {
        finish();
        if (!request.isEnded()) closeAfterRest();
        ProblemJson.send(response, problem);
    }

    private void closeAfterRest() {
        response.putHeader(HttpHeaders.CONNECTION, "close");
        long linger = vertx.setTimer(LINGER_MILLIS, id -> request.connection().close());
        request.handler(part -> {});
        request.exceptionHandler(gone -> vertx.cancelTimer(linger));
        request.endHandler(end -> {
            vertx.cancelTimer(linger);
            request.connection().close();
        });
    }

    /// A client that waits for leave to send its body may send it all the same, or not: nobody can tell what comes
    /// next.
    private boolean isRestSmall() {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length != null
                && length.length() <= SMALL_REST_DIGITS
                && !request.headers().contains(HttpHeaders.EXPECT);
    }

    @Override
    public Executor executor() {
        return executor;
    }

    @Override
    public void answer(IntakeOutcome outcome) {
        switch (outcome) {
            case IntakeOutcome.Accepted accepted -> send(201, accepted.receipt());
            case IntakeOutcome.Repeated repeated -> send(200, repeated.first());
            case IntakeOutcome.Conflict conflict ->
                ProblemJson.send(response, HttpProblems.CONFLICT, first(conflict.first()));
            case IntakeOutcome.Refused refused -> ProblemJson.send(response, refused.problem());
            case IntakeOutcome.Busy busy -> ProblemJson.send(response, HttpProblems.busy(busy.retryAfter()));
        }
    }

    private void send(int status, Receipt receipt) {
        // Whoever has gone finds the record by its key when it comes back.
        if (response.ended() || response.closed()) return;
        response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, ReceiptJson.MEDIA_TYPE)
                .putHeader(HttpHeaders.LOCATION, ReceiptJson.location(receipt))
                .end(ReceiptJson.of(receipt, origin));
    }

    private static JsonObject first(Receipt first) {
        return new JsonObject()
                .put(
                        "first",
                        new JsonObject()
                                .put("id", Long.toString(first.index()))
                                .put("location", ReceiptJson.location(first)));
    }
}
