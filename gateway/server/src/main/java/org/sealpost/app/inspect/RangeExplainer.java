package org.sealpost.app.inspect;

import java.io.IOException;
import java.util.Optional;
import org.sealpost.archive.range.RangeEntry;
import org.sealpost.archive.range.RangeFault;
import org.sealpost.archive.range.RangeFile;
import org.sealpost.archive.range.RangeHead;
import org.sealpost.journal.EntryState;
import org.sealpost.journal.JournalEntry;
import org.sealpost.record.CborMalformed;

/// Range files (docs/formats.md §19), read and checked as an import does it.
final class RangeExplainer implements Explainer {
    @Override
    public Optional<Explanation> explain(Subject subject) throws IOException {
        if (!subject.startsWith("SPCHUNK1")) return Optional.empty();
        var draft = Explanation.of("range file: a part of a log, carried out");
        try {
            var told = new Telling(draft, subject.depth());
            var file = RangeFile.check(subject.path(), told);
            draft.fact("chunks", file.chunks().size() + 2);
            told.end();
        } catch (RangeFault fault) {
            draft.damaged(String.valueOf(fault.getMessage()));
        }
        return Optional.of(draft.done());
    }

    private static final class Telling implements RangeFile.Watcher {
        private final Explanation.Draft draft;
        private final Subject.Depth depth;
        private final EntryWords words;
        private long count;

        Telling(Explanation.Draft draft, Subject.Depth depth) {
            this.draft = draft;
            this.depth = depth;
            this.words = EntryWords.of("entries", depth.payloads(), index -> false);
        }

        @Override
        public void head(RangeHead head) {
            draft.fact("origin", head.origin())
                    .fact("genesis", head.keys().genesisHash().hex())
                    .fact("entries", head.from() + " to " + (head.next() - 1))
                    .fact("bodies", head.bodies() ? "carried" : "left out")
                    .fact("of the log at", head.size() + " entries")
                    .fact("root", head.sealed().root().hex())
                    .fact("sealed", head.sealed().seal().time().time())
                    .fact("by the key", head.sealed().seal().keyThumbprint().hex())
                    .fact("hand-overs", head.paths().size())
                    .fact(
                            "checkpoint",
                            head.checkpoint()
                                    .map(note -> "of " + note.head().size() + " entries")
                                    .orElse("none"));
        }

        @Override
        public void entry(RangeEntry entry) {
            if (count++ >= depth.items()) return;
            try {
                draft.item(entry.index() + ": " + words.tell(journalled(entry)));
            } catch (CborMalformed | IllegalArgumentException e) {
                draft.damaged("entry " + entry.index() + " is not understood: " + e.getMessage());
            }
        }

        void end() {
            if (count > depth.items()) draft.item("... and " + (count - depth.items()) + " more");
        }

        private static JournalEntry journalled(RangeEntry entry) {
            var state = switch (entry.state()) {
                case WHOLE, BODY_LEFT_OUT -> EntryState.WHOLE;
                case BODY_ERASED -> EntryState.BODY_ERASED;
                case BODY_LOST -> EntryState.BODY_LOST;
                case LEAF_LOST -> EntryState.LEAF_LOST;
            };
            return new JournalEntry(entry.index(), entry.leaf(), entry.body(), state);
        }
    }
}
