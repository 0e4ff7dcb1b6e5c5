package org.sealpost.seal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.journal.Journal;
import org.sealpost.merkle.Hash;
import org.sealpost.record.HandOverLeaf;

/// The leaf hashes of the entries that were forced (I4).
///
/// @param leaves need not be checked by the tree, which is made of them and checks itself
/// @param keys with all hand-overs of this log
public record JournalLeaves(Leaves leaves, KeyHistory keys) implements Tree.LeafHashes {
    /// Of a log that has given up nothing.
    public JournalLeaves(Journal entries, KeyHistory keys) {
        this(Leaves.of(entries), keys);
    }

    @Override
    public List<Hash> read(long from, int count) throws IOException {
        var hashes = new ArrayList<Hash>(count);
        leaves.scanBytes(from, count, new Journal.LeafBytes() {
            @Override
            public void visit(long index, byte[] bytes, int offset, int length) {
                if (HandOverLeaf.isAt(bytes, offset, length)) requireKnown(index);
                hashes.add(hash().leaf(bytes, offset, length));
            }

            /// What salvage left of a leaf stands for it, so all other proofs hold.
            @Override
            public void lost(long index, byte[] leafHash) {
                hashes.add(Hash.of(leafHash));
            }
        });
        if (hashes.size() != count) {
            throw new IOException("entries " + from + " to " + (from + count - 1) + " are asked for, the journal has "
                    + leaves.size());
        }
        return hashes;
    }

    /// A hand-over that nobody knows of would be sealed over by a key that is not in force any more.
    private void requireKnown(long index) {
        if (keys.handOvers().stream().noneMatch(leaf -> leaf.handOver().index() == index)) {
            throw new TreeDamaged(
                    "entry " + index + " hands the log over to another key, and the hand-overs journal does"
                            + " not name it: it was lost or replaced; bring the data directory back as it was");
        }
    }
}
