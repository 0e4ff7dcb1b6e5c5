package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.sealpost.capture.Problem;
import org.sealpost.journal.JournalFull;
import org.sealpost.sensor.SensorSettings;
import org.sealpost.sensor.SettingsRefused;

/// What the owner does with sensors. Each act waits for disks or devices: on two workers, with few acts waiting.
final class SensorActs {
    private static final int WORKERS = 2;
    private static final int MAX_WAITING = 8;
    private static final int MAX_FORM_BYTES = 4096;

    private final Vertx vertx;
    private final SensorView view;
    private final SensorDesk desk;
    private final WorkerExecutor workers;
    private final AtomicInteger waiting = new AtomicInteger();

    SensorActs(Vertx vertx, SensorView view, SensorDesk desk) {
        this.vertx = vertx;
        this.view = view;
        this.desk = desk;
        this.workers = vertx.createSharedWorkerExecutor("sensors", WORKERS);
    }

    /// Takes a settings document: the whole of it, or none of it.
    Future<Answer> set(HttpServerRequest request, Owner owner) {
        var foreign = owner.byCookie() ? SameOrigin.objection(request) : Optional.<String>empty();
        var upload = foreign.isPresent()
                ? PostedBody.refuse(request, 403, foreign.get())
                : Upload.TOML.receive(vertx, request, SensorSettings.MAX_SIZE_BYTES);
        return upload.compose(received -> switch (received) {
            case PostedBody.Refused(int status, var sentence) ->
                Future.succeededFuture(refuse(status, owner, sentence, desk.document()));
            case PostedBody.Whole(var bytes) -> work(owner, () -> set(bytes, owner));
        });
    }

    private Answer set(byte[] bytes, Owner owner) throws Exception {
        String document;
        try {
            document = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return refuse(422, owner, "The document is not UTF-8; save it as UTF-8, then send it.", desk.document());
        }
        try {
            desk.set(document, owner.client());
        } catch (SettingsRefused e) {
            return refuse(422, owner, e.sentence(), document);
        } catch (JournalFull e) {
            return refuse(507, owner, "The data partition is full, so nothing has changed; make room first.", document);
        }
        return owner.byCookie()
                ? Answer.seeOther(SensorPages.PATH)
                : SensorAnswers.inForce(desk.states().size());
    }

    Future<Answer> discover(HttpServerRequest request, Owner owner) {
        if (owner.byCookie()) return form(request, owner, _ -> view.found(owner.client(), desk.discover()));
        // There is nothing to say in a body; whatever a program sends is read and let go.
        return PostedBody.receive(vertx, request, MAX_FORM_BYTES).compose(received -> switch (received) {
            case PostedBody.Refused(int status, var sentence) ->
                Future.succeededFuture(refuse(status, owner, sentence, desk.document()));
            case PostedBody.Whole _ -> work(owner, () -> SensorAnswers.found(desk.discover()));
        });
    }

    Future<Answer> test(HttpServerRequest request, Owner owner) {
        return form(request, owner, fields -> {
            var name = fields.field("name");
            if (name.isEmpty()
                    || desk.states().stream().noneMatch(state -> state.name().equals(name.get()))) {
                return refuse(
                        422,
                        owner,
                        "No sensor in force has this name; put the document in force first, then give its name.",
                        desk.document());
            }
            var trial = desk.test(name.get());
            return owner.byCookie() ? view.tried(owner.client(), trial) : SensorAnswers.trial(trial);
        });
    }

    @FunctionalInterface
    private interface OfFields {
        Answer answer(Submission.Fields fields) throws Exception;
    }

    private Future<Answer> form(HttpServerRequest request, Owner owner, OfFields act) {
        var form = owner.byCookie()
                ? Submission.receive(vertx, request, MAX_FORM_BYTES)
                : Submission.receiveForm(vertx, request, MAX_FORM_BYTES);
        return form.compose(submission -> switch (submission) {
            case PostedBody.Refused(int status, var sentence) ->
                Future.succeededFuture(refuse(status, owner, sentence, desk.document()));
            case Submission.Fields fields -> work(owner, () -> act.answer(fields));
        });
    }

    private Future<Answer> work(Owner owner, Callable<Answer> work) {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return Future.succeededFuture(
                    refuse(429, owner, "Too much is asked for at once; ask again in a moment.", desk.document())
                            .with("retry-after", "5"));
        }
        return workers.executeBlocking(work, false).onComplete(_ -> waiting.decrementAndGet());
    }

    /// For browsers the page with the sentence on it, for programs a problem.
    private Answer refuse(int status, Owner owner, String sentence, String document) {
        if (owner.byCookie()) return view.refused(status, owner.client(), sentence, document);
        var problem = new Problem(
                status,
                "sensors-refused",
                "Nothing has changed",
                "sensors",
                "a settings document as docs/sensors.md has it, or the name of a sensor in force",
                "do what the detail says");
        return Answer.problem(problem, sentence);
    }
}
