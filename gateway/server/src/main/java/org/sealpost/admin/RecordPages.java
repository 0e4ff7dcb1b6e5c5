package org.sealpost.admin;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import org.sealpost.archive.Archive;
import org.sealpost.archive.RecordSearch;
import org.sealpost.archive.StoredRecord;
import org.sealpost.capture.Problem;
import org.sealpost.capture.http.ReceiptJson;
import org.sealpost.control.Claim;
import org.sealpost.evidence.Evidence;
import org.sealpost.record.SourceKind;

/// Records and their evidence, for the client that handed them over; what others handed over is "not found" to
/// it. The owner of the box sees what the box recorded itself, too.
public final class RecordPages {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Archive archive;

    public RecordPages(Archive archive) {
        this.archive = archive;
    }

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
        return found.isEmpty() ? notThere(id) : new Outcome.Found(Answer.json(200, describe(found.get())));
    }

    Outcome evidence(String id, String client) throws IOException {
        var found = find(id, client);
        if (found.isEmpty()) return notThere(id);
        var evidence = archive.evidence(found.get().index());
        if (evidence.isEmpty()) return new Outcome.Refused(notSealedYet());
        return new Outcome.Found(new Answer(200, Evidence.MEDIA_TYPE, evidence.get(), Answer.NEVER));
    }

    private Optional<StoredRecord> find(String id, String client) throws IOException {
        if (!isIndex(id)) return Optional.empty();
        return archive.find(Long.parseLong(id)).filter(record -> isFor(record, client));
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
        return new RecordSearch.Sight(
                client,
                client.equals(Claim.OWNER)
                        ? EnumSet.of(SourceKind.SENSOR, SourceKind.BOX)
                        : EnumSet.of(SourceKind.SENSOR));
    }

    private String describe(StoredRecord record) {
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
        return node.toPrettyString() + "\n";
    }

    private static boolean isIndex(String id) {
        return id.matches("0|[1-9][0-9]{0,17}");
    }

    /// Whose a lost record was, nobody can tell any more, so everybody learns that it is lost.
    private Outcome notThere(String id) throws IOException {
        return isIndex(id) && archive.isLost(Long.parseLong(id)) ? lost(id) : unknown(id);
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
