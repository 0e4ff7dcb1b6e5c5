package org.sealpost.anchor;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import org.sealpost.journal.Journal;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// What a relay keeps of the entries that its journal gave up, in a journal of their own, `anchored-<name>`
/// (docs/formats.md §29): each with its index in the relay's journal.
///
/// An entry that is still there as well counts there, and one that was kept twice counts once, so a copy that was cut
/// off is made again. The relay's thread writes; any thread reads. The journal stays the caller's to close.
public final class KeptEntries {
    /// Of the journal's kind, before the name of the anchorage.
    public static final String PREFIX = "anchored-";

    /// What the journal must have room for in an entry.
    public static final int MAX_ENTRY_SIZE_BYTES = 2048;

    private final Journal journal;

    // Written by the relay's thread.
    private long last = -1;

    private KeptEntries(Journal journal) {
        this.journal = journal;
    }

    /// An entry of the relay's journal.
    record Kept(long index, RelayEntry entry) {}

    /// Takes what is kept in the order of the relay's journal.
    interface Visitor {
        /// @param position where it stands here
        void visit(long position, Kept kept) throws IOException;
    }

    /// @param journal with room for entries of [#MAX_ENTRY_SIZE_BYTES]
    /// @throws IOException if it cannot be read, or holds something else
    public static KeptEntries open(Journal journal) throws IOException {
        var opened = new KeptEntries(journal);
        opened.scan((_, kept) -> opened.last = kept.index);
        return opened;
    }

    /// The index of the last entry that is kept; -1 if none is.
    long last() {
        return last;
    }

    void scan(Visitor visitor) throws IOException {
        var at = new long[] {-1};
        journal.scan(0, Integer.MAX_VALUE, found -> {
            var kept = decode(found.leaf(), found.index());
            if (kept.index <= at[0]) return; // kept twice
            at[0] = kept.index;
            visitor.visit(found.index(), kept);
        });
    }

    Kept read(long position) throws IOException {
        return decode(journal.read(position).leaf(), position);
    }

    /// Whether what is kept and stands in the relay's journal as well is the same in both.
    ///
    /// @throws IOException if it is not: it was kept of another journal
    void requireOf(Journal relays) throws IOException {
        scan((_, kept) -> {
            if (kept.index < relays.firstIndex()) return;
            boolean isSame = kept.index < relays.size()
                    && Arrays.equals(relays.read(kept.index).leaf(), kept.entry.toBytes());
            if (!isSame) {
                throw new IOException("entry " + kept.index + " of what was kept of the relay's journal is of another"
                        + " one: the folder " + PREFIX + "NAME goes with the folder anchors-NAME");
            }
        });
    }

    /// Makes all of them durable together.
    ///
    /// @param entries in their order, behind [#last]
    void keep(Collection<Kept> entries) throws IOException {
        for (var kept : entries) {
            if (kept.index <= last) throw new IllegalArgumentException("entry " + kept.index + " is kept already");
            journal.append(
                    new CborWriter()
                            .array(2)
                            .integer(kept.index)
                            .bytes(kept.entry.toBytes())
                            .toBytes(),
                    new byte[0]);
            last = kept.index;
        }
        journal.force();
    }

    private static Kept decode(byte[] leaf, long position) throws IOException {
        try {
            var in = new CborReader(leaf).arrayOf(2);
            long index = in.unsigned();
            var entry = RelayEntry.read(in.bytes(MAX_ENTRY_SIZE_BYTES));
            in.end();
            boolean isKept = index == 0
                    ? entry instanceof RelayEntry.Opened
                    : entry instanceof RelayEntry.Final || entry instanceof RelayEntry.RolledBack;
            if (!isKept) throw new CborMalformed(0, "an entry of a kind that is not kept");
            return new Kept(index, entry);
        } catch (CborMalformed e) {
            throw new IOException("entry " + position + " of what a relay kept of its journal: " + e.getMessage(), e);
        }
    }
}
