package org.sealpost.archive.index;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.sealpost.archive.SelfCheck;
import org.sealpost.journal.JournalDamaged;

/// Compares a part of the index with the journal, for the self-check: its checksums, and whether it finds
/// entries by the terms that they have. One that does not is made again.
public final class IndexCheck implements SelfCheck.Index {
    private static final int ENTRIES = 32;

    private final Indexer index;

    public IndexCheck(Indexer index) {
        this.index = index;
    }

    @Override
    public List<Long> parts() {
        return index.parts().stream().map(part -> part.run().first()).toList();
    }

    @Override
    public Optional<String> objection(long firstEntry, RandomGenerator random) {
        var part = index.part(firstEntry);
        if (part.isEmpty()) return Optional.empty();
        try {
            part.get().check();
            var run = part.get().run();
            Optional<String> misled = Optional.empty();
            for (int i = 0; i < ENTRIES && misled.isEmpty(); i++) {
                misled = compare(part.get(), random.nextLong(run.first(), run.next()));
            }
            return misled;
        } catch (PartBad e) {
            // Of one that was replaced meanwhile nothing is known.
            if (index.part(firstEntry).orElse(null) != part.get()) return Optional.empty();
            index.isBad(part.get(), e);
            return Optional.of(String.valueOf(e.getMessage()));
        } finally {
            part.get().looked();
        }
    }

    /// @return what is wrong with the guide that leads to the part
    private Optional<String> compare(IndexPart part, long entry) throws PartBad {
        if (part.unread().stream().anyMatch(range -> range.has(entry))) return Optional.empty();
        List<Term> terms;
        try {
            terms = index.terms().of(index.journal().read(entry));
        } catch (IOException | JournalDamaged | IndexOutOfBoundsException e) {
            // The journal's own, and found by the checks of the journal.
            return Optional.empty();
        }
        for (var term : terms) {
            if (Arrays.binarySearch(part.entries(term.kind(), term.value(), term.value()), entry) < 0) {
                throw new PartBad(part.run().fileName() + " does not find entry " + entry + " by its " + term.kind());
            }
        }
        return index.guides().of(part).flatMap(guide -> misleads(guide, part, terms));
    }

    /// One that leads past what is there hides it. It is made again of the part, which is as it should be.
    private Optional<String> misleads(Guide guide, IndexPart part, List<Term> terms) {
        try {
            int column = guide.column(part).orElseThrow();
            for (var term : terms) {
                if (!GuideRows.tell(term.kind()) || (guide.columns(term.kind(), term.value()) >>> column & 1) != 0)
                    continue;
                throw new PartBad(guide.header().fileName() + " does not lead to entry " + term.index() + " by its "
                        + term.kind());
            }
            return Optional.empty();
        } catch (PartBad e) {
            // One that is being replaced is none any more, and of one that cannot be read now nothing is known.
            boolean isOne = index.guides().isBad(guide, e);
            return isOne && !e.isPassing() ? Optional.of(String.valueOf(e.getMessage())) : Optional.empty();
        }
    }
}
