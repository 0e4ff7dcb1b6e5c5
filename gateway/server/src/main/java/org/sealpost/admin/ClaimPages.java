package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.sealpost.control.Act;
import org.sealpost.control.Claim;
import org.sealpost.control.ClaimOutcome;
import org.sealpost.journal.JournalFull;

/// The pages by which a box comes to its owner; all the rules are [Claim]'s.
final class ClaimPages {
    /// As long as nobody has claimed the box; then it is another page's.
    static final String HOME = "/";

    static final String CLAIM = "/claim";
    static final String CONFIRM = "/claim/confirm";

    private static final int MAX_FORM_BYTES = 4096;

    /// Tries that wait for the one before them; more are too soon anyway.
    private static final int MAX_WAITING = 16;

    private final Vertx vertx;
    private final PageParts parts;
    private final Claim claim;
    private final String keyFingerprint;
    private final String origin;
    private final WorkerExecutor worker;
    private final AtomicInteger waiting = new AtomicInteger();

    private record Code(Optional<String> refused) {}

    /// @param code as it was entered: the confirmation sends it again
    private record Token(String token, String code, String keyFingerprint, String origin) {
        @Override
        public String toString() {
            return "Token";
        }
    }

    ClaimPages(Vertx vertx, PageParts parts, Claim claim, byte[] sealingKey, String origin) {
        this.vertx = vertx;
        this.parts = parts;
        this.claim = claim;
        this.keyFingerprint = Fingerprint.of(sealingKey);
        this.origin = origin;
        this.worker = vertx.createSharedWorkerExecutor("claim", 1);
    }

    boolean isClaimed() {
        return claim.isClaimed();
    }

    Answer form() {
        return claim.isClaimed() ? claimed() : form(200, Optional.empty());
    }

    Future<Answer> enter(HttpServerRequest request) {
        return submit(request, (fields, by) -> {
            var code = fields.field("code").orElse("");
            return answer(request, code, claim.enter(code, by));
        });
    }

    Future<Answer> confirm(HttpServerRequest request) {
        return submit(request, (fields, by) -> {
            var code = fields.field("code").orElse("");
            return answer(
                    request, code, claim.confirm(code, fields.field("token").orElse(""), by));
        });
    }

    /// Waits for the disk.
    private interface Step {
        Answer take(Submission.Fields fields, String by) throws Exception;
    }

    private Future<Answer> submit(HttpServerRequest request, Step step) {
        var by = Act.Stamp.somebodyAt(Optional.ofNullable(request.remoteAddress())
                .map(address -> String.valueOf(address.hostAddress()))
                .orElse(""));
        return Submission.receiveFromAnybody(vertx, request, MAX_FORM_BYTES).compose(submission -> switch (submission) {
            case PostedBody.Refused(int status, var sentence) ->
                Future.succeededFuture(form(status, Optional.of(sentence)));
            case Submission.Fields fields -> oneByOne(() -> step.take(fields, by));
        });
    }

    private Future<Answer> oneByOne(Callable<Answer> step) {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return Future.succeededFuture(wait(Duration.ofSeconds(2), "Too many codes are entered at once"));
        }
        return worker.executeBlocking(step, true)
                .recover(e -> e instanceof JournalFull
                        ? Future.succeededFuture(form(
                                507,
                                Optional.of("The data partition is full, so nothing can be tried; make room first.")))
                        : Future.failedFuture(e))
                .onComplete(_ -> waiting.decrementAndGet());
    }

    private Answer answer(HttpServerRequest request, String code, ClaimOutcome outcome) {
        return switch (outcome) {
            case ClaimOutcome.Offered(var token) ->
                parts.templates.page(Page.open(
                        200, "Keep the token", "claim-token", new Token(token, code, keyFingerprint, origin)));
            case ClaimOutcome.Wrong wrong -> form(403, Optional.of(sentence(wrong)));
            case ClaimOutcome.TooSoon(var wait) -> wait(wait, "Another code was entered just before");
            case ClaimOutcome.Locked(var wait) ->
                wait(wait, "Too many codes were wrong, so nothing is tried for a while, the right code included");
            case ClaimOutcome.Stale() ->
                form(
                        409,
                        Optional.of("This is not the token that was shown last; enter the code again, and keep the"
                                + " token that is shown then."));
            case ClaimOutcome.Claimed(var client) ->
                Answer.seeOther(CertificatePages.PATH)
                        .with("set-cookie", parts.sessions.begin(request, new Session(client)));
            case ClaimOutcome.AlreadyClaimed() -> claimed();
        };
    }

    private static String sentence(ClaimOutcome.Wrong wrong) {
        int left = wrong.triesLeft();
        return left == 0
                ? "The code is wrong, for the fifth time: nothing is tried for the next "
                        + wrong.lock().toMinutes() + " minutes; then read the code off the console."
                : "The code is wrong; read it off the console of the box. "
                        + (left == 1 ? "One try is left." : left + " tries are left.");
    }

    private Answer wait(Duration wait, String why) {
        var seconds = Math.max(1, wait.plusNanos(999_999_999).toSeconds());
        return form(429, Optional.of(why + "; try again in " + seconds + " seconds."))
                .with("retry-after", Long.toString(seconds));
    }

    private Answer form(int status, Optional<String> refused) {
        return parts.templates.page(Page.open(status, "Claim this box", "claim", new Code(refused)));
    }

    private Answer claimed() {
        return parts.sentence(
                409, "This box is claimed", "This box has an owner; ask the owner for a token, and log in with it.");
    }
}
