package org.sealpost.seal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.sealpost.journal.Journal;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;

/// The leaf hashes of the entries that were forced (I4).
public record JournalLeaves(Journal entries) implements Tree.LeafHashes {
    @Override
    public List<Hash> read(long from, int count) throws IOException {
        var hashes = new ArrayList<Hash>(count);
        entries.scanLeaves(from, count, (_, leaf) -> hashes.add(Merkle.leafHash(leaf)));
        if (hashes.size() != count) {
            throw new IOException("entries " + from + " to " + (from + count - 1) + " are asked for, the journal has "
                    + entries.size());
        }
        return hashes;
    }
}
