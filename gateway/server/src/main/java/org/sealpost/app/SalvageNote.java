package org.sealpost.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.sealpost.control.AuditTrail;
import org.sealpost.journal.Damage;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Examination;
import org.sealpost.journal.Salvage;
import org.sealpost.record.ClockReading;
import org.sealpost.stage.Stage;

/// What a salvage lost, as it comes into the log (docs/formats.md §7): written beside the salvaged entries, taken from
/// there by the next start.
final class SalvageNote {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String AS_IS = "asIs";
    private static final String ENTRIES = "entries";
    private static final int MOST_RANGES = 1000;

    /// Of the note's hash, so many digits are in the key of its entry.
    private static final int DIGITS = 32;

    private SalvageNote() {}

    static byte[] of(Examination found, ClockReading clock, String by, boolean asIs) {
        var json = JSON.createObjectNode()
                .put("at", NotedActs.MILLIS.format(clock.time()))
                .put("clock", clock.state().name().toLowerCase(Locale.ROOT))
                .put("by", by)
                .put("journal", SalvageSwap.ENTRIES)
                .put(ENTRIES, found.nextIndex());
        if (asIs) json.put(AS_IS, true);
        ranges(json, found);
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts can be written", e);
        }
    }

    /// Whether it says of the journal what was found now.
    static boolean isOf(byte[] note, Examination found) throws IOException {
        var now = JSON.createObjectNode().put(ENTRIES, found.nextIndex());
        ranges(now, found);
        // As both are read: a number of the tree has a type that its text has not.
        var said = JSON.readTree(note);
        return JSON.readTree(JSON.writeValueAsBytes(now)).properties().stream()
                .allMatch(field -> field.getValue().equals(said.get(field.getKey())));
    }

    private static void ranges(ObjectNode json, Examination found) {
        var leaves = json.putArray("leavesLost");
        var bodies = json.putArray("bodiesLost");
        long more = 0;
        for (var damage : found.damages()) {
            if (damage.gone() == Damage.Gone.NOTHING) continue;
            int needed = damage.leavesGone() ? 2 : 1;
            if (leaves.size() + bodies.size() + needed > MOST_RANGES) {
                more += needed;
                continue;
            }
            if (damage.leavesGone()) add(leaves, damage);
            add(bodies, damage);
        }
        json.put("more", more);
    }

    private static void add(ArrayNode ranges, Damage damage) {
        ranges.addArray().add(damage.firstIndex()).add(damage.lastIndex());
    }

    /// Whether it says that no gateway can open the journal.
    static boolean isAsIs(byte[] note) throws IOException {
        return JSON.readTree(note).path(AS_IS).asBoolean();
    }

    /// @throws StartRefused if the entries are what is left of a log that cannot go on
    static void refuseAsIs(Path data) throws IOException {
        var entries = data.resolve(SalvageSwap.ENTRIES);
        if (!Files.isDirectory(entries)) return;
        var note = Salvage.note(DirectoryDisk.toRead(entries));
        if (note.isEmpty() || !isAsIs(note.get())) return;
        throw new StartRefused(
                entries + " was salvaged --as-is: it holds what is left of a log that cannot go on",
                "keep it for reading, and begin an origin that goes on from it, by sealpost origin succeed --reason"
                        + " damaged");
    }

    /// Takes the note into the log. Offered before the note goes, so that a crash leads at most to
    /// a second offer, which the key makes harmless (I7).
    ///
    /// @param trail leads into the log
    record Taking(Path data, AuditTrail trail) implements Stage {
        @Override
        public String name() {
            return "salvage-note";
        }

        @Override
        public int step() throws IOException {
            var entries = DirectoryDisk.open(data.resolve(SalvageSwap.ENTRIES));
            var note = Salvage.note(entries);
            if (note.isEmpty()) return 0;
            trail.add("salvage-" + TokenNotes.sha256(note.get()).substring(0, DIGITS), note.get());
            Salvage.noteTaken(entries);
            return 1;
        }
    }
}
