package org.sealpost.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.sealpost.capture.Salts;
import org.sealpost.control.Act;
import org.sealpost.journal.EntryState;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.journal.JournalEntry;
import org.sealpost.journal.Salvage;
import org.sealpost.merkle.Hash;
import org.sealpost.profile.Profiles;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.EntryEncoder;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Origin;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;

/// The two entries that tie an origin to the one that it goes on from (docs/formats.md §31): entry 1 of the
/// new log, and where the old one can still say it, that one's last.
final class SuccessionEntries {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> BY_WHOM_AND_WHEN = List.of("at", "clock", "by");
    private static final String WHERE = "origin";

    /// Where the new log names the old one.
    private static final long SUCCEEDS_AT = 1;

    /// Where what it took over begins, if it took anything.
    static final long TAIL_AT = 2;

    private static final String SUCCEEDS = "sealpost.succeeds";
    private static final String SUCCEEDED = "sealpost.succeeded";

    private SuccessionEntries() {}

    /// What one of them says, without when and by whom.
    private record Said(String profile, ObjectNode json) {
        EntryEncoder.Encoded encoded(ClockReading clock, String by) {
            var whole = json.deepCopy()
                    .put("at", NotedActs.MILLIS.format(clock.time()))
                    .put("clock", clock.state().name().toLowerCase(Locale.ROOT))
                    .put("by", by);
            var salts = new byte[EntryEncoder.SALTS_SIZE];
            Salts.secure().fill(salts);
            return new EntryEncoder()
                    .encode(
                            new EntryEncoder.Profiled(profile, 1),
                            SourceKind.BOX,
                            new Source(Act.BOX, Optional.of(profile.substring(Profiles.RESERVED.length())), WHERE),
                            clock,
                            new Content("application/json", written(whole)),
                            salts);
        }
    }

    /// What the new log says of the old one.
    ///
    /// @param sealed entries below the old log's newest head as it lies there, 0 if there is none
    /// @param root   of that head; zeros if there is none
    /// @param kept   the index behind the last entry that lies there
    /// @param first  the index there of the first entry that was taken over; 0 if none was
    /// @param count  how many were
    record Succeeds(
            Origin origin,
            Hash genesis,
            SuccessionReason reason,
            long sealed,
            Hash root,
            long kept,
            long first,
            long count) {
        private Said said() {
            return new Said(
                    SUCCEEDS,
                    begun(origin, genesis, reason)
                            .put("sealed", sealed)
                            .put("root", root.hex())
                            .put("kept", kept)
                            .put("first", first)
                            .put("count", count));
        }

        EntryEncoder.Encoded encoded(ClockReading clock, String by) {
            return said().encoded(clock, by);
        }

        /// Whether records were taken over, and none of them can have been published as this log knew it: only
        /// what is sealed is, and where no seal could be read it may have been sealed.
        boolean hasUnpublished() {
            return count > 0 && (sealed > 0 || reason != SuccessionReason.DAMAGED);
        }

        /// Whether the entry says the same, whenever it was made and by whom.
        boolean isSaidBy(JournalEntry entry) throws IOException {
            if (entry.state() == EntryState.LEAF_LOST || !isOf(entry.leaf(), SUCCEEDS)) return false;
            // As both are read: a number of the tree has a type that its text has not.
            return without(json(entry)).equals(JSON.readTree(written(said().json())));
        }
    }

    /// What the new log says of the old one; empty where it goes on from none, and where entry 1 was given up.
    ///
    /// @throws IOException if it cannot be read
    static Optional<Succeeds> first(Journal entries) throws IOException {
        if (entries.firstIndex() > SUCCEEDS_AT || entries.size() <= SUCCEEDS_AT) return Optional.empty();
        boolean[] says = {false};
        entries.scanLeaves(SUCCEEDS_AT, 1, (_, leaf) -> says[0] = isOf(leaf, SUCCEEDS));
        if (!says[0]) return Optional.empty();
        var said = json(entries.read(SUCCEEDS_AT));
        try {
            return Optional.of(new Succeeds(
                    new Origin(said.path("origin").asText()),
                    Hash.ofHex(said.path("genesis").asText()),
                    SuccessionReason.of(said.path("reason").asText())
                            .orElseThrow(() -> unreadable(SUCCEEDS_AT, "of a later release")),
                    said.path("sealed").asLong(),
                    Hash.ofHex(said.path("root").asText()),
                    said.path("kept").asLong(),
                    said.path("first").asLong(),
                    said.path("count").asLong()));
        } catch (IllegalArgumentException e) {
            throw unreadable(SUCCEEDS_AT, String.valueOf(e.getMessage()));
        }
    }

    /// What the old log says at its end.
    static EntryEncoder.Encoded succeeded(Successor successor, SuccessionReason reason, ClockReading clock, String by) {
        return new Said(SUCCEEDED, begun(successor.origin(), successor.genesis(), reason)).encoded(clock, by);
    }

    private static ObjectNode begun(Origin origin, Hash genesis, SuccessionReason reason) {
        return JSON.createObjectNode()
                .put("origin", origin.name())
                .put("genesis", genesis.hex())
                .put("reason", reason.word());
    }

    /// Who goes on from a log as its last entry says; empty if that is any other entry.
    ///
    /// @throws IOException if it says that the log ended, and not how
    static Optional<Successor> lastOf(Journal entries) throws IOException {
        if (entries.size() == entries.firstIndex()) return Optional.empty();
        long last = entries.size() - 1;
        // The leaf first: a body that nobody asks for may be damaged, and the log goes on.
        boolean[] ends = {false};
        entries.scanLeaves(last, 1, (_, leaf) -> ends[0] = isOf(leaf, SUCCEEDED));
        return ends[0] ? Optional.of(saidBy(entries.read(last))) : Optional.empty();
    }

    /// Who goes on as this entry says, which is such a one.
    ///
    /// @throws IOException if it cannot be read
    private static Successor saidBy(JournalEntry entry) throws IOException {
        var said = json(entry);
        try {
            return new Successor(
                    new Origin(said.path("origin").asText()),
                    Hash.ofHex(said.path("genesis").asText()));
        } catch (IllegalArgumentException e) {
            throw unreadable(entry.index(), String.valueOf(e.getMessage()));
        }
    }

    /// That a damaged log says at its end that another goes on.
    ///
    /// @param successor empty where it cannot be read which one
    record Ending(Optional<Successor> successor) {}

    /// As far as it can be read; nothing comes behind the entry that says so.
    static Optional<Ending> lastOf(Salvage damaged) throws IOException {
        var at = new ArrayList<Long>();
        damaged.leaves((index, leaf) -> {
            if (isOf(leaf, SUCCEEDED)) at.add(index);
        });
        if (at.isEmpty()) return Optional.empty();
        var said = new ArrayList<Successor>();
        damaged.entries(at.getLast(), entry -> {
            if (entry.index() != at.getLast()) return;
            try {
                said.add(saidBy(entry));
            } catch (IOException e) {
                // Whoever asks refuses what is not named.
            }
        });
        return Optional.of(new Ending(said.stream().findFirst()));
    }

    /// What somebody can do who has lost the directory of the origin that goes on, which no gateway has used.
    static String wayOut(Successor lost) {
        return "if that directory is lost, and no gateway ever ran there: --reason damaged --lost " + lost.origin()
                + ", with another one";
    }

    /// @throws StartRefused if the log's last entry is that of one that ended
    static void refuseEnded(Path data, Journal entries) throws IOException {
        var successor = lastOf(entries);
        if (successor.isPresent()) {
            throw new StartRefused(
                    "the log in " + data + " says at its end that "
                            + successor.get().origin() + " goes on from it",
                    "give the same sealpost origin succeed again, which was cut: it says what to put into the"
                            + " configuration; " + wayOut(successor.get()));
        }
    }

    /// The index behind the last entry that was taken over; [Long#MAX_VALUE] where entry 1 does not tell any
    /// more.
    static long tailEnd(Journal entries) {
        try {
            return first(entries).map(says -> TAIL_AT + says.count()).orElse(Long.MAX_VALUE);
        } catch (IOException | JournalDamaged e) {
            return Long.MAX_VALUE;
        }
    }

    /// Whether it is of an entry of the box's own of this profile.
    static boolean isOf(byte[] leaf, String profile) {
        try {
            return Leaf.parse(leaf) instanceof HeaderLeaf header
                    && header.source() == SourceKind.BOX
                    && header.profile().equals(profile);
        } catch (CborMalformed e) {
            // Whoever reads the entry will say so.
            return false;
        }
    }

    private static JsonNode json(JournalEntry entry) throws IOException {
        if (!entry.hasBody()) throw unreadable(entry.index(), "its body is gone");
        try {
            if (Body.parse(entry.body()).slots().get(Slot.CONTENT) instanceof Slot.Shown content)
                return JSON.readTree(Content.parse(content.bytes()).payload());
            throw unreadable(entry.index(), "its content is withheld");
        } catch (CborMalformed e) {
            throw unreadable(entry.index(), String.valueOf(e.getMessage()));
        } catch (JsonProcessingException e) {
            throw unreadable(entry.index(), "it is no JSON");
        }
    }

    private static JsonNode without(JsonNode json) {
        return json instanceof ObjectNode object ? object.deepCopy().without(BY_WHOM_AND_WHEN) : json;
    }

    private static byte[] written(ObjectNode json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts and numbers can be written", e);
        }
    }

    private static IOException unreadable(long index, String why) {
        return new IOException("entry " + index + " ties this log to another, and cannot be read: " + why);
    }
}
