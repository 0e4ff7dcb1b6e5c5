package org.sealpost.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.sealpost.control.AuditTrail;
import org.sealpost.journal.Damage;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Examination;
import org.sealpost.journal.Salvage;
import org.sealpost.record.ClockReading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a salvage lost, as it comes into the log (docs/formats.md §7): written beside the salvaged entries, taken from
/// there by the next start.
final class SalvageNote {
    private static final Logger LOG = LoggerFactory.getLogger(SalvageNote.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final String AS_IS = "asIs";
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
                .put("entries", found.nextIndex());
        if (asIs) json.put(AS_IS, true);
        ranges(json, found);
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts can be written", e);
        }
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

    /// Offered before the note goes, so that a crash leads at most to a second offer, which the key makes harmless
    /// (I7).
    static void take(Path data, AuditTrail trail) {
        try {
            var entries = DirectoryDisk.open(data.resolve(SalvageSwap.ENTRIES));
            var note = Salvage.note(entries);
            if (note.isEmpty()) return;
            trail.add("salvage-" + TokenNotes.sha256(note.get()).substring(0, DIGITS), note.get());
            Salvage.noteTaken(entries);
        } catch (IOException e) {
            LOG.warn("what a salvage lost is not in the log yet: {}; tried again at the next start", e.getMessage());
        }
    }
}
