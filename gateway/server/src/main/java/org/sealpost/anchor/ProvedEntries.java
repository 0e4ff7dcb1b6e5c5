package org.sealpost.anchor;

import java.io.IOException;
import java.util.Arrays;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalEntry;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// What is kept of the entries that a journal of proofs gave up, in a journal of their own, `proved-<name>`
/// (docs/formats.md §30): each with its index there, and its body.
///
/// The relay's thread writes; any thread reads. The journal stays the caller's to close.
final class ProvedEntries {
    private static final int WRAPPING_BYTES = 16;

    private final Journal journal;

    /// @param journal with room for entries of [AnchorProofs#MAX_KEPT_ENTRY_SIZE_BYTES]
    ProvedEntries(Journal journal) {
        this.journal = journal;
    }

    static int largest(int proofEntry) {
        return proofEntry + WRAPPING_BYTES;
    }

    /// An entry of the journal of proofs.
    record Kept(long index, ProofEntry entry) {}

    interface Visitor {
        /// @param position where it stands here
        void visit(long position, Kept kept) throws IOException;
    }

    /// What a cut has had kept twice, twice.
    void scan(Visitor visitor) throws IOException {
        journal.scanLeaves(0, Integer.MAX_VALUE, (position, leaf) -> visitor.visit(position, decode(leaf, position)));
    }

    /// As the journal of proofs had it, with the index there.
    JournalEntry read(long position) throws IOException {
        var found = journal.read(position);
        var kept = decode(found.leaf(), position);
        return new JournalEntry(kept.index, kept.entry.toBytes(), found.body(), found.state());
    }

    /// @return its position; it is durable, and can be read, after [#force] only
    long keep(JournalEntry entry) throws IOException {
        byte[] leaf = new CborWriter()
                .array(2)
                .integer(entry.index())
                .bytes(entry.leaf())
                .toBytes();
        return journal.append(leaf, entry.body());
    }

    void force() throws IOException {
        journal.force();
    }

    /// @throws IOException if an entry that both have is another one there
    void requireOf(Journal proofs) throws IOException {
        scan((_, kept) -> {
            if (kept.index < proofs.firstIndex()) return;
            var isSame = new boolean[1];
            if (kept.index < proofs.size()) {
                byte[] own = kept.entry.toBytes();
                proofs.scanLeaves(kept.index, 1, (_, leaf) -> isSame[0] = Arrays.equals(leaf, own));
            }
            if (!isSame[0]) {
                boolean mayBeWhole = proofs.firstIndex() == 0 && proofs.size() > 0;
                throw new IOException("entry " + kept.index + " of what was kept of proofs is of another journal: the"
                        + " folder " + AnchorProofs.KEPT_PREFIX + "NAME goes with the folder proofs-NAME"
                        + (mayBeWhole
                                ? "; if proofs-NAME, which begins with entry 0, is the right one and has its newest"
                                        + " entries, move " + AnchorProofs.KEPT_PREFIX + "NAME alone away"
                                : ""));
            }
        });
    }

    private static Kept decode(byte[] leaf, long position) throws IOException {
        try {
            var in = new CborReader(leaf).arrayOf(2);
            long index = in.unsigned();
            var entry = ProofEntry.read(in.bytes(ProofEntry.MAX_SIZE_BYTES));
            in.end();
            return new Kept(index, entry);
        } catch (CborMalformed e) {
            throw new IOException("entry " + position + " of what was kept of proofs: " + e.getMessage(), e);
        }
    }
}
