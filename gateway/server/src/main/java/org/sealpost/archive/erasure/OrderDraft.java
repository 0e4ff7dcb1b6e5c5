package org.sealpost.archive.erasure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.journal.JournalEntry;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;

/// What an order becomes before it is written: checked ranges, and what is to be kept of the entries in them,
/// in pieces that fit an entry of the journal of erasures.
final class OrderDraft {
    /// So many are read for one call; at 1 MiB each that takes minutes.
    static final int MAX_BODIES = 65_536;

    private static final int AT_ONCE = 1024;

    private final Journal entries;
    private final ErasureState state;
    private final KeptSlotsAt kept;
    private final int mostRanges;

    /// What an entry of the journal of erasures keeps.
    @FunctionalInterface
    interface KeptSlotsAt {
        List<KeptSlots> position(long position) throws IOException;
    }

    /// @param ranges ascending
    /// @param body   what is kept
    record Piece(List<IndexRange> ranges, byte[] body) {}

    /// @param mostRanges of a piece, so that its copy fits the log
    OrderDraft(Journal entries, ErasureState state, KeptSlotsAt kept, int mostRanges) {
        this.entries = entries;
        this.state = state;
        this.kept = kept;
        this.mostRanges = mostRanges;
    }

    List<Piece> pieces(ErasureForm form, List<IndexRange> ranges) throws IOException, ErasureRefused {
        if (ranges.isEmpty() || ranges.size() > ErasureItem.MAX_RANGES) {
            throw new ErasureRefused("An order has 1 to " + ErasureItem.MAX_RANGES + " ranges of entries, not "
                    + ranges.size() + "; give it in several.");
        }
        var merged = IndexRange.merged(ranges);
        long size = entries.size();
        if (merged.getLast().next() > size) {
            throw new ErasureRefused("Entry " + (merged.getLast().next() - 1) + " is not there yet: the log has " + size
                    + "; name entries that it has.");
        }
        try {
            return form == ErasureForm.BODY ? keeping(merged) : keepingNothing(merged);
        } catch (JournalDamaged damaged) {
            throw new ErasureRefused("An entry in the order is damaged, so nothing is ordered: " + damaged.getMessage()
                    + "; leave it out, and have sealpost journal examine say what else is lost.");
        }
    }

    // --- body and salts

    private List<Piece> keepingNothing(List<IndexRange> ranges) throws IOException, ErasureRefused {
        if (!holdsErasable(ranges) && !keepsSalts(ranges)) throw nothingToErase();
        var pieces = new ArrayList<Piece>();
        for (int from = 0; from < ranges.size(); from += mostRanges) {
            var some = ranges.subList(from, Math.min(ranges.size(), from + mostRanges));
            pieces.add(new Piece(List.copyOf(some), new byte[0]));
        }
        return pieces;
    }

    /// Whether anything in them is a record whose salts are still there. Mostly the first entry is.
    private boolean holdsErasable(List<IndexRange> ranges) throws IOException {
        boolean[] found = {false};
        for (var range : ranges) {
            long index = Math.max(range.first(), entries.firstIndex());
            while (!found[0] && index < range.next()) {
                index = state.salts().firstBeyond(index);
                int count = (int) Math.min(AT_ONCE, range.next() - index);
                if (count <= 0) break;
                entries.scanLeaves(index, count, (at, leaf) -> {
                    if (ErasableLeaf.is(leaf) && !state.salts().holds(at)) found[0] = true;
                });
                index += count;
            }
        }
        return found[0];
    }

    /// Whether an earlier order keeps salts of any of them: the entries themselves may have been given up since.
    private boolean keepsSalts(List<IndexRange> ranges) throws IOException {
        for (var keepers : state.keepers().toList()) {
            if (ranges.stream().noneMatch(range -> keepers.order().meets(range.first(), range.next()))) continue;
            for (var slots : kept.position(keepers.newest())) {
                long index = slots.index();
                if (!state.salts().holds(index) && ranges.stream().anyMatch(range -> range.holds(index))) return true;
            }
        }
        return false;
    }

    // --- body

    private List<Piece> keeping(List<IndexRange> ranges) throws IOException, ErasureRefused {
        long count = ranges.stream().mapToLong(IndexRange::count).sum();
        if (count > MAX_BODIES) {
            throw new ErasureRefused("An order of form " + ErasureForm.BODY.word() + " is about " + MAX_BODIES
                    + " entries at most, not " + count + "; give it in several.");
        }
        var gathering = new Gathering();
        for (var range : ranges) gathering.add(range);
        gathering.close();
        if (gathering.kept == 0) throw nothingToErase();
        return gathering.pieces;
    }

    /// Cuts ranges where a piece has all that it may have.
    private final class Gathering {
        private final List<Piece> pieces = new ArrayList<>();
        private List<IndexRange> ranges = new ArrayList<>();
        private List<KeptSlots> slots = new ArrayList<>();
        private long kept;

        void add(IndexRange range) throws IOException {
            long from = range.first();
            while (from < range.next()) {
                if (ranges.size() == mostRanges || slots.size() >= KeptSlots.MAX_COUNT) close();
                int room = KeptSlots.MAX_COUNT - slots.size();
                long next = Math.min(range.next(), from + room);
                read(Math.max(from, entries.firstIndex()), next);
                ranges.add(new IndexRange(from, next));
                from = next;
            }
        }

        private void read(long from, long next) throws IOException {
            if (from >= next) return;
            entries.scan(from, (int) (next - from), entry -> {
                if (entry.hasBody() && !state.bodies().holds(entry.index()) && ErasableLeaf.is(entry.leaf())) {
                    slots.add(slotsOf(entry));
                    kept++;
                }
            });
        }

        void close() {
            if (ranges.isEmpty()) return;
            // Where a stretch kept less than there was room for, the next one touches it.
            pieces.add(new Piece(IndexRange.merged(ranges), KeptSlots.encode(slots)));
            ranges = new ArrayList<>();
            slots = new ArrayList<>();
        }
    }

    private static KeptSlots slotsOf(JournalEntry entry) throws IOException {
        try {
            return KeptSlots.of(entry.index(), Body.parse(entry.body()));
        } catch (CborMalformed e) {
            throw new IOException("entry " + entry.index() + " is not what intake writes: " + e.getMessage(), e);
        }
    }

    private static ErasureRefused nothingToErase() {
        return ErasureRefused.nothing(
                "There is nothing to erase: these entries are erased already in this form or in one"
                        + " that erases more, were given up, or are the box's own, which stay; name others.");
    }
}
