package org.sealpost.seal;

import java.io.IOException;
import java.util.List;
import org.sealpost.journal.Journal;

/// Leaves of the journal, and of bundles below its first entry.
record StoredLeaves(Journal entries, Bundles bundles) implements Leaves {
    /// Answers with the 256 leaves of a full bundle.
    interface Bundles {
        List<byte[]> bundle(long number) throws IOException;
    }

    @Override
    public long size() {
        return entries.size();
    }

    @Override
    public byte[] leaf(long index) throws IOException {
        var found = new byte[1][];
        if (index < 0 || index >= size()) throw new IndexOutOfBoundsException("no entry " + index);
        scan(index, 1, (_, leaf) -> found[0] = leaf);
        if (found[0] == null) {
            throw new IOException("the leaf of entry " + index + " was lost to damage: its hash is all there is");
        }
        return found[0];
    }

    @Override
    public void scanBytes(long from, int max, Journal.LeafBytes visitor) throws IOException {
        if (from < 0 || from > size()) throw new IndexOutOfBoundsException("no entry " + from);
        long to = Math.min(size(), from + Math.max(0, max));
        long[] next = {from};
        while (next[0] < to) {
            if (next[0] < entries.firstIndex()) {
                ofBundle(next, Math.min(to, entries.firstIndex()), visitor);
                continue;
            }
            try {
                entries.scanLeafBytes(next[0], (int) (to - next[0]), new Journal.LeafBytes() {
                    @Override
                    public void visit(long index, byte[] bytes, int offset, int length) throws IOException {
                        next[0] = index + 1;
                        visitor.visit(index, bytes, offset, length);
                    }

                    @Override
                    public void lost(long index, byte[] leafHash) throws IOException {
                        next[0] = index + 1;
                        visitor.lost(index, leafHash);
                    }
                });
            } catch (IndexOutOfBoundsException gone) {
                // Given up while we read: it is in the archive since before that.
                if (next[0] >= entries.firstIndex()) throw gone;
            }
        }
    }

    private void ofBundle(long[] next, long end, Journal.LeafBytes visitor) throws IOException {
        long number = next[0] / Tree.WIDTH;
        var leaves = bundles.bundle(number);
        while (next[0] < end && next[0] / Tree.WIDTH == number) {
            long index = next[0]++;
            byte[] leaf = leaves.get((int) (index % Tree.WIDTH));
            visitor.visit(index, leaf, 0, leaf.length);
        }
    }
}
