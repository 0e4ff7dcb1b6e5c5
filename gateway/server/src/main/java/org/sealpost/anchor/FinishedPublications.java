package org.sealpost.anchor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.FinishedEntry.FinalPublication;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.record.CborMalformed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a relay of publications keeps of the entries that its journal gave up, in a journal of their own,
/// `finished-<name>` (docs/formats.md §30): a line for each publication that is over, and where all others stood.
///
/// A start reads the newest state alone, however many are over. What a cut left half written, no state names; it is
/// written again. Belongs to the relay's thread, or to one that only reads. The journal stays the caller's to close.
public final class FinishedPublications {
    private static final Logger LOG = LoggerFactory.getLogger(FinishedPublications.class);

    /// Of the journal's kind, before the name of the anchorage.
    public static final String PREFIX = "finished-";

    /// What the journal must have room for in an entry: the settings of a relay, and little else.
    public static final int MAX_ENTRY_SIZE_BYTES = PublicationRelay.MAX_ENTRY_SIZE_BYTES + (8 << 10);

    private static final String WORDS = "what was kept of a journal of publications";

    /// How many publications may be open, or owed again, where entries are given up: all of them are written down with
    /// each segment that goes.
    static final int MOST_PARTS = 1024;

    private final Journal journal;
    private Optional<Newest> newest = Optional.empty();

    /// @param at where its end stands
    private record Newest(long at, FinishedEntry.State end, PublicationState state) {}

    private FinishedPublications(Journal journal) {
        this.journal = journal;
    }

    /// @param journal with room for entries of [#MAX_ENTRY_SIZE_BYTES]
    /// @throws IOException if what is needed of it cannot be read, or it holds something else
    public static FinishedPublications open(Journal journal) throws IOException {
        var opened = new FinishedPublications(journal);
        for (long at = journal.size() - 1; at >= 0 && opened.newest.isEmpty(); at--) {
            if (opened.read(at) instanceof FinishedEntry.State end) {
                opened.newest = Optional.of(new Newest(at, end, opened.state(end, at)));
            }
        }
        return opened;
    }

    private PublicationState state(FinishedEntry.State end, long at) throws IOException {
        if (end.parts() > at) throw new IOException("entry " + at + " of " + WORDS + " has more parts than there are");
        var open = new ArrayList<Item>();
        var owed = new ArrayList<PublicationEntry.Made>();
        for (long position = at - end.parts(); position < at; position++) {
            switch (read(position)) {
                case FinishedEntry.Open(var item) -> open.add(item);
                case FinishedEntry.Owed(var made) -> owed.add(made);
                case FinishedEntry.Finals _, FinishedEntry.State _ ->
                    throw new IOException("entry " + position + " of " + WORDS + " is no part of a state");
            }
        }
        return end.with(open, owed);
    }

    private FinishedEntry read(long position) throws IOException {
        try {
            return FinishedEntry.read(journal.read(position).leaf());
        } catch (CborMalformed e) {
            throw new IOException("entry " + position + " of " + WORDS + ": " + e.getMessage(), e);
        }
    }

    /// Up to which entry of the relay's journal all that matters is here; 0 if nothing is.
    long next() {
        return newest.map(found -> found.end.next()).orElse(0L);
    }

    /// Where the relay stood when its journal had [#next] entries.
    ///
    /// @throws IOException if the two journals are not of one another
    PublicationProgress progress(Journal relays) throws IOException {
        requireOf(relays);
        return newest.map(found -> PublicationProgress.of(found.state)).orElseGet(PublicationProgress::new);
    }

    /// Those that became final last, the newest first; one may be there twice. Nothing else needs them, so where one
    /// cannot be read, those before it are not among them.
    ///
    /// @param most about how many
    List<FinalPublication> last(int most) {
        var last = new ArrayList<FinalPublication>();
        long at = newest.map(found -> found.at).orElse(0L) - 1;
        try {
            for (; at >= 0 && last.size() < most; at--) {
                if (read(at) instanceof FinishedEntry.Finals(var some)) last.addAll(some.reversed());
            }
        } catch (IOException | JournalDamaged e) {
            LOG.error(
                    "entry {} of {} cannot be read, and whether the ledger still has older ones is not asked: {}",
                    at,
                    WORDS,
                    e.getMessage());
        }
        return last;
    }

    private void requireOf(Journal relays) throws IOException {
        long first = relays.firstIndex();
        if (next() < first) {
            throw new IOException("the journal begins with entry " + first + ", and what was kept of those before is"
                    + (newest.isEmpty() ? " missing" : " an earlier copy, which ends at entry " + next())
                    + ": bring the folder " + PREFIX + "NAME back");
        }
        if (newest.isEmpty()) return;
        boolean isSame = next() < relays.size()
                && PublicationEntry.sha256(relays.read(next()).leaf())
                        .equals(newest.get().end.leaf());
        if (!isSame) {
            boolean mayBeWhole = first == 0 && relays.size() > 0;
            throw new IOException("entry " + next() + " is not the one behind what was kept of this journal: the folder"
                    + " " + PREFIX + "NAME goes with the folder published-NAME"
                    + (mayBeWhole
                            ? "; if published-NAME, which begins with entry 0, is the right one and has its newest"
                                    + " entries, move " + PREFIX + "NAME alone away"
                            : ""));
        }
    }

    /// Makes it durable, all of it or, to whoever reads it, nothing.
    ///
    /// @param finals what became final behind [#next], in its order
    /// @param state  where the relay stood when its journal had `next` entries
    /// @param leaf   of entry `next` of the relay's journal
    void keep(List<FinalPublication> finals, PublicationState state, long next, byte[] leaf) throws IOException {
        for (int from = 0; from < finals.size(); from += FinishedEntry.MAX_FINALS) {
            int end = Math.min(finals.size(), from + FinishedEntry.MAX_FINALS);
            append(new FinishedEntry.Finals(finals.subList(from, end)));
        }
        for (var item : state.open()) append(new FinishedEntry.Open(item));
        for (var made : state.owedAgain()) append(new FinishedEntry.Owed(made));
        var end = FinishedEntry.State.of(state, next, PublicationEntry.sha256(leaf));
        long at = append(end);
        journal.force();
        newest = Optional.of(new Newest(at, end, state));
    }

    private long append(FinishedEntry entry) throws IOException {
        return journal.append(entry.toBytes(), new byte[0]);
    }
}
