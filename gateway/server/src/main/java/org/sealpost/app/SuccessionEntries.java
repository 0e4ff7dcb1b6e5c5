package org.sealpost.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.sealpost.capture.Salts;
import org.sealpost.control.Act;
import org.sealpost.journal.EntryState;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalEntry;
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

        /// Whether the entry says the same, whenever it was made and by whom.
        boolean isSaidBy(JournalEntry entry) throws IOException {
            if (entry.state() == EntryState.LEAF_LOST || !isOf(entry.leaf(), SUCCEEDS)) return false;
            // As both are read: a number of the tree has a type that its text has not.
            return without(json(entry)).equals(JSON.readTree(written(said().json())));
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
        if (!ends[0]) return Optional.empty();
        var said = json(entries.read(last));
        try {
            return Optional.of(new Successor(
                    new Origin(said.path("origin").asText()),
                    Hash.ofHex(said.path("genesis").asText())));
        } catch (IllegalArgumentException e) {
            throw unreadable(last, String.valueOf(e.getMessage()));
        }
    }

    /// @throws StartRefused if the log's last entry is that of one that ended
    static void refuseEnded(Path data, Journal entries) throws IOException {
        var successor = lastOf(entries);
        if (successor.isPresent()) {
            throw new StartRefused(
                    "the log in " + data + " says at its end that "
                            + successor.get().origin() + " goes on from it",
                    "give the same sealpost origin succeed again, which was cut: it says what to put into the"
                            + " configuration");
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
