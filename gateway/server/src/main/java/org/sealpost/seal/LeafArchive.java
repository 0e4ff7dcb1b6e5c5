package org.sealpost.seal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.sealpost.journal.Journal;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.TileCoordinates;

/// The leaves of entries whose segments the journal gave up, in full entry bundles (docs/formats.md §20). It is
/// no cache: what is deleted here is lost to this box. Each bundle is checked against the tree's tile whenever
/// it is read.
///
/// One thread keeps, any thread reads.
public final class LeafArchive {
    /// Where it lies in the data directory; made when there is something to keep.
    public static final String FOLDER = "leaves";

    /// A bundle is forced by itself, so a call takes a second or two at most.
    private static final int AT_ONCE = 256;

    private final BundleFiles files;
    private final Tree tree;

    // Owned by whoever keeps: all bundles below are durable.
    private long next;

    private LeafArchive(BundleFiles files, Tree tree) {
        this.files = files;
        this.tree = tree;
    }

    /// Reads nothing: the folder may be missing.
    public static LeafArchive open(Path folder, Tree tree) {
        return open(new BundleDirectory(folder), tree);
    }

    /// The same, wherever the bundles lie.
    public static LeafArchive open(BundleFolder folder, Tree tree) {
        return new LeafArchive(new BundleFiles(folder), tree);
    }

    /// The log's leaves, those of the archive checked.
    public Leaves with(Journal entries) {
        return new StoredLeaves(entries, this::bundle);
    }

    /// Makes the leaves of the entries below `below` durable here, a bounded number of them.
    ///
    /// @return how far the journal may be given up: at most `below`, and not beyond the last full bundle of the
    ///     tree. If it is less, there is more to keep, or the tree has not grown far enough
    /// @throws IOException if a leaf of the journal is not the one that the tree holds: then nothing may be
    ///     given up
    public long keep(Journal entries, long below) throws IOException {
        // Bundles that begin below the journal's first entry were durable before it gave that up.
        next = Math.max(next, (entries.firstIndex() + Tree.WIDTH - 1) / Tree.WIDTH);
        long end = Math.min(next + AT_ONCE, Math.min((below + Tree.WIDTH - 1) / Tree.WIDTH, tree.size() / Tree.WIDTH));
        for (long number = next; number < end; number++) {
            var leaves = new ArrayList<byte[]>(Tree.WIDTH);
            entries.scanLeaves(number * Tree.WIDTH, Tree.WIDTH, (_, leaf) -> leaves.add(leaf));
            if (leaves.size() < Tree.WIDTH) {
                throw new IOException("a leaf of the entries from " + number * Tree.WIDTH + " on was lost to damage,"
                        + " and without it there is no bundle to keep the others in");
            }
            files.write(number, checked(number, leaves));
            if (number + 1 == end || (number + 1) % 1000 == 0) files.forceName(number);
        }
        next = Math.max(next, end);
        return Math.min(below, next * Tree.WIDTH);
    }

    private List<byte[]> bundle(long number) throws IOException {
        return checked(number, files.read(number));
    }

    private List<byte[]> checked(long number, List<byte[]> leaves) throws IOException {
        var tile = tree.tile(new TileCoordinates(0, number, Tree.WIDTH), tree.size());
        if (tile.isEmpty()) throw new IOException("the tree has no tile 0/" + number + " to check leaves by");
        for (int i = 0; i < Tree.WIDTH; i++) {
            var leaf = leaves.get(i);
            if (!tree.hash().leaf(leaf, 0, leaf.length).equals(Hash.of(tile.get(), i * Hash.SIZE))) {
                throw new IOException("the leaf of entry " + (number * Tree.WIDTH + i)
                        + " is not the one that the tree holds: bring " + FOLDER + "/"
                        + new TileCoordinates(0, number, Tree.WIDTH).entriesPath()
                        + " back from a copy of the data directory, or from whoever follows the log");
            }
        }
        return leaves;
    }
}
