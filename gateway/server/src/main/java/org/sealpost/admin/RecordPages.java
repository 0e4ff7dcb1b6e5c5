package org.sealpost.admin;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.util.RawValue;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import org.sealpost.archive.Archive;
import org.sealpost.archive.ErasedRecord;
import org.sealpost.archive.GivenUpRecord;
import org.sealpost.archive.RecordSearch;
import org.sealpost.archive.StoredRecord;
import org.sealpost.capture.Problem;
import org.sealpost.capture.http.ReceiptJson;
import org.sealpost.capture.sensor.SensorCapture;
import org.sealpost.control.Act;
import org.sealpost.control.Claim;
import org.sealpost.evidence.Evidence;
import org.sealpost.record.SourceKind;

/// Records and their evidence, for the client that handed them over; what others handed over is "not found" to
/// it. The owner of the box sees what the box recorded itself, too.
public final class RecordPages {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Archive archive;
    private final Continuation continuation;

    public RecordPages(Archive archive) {
        this(archive, _ -> Optional.empty());
    }

    /// @param continuation of an origin that ended
    public RecordPages(Archive archive, Continuation continuation) {
        this.archive = archive;
        this.continuation = continuation;
    }

    /// Where a record goes on that its origin, which ended, never sealed.
    @FunctionalInterface
    public interface Continuation {
        Optional<Continued> of(long index) throws IOException;
    }

    /// @param origin that goes on from its own
    /// @param index  there
    public record Continued(String origin, long index) {}

    /// The outcome of a look-up.
    sealed interface Outcome {
        record Found(Answer answer) implements Outcome {}

        record Refused(Problem problem) implements Outcome {}
    }

    String origin() {
        return archive.identity().origin().name();
    }

    Outcome record(String id, String client) throws IOException {
        var found = find(id, client);
        if (found.isPresent()) return new Outcome.Found(Answer.json(200, describe(found.get())));
        var erased = erased(id);
        if (erased.isEmpty()) return notThere(id);
        return new Outcome.Found(
                erased.get().kept().isPresent()
                        ? Answer.json(200, describe(erased.get(), client))
                        : gone(erased.get()));
    }

    Outcome evidence(String id, String client) throws IOException {
        var found = find(id, client);
        var erased = found.isPresent() ? Optional.<ErasedRecord>empty() : erased(id);
        if (found.isEmpty() && erased.isEmpty()) return notThere(id);
        if (erased.isPresent() && erased.get().kept().isEmpty()) return new Outcome.Found(gone(erased.get()));
        Optional<byte[]> evidence;
        try {
            evidence = archive.evidence(Long.parseLong(id));
        } catch (IndexOutOfBoundsException givenUpMeanwhile) {
            return notThere(id);
        }
        if (evidence.isEmpty()) {
            var continued = continuation.of(Long.parseLong(id));
            return new Outcome.Refused(continued.map(RecordPages::goesOn).orElseGet(RecordPages::notSealedYet));
        }
        return new Outcome.Found(new Answer(200, Evidence.MEDIA_TYPE, evidence.get(), Answer.NEVER));
    }

    private Optional<StoredRecord> find(String id, String client) throws IOException {
        if (!isIndex(id)) return Optional.empty();
        return archive.find(Long.parseLong(id)).filter(record -> isFor(record, client));
    }

    private Optional<ErasedRecord> erased(String id) throws IOException {
        return isIndex(id) ? archive.erased(Long.parseLong(id)) : Optional.empty();
    }

    /// What the box recorded itself is its owner's: the acts, above all. What its sensors say is every client's, as
    /// on the page Sensors.
    static boolean isFor(StoredRecord record, String client) {
        return record.source().client().equals(client)
                || record.leaf().source() == SourceKind.SENSOR
                || client.equals(Claim.OWNER) && record.leaf().source() == SourceKind.BOX;
    }

    /// Of whom [#isFor] shows anything to them, and of nobody else.
    static RecordSearch.Sight sight(String client) {
        boolean owner = client.equals(Claim.OWNER);
        return new RecordSearch.Sight(
                client,
                owner ? EnumSet.of(SourceKind.SENSOR, SourceKind.BOX) : EnumSet.of(SourceKind.SENSOR),
                other -> SensorCapture.isSensor(other) || owner && other.equals(Act.BOX));
    }

    private String describe(StoredRecord record) throws IOException {
        var node = JSON.createObjectNode()
                .put("id", Long.toString(record.index()))
                .put("origin", archive.identity().origin().name())
                .put("index", record.index())
                .put("state", record.state().word())
                .put("capturedAt", record.capturedAt().time().toString())
                .putRawValue(
                        "clock",
                        new RawValue(ReceiptJson.appendClock(new StringBuilder(), record.capturedAt())
                                .toString()))
                .put("profile", record.leaf().profile())
                .put("mediaType", record.content().mediaType())
                .put("size", record.content().payload().length);
        record.source().idempotencyKey().ifPresent(key -> node.put("idempotencyKey", key));
        record.firstSeal()
                .ifPresent(seal -> node.put("sealedAt", seal.time().time().toString()));
        continuation
                .of(record.index())
                .ifPresent(continued ->
                        node.put("continuedAs", Long.toString(continued.index)).put("continuedIn", continued.origin));
        return node.toPrettyString() + "\n";
    }

    /// Whose an erased record was, nobody is told any more, so everybody learns what is left; what proves a
    /// copy is the owner's.
    private String describe(ErasedRecord record, String client) throws IOException {
        var json = new JsonObject()
                .put("id", Long.toString(record.index()))
                .put("origin", origin())
                .put("index", record.index())
                .put("state", record.state().word())
                .put("profile", record.leaf().profile());
        record.order().ifPresent(order -> json.put("erased", ErasureJson.of(order)));
        continuation
                .of(record.index())
                .ifPresent(continued ->
                        json.put("continuedAs", Long.toString(continued.index)).put("continuedIn", continued.origin));
        if (client.equals(Claim.OWNER)) {
            record.kept().ifPresent(kept -> json.put("slots", ErasureJson.slots(kept.slots())));
        }
        return json.encodePrettily() + "\n";
    }

    private static Answer gone(ErasedRecord record) {
        var problem = new Problem(
                410,
                "erased-record",
                "Record " + record.index() + " was erased, and what could prove a copy of it",
                "id",
                "records that nobody had erased",
                "its leaf, its place and its proofs stay in the log, with an entry of profile sealpost.erasure that"
                        + " says by whom it was erased, when, and under which rule");
        var more = new JsonObject();
        record.order().ifPresent(order -> more.put("erased", ErasureJson.of(order)));
        return Answer.problem(problem, more);
    }

    private static boolean isIndex(String id) {
        return id.matches("0|[1-9][0-9]{0,17}");
    }

    /// Whose a lost record was, or one that was given up, nobody can tell any more, so everybody learns it; what
    /// is left of it is public.
    private Outcome notThere(String id) throws IOException {
        if (!isIndex(id)) return unknown(id);
        var givenUp = archive.givenUp(Long.parseLong(id));
        if (givenUp.isPresent()) return givenUp(givenUp.get());
        return archive.isLost(Long.parseLong(id)) ? lost(id) : unknown(id);
    }

    private static Outcome givenUp(GivenUpRecord record) {
        var sealed = record.firstSeal()
                .map(seal -> ", sealed at " + seal.time().time())
                .orElse("");
        return new Outcome.Refused(new Problem(
                410,
                "given-up-record",
                "The record was given up by the retention policy of the box's owner",
                "id",
                "records that are young enough for the policy; record " + record.index() + " was of profile "
                        + record.leaf().profile() + sealed + ", state "
                        + record.state().word(),
                "its leaf is in the entry bundles below /log/ and can be proved; evidence that was handed out before"
                        + " still verifies"));
    }

    private static Outcome lost(String id) {
        return new Outcome.Refused(new Problem(
                410,
                "lost-record",
                "Record " + id + " was lost when a disk was damaged",
                "id",
                "records that salvage could read",
                "the log's entry of profile sealpost.salvage lists what was lost; evidence that was handed out before"
                        + " still verifies"));
    }

    private static Outcome unknown(String id) {
        return new Outcome.Refused(new Problem(
                404,
                "unknown-record",
                "There is no such record",
                "id",
                "ids of records that this client, or a sensor of the box, handed over",
                id.length() > 20 ? "use the id of the answer to POST /v1/records" : "check the id " + safe(id)));
    }

    private static Problem goesOn(Continued continued) {
        return new Problem(
                409,
                "continued-record",
                "Its origin ended before the record was sealed, and another one goes on with it",
                "state",
                "evidence exists from the state sealed on",
                "ask for /v1/origins/" + continued.origin + "/records/" + continued.index + "/evidence");
    }

    private static Problem notSealedYet() {
        return new Problem(
                409,
                "not-sealed-yet",
                "The record is durable, but not sealed yet",
                "state",
                "evidence exists from the state sealed on",
                "ask again in a moment; /readyz says if the token is away",
                Optional.of(Duration.ofSeconds(1)));
    }

    private static String safe(String id) {
        return id.replaceAll("[^A-Za-z0-9_.-]", "?");
    }
}
