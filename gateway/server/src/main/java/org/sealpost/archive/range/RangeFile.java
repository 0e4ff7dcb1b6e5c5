package org.sealpost.archive.range;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.merkle.Frontier;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;

/// A range file that was read from its first byte to its last, and in which everything holds that it can be
/// asked for without its log (docs/formats.md §19).
///
/// @param chunks        SHA-256 of each chunk's bytes: who reads again compares
/// @param largestEntry  bytes of leaf and body together
/// @param peaks         of the tree at its last entry
public record RangeFile(RangeHead head, List<Hash> chunks, int largestEntry, List<Hash> peaks) {
    /// Sees what a file holds while it is checked; what it throws is the file's fault, at the chunk that it
    /// lies in.
    public interface Watcher {
        void head(RangeHead head) throws RangeFault, IOException;

        void entry(RangeEntry entry) throws RangeFault, IOException;

        /// Of the tree after each entry.
        default void grown(Hash leafHash, Frontier tree) throws RangeFault, IOException {}
    }

    /// @throws RangeFault if anything in it is not as it must be
    public static RangeFile check(Path file, Watcher watcher) throws IOException, RangeFault {
        try (var opened = FolderStick.openToRead(file)) {
            return check(opened, watcher);
        }
    }

    /// The head alone, checked for itself.
    static RangeHead head(StickFile file) throws IOException, RangeFault {
        return head(new ChunkReader(file));
    }

    private static RangeHead head(ChunkReader in) throws IOException, RangeFault {
        var first = in.next();
        if (first.isEmpty()) throw in.fault("the file is empty");
        return head(first.get());
    }

    static RangeHead head(Chunk chunk) throws RangeFault {
        if (chunk.kind() != Chunk.Kind.HEAD) throw new RangeFault("not a head").at(0, 0);
        try {
            return RangeHead.parse(chunk.bytes());
        } catch (RangeFault fault) {
            throw fault.at(0, 0);
        }
    }

    static RangeFile check(StickFile file, Watcher watcher) throws IOException, RangeFault {
        var in = new ChunkReader(file);
        var head = head(in);
        try {
            watcher.head(head);
        } catch (RangeFault fault) {
            throw fault.at(0, 0);
        }
        var check = new Check(head, watcher);
        var chunks = new ArrayList<Hash>();
        while (true) {
            var next = in.next();
            if (next.isEmpty()) {
                throw in.fault("the end is missing: the file is incomplete, export it again into the same folder");
            }
            var chunk = next.get();
            try {
                if (chunk.kind() == Chunk.Kind.END) {
                    check.end();
                    break;
                }
                if (chunk.kind() != Chunk.Kind.ENTRIES) throw new RangeFault("a second head");
                check.entries(chunk.bytes());
            } catch (RangeFault fault) {
                throw fault.at(chunk.number(), chunk.offset());
            }
            chunks.add(digest(chunk));
        }
        if (in.next().isPresent()) throw in.fault("something follows the end");
        return new RangeFile(head, List.copyOf(chunks), check.largest, check.peaks);
    }

    static Hash digest(Chunk chunk) {
        return Hash.of(ChunkReader.sha256().digest(chunk.bytes()));
    }

    /// Goes over the entries, from the first to the last.
    static final class Check {
        private final RangeHead head;
        private final Watcher watcher;
        private final Frontier tree;
        private long next;
        private int largest;
        private List<Hash> peaks = List.of();

        Check(RangeHead head, Watcher watcher) {
            this.head = head;
            this.watcher = watcher;
            this.tree = head.flanks().begin(head.from());
            this.next = head.from();
        }

        void entries(byte[] bytes) throws RangeFault, IOException {
            EntriesChunk.read(bytes, this::entry);
        }

        /// Behind the last entry.
        long next() {
            return next;
        }

        /// Of the tree up to there.
        Hash root() {
            return tree.root();
        }

        private void entry(RangeEntry entry) throws RangeFault, IOException {
            if (entry.index() != next || next == head.next()) {
                throw new RangeFault("entry " + entry.index() + " where "
                        + (next == head.next() ? "the end" : "entry " + next) + " is expected");
            }
            checkLeaf(head, entry);
            watcher.entry(entry);
            var hash = entry.leafHash();
            tree.append(hash);
            watcher.grown(hash, tree);
            largest = Math.max(largest, entry.leaf().length + entry.body().length);
            next++;
        }

        void end() throws RangeFault {
            if (next != head.next()) throw new RangeFault("the end where entry " + next + " is expected");
            peaks = tree.peaks();
            head.flanks().end(tree, head.size());
            if (!tree.root().equals(head.sealed().root())) {
                throw new RangeFault("the entries have root " + tree.root().hex() + ", and sealed is "
                        + head.sealed().root().hex() + ": one of the leaves was altered");
            }
        }
    }

    private static void checkLeaf(RangeHead head, RangeEntry entry) throws RangeFault {
        long index = entry.index();
        if (entry.state() == RangeEntry.State.LEAF_LOST) {
            checkLost(head, entry);
            return;
        }
        try {
            var leaf = Leaf.parse(entry.leaf());
            if ((index == 0) != (leaf instanceof GenesisLeaf)) {
                throw new RangeFault("entry " + index + ": the genesis is entry 0, and no other");
            }
            if (leaf instanceof HeaderLeaf header) {
                if (head.handOverAt(index).isPresent()) throw missing(index);
                if (entry.state() == RangeEntry.State.WHOLE) checkBody(entry, header);
                return;
            }
            if (entry.state() != RangeEntry.State.WHOLE || entry.body().length > 0) {
                throw new RangeFault("entry " + index + " is of a kind that has no body");
            }
            if (leaf instanceof GenesisLeaf(var genesis) && !genesis.equals(head.genesis())) {
                throw new RangeFault("entry 0 is not the head's genesis");
            }
            if (leaf instanceof HandOverLeaf && !head.handOverAt(index).equals(Optional.of(leaf))) {
                throw missing(index);
            }
        } catch (CborMalformed | IllegalArgumentException e) {
            throw new RangeFault("entry " + index + ": " + e.getMessage());
        }
    }

    /// What it was nobody can say any more; that it was this one the root says.
    private static void checkLost(RangeHead head, RangeEntry entry) throws RangeFault {
        if (entry.index() == 0) throw new RangeFault("entry 0 is lost, and without its genesis it is no log");
        var handOver = head.handOverAt(entry.index());
        if (handOver.isPresent() && !Merkle.leafHash(handOver.get().encode()).equals(entry.leafHash())) {
            throw missing(entry.index());
        }
    }

    private static RangeFault missing(long index) {
        return new RangeFault("entry " + index + " and the head's hand-over of that index are not the same");
    }

    private static void checkBody(RangeEntry entry, HeaderLeaf leaf) throws CborMalformed, RangeFault {
        var body = Body.parse(entry.body());
        if (!body.slots().stream().allMatch(Slot.Shown.class::isInstance)
                || !body.commitment().equals(leaf.commitment())) {
            throw new RangeFault("the body of entry " + entry.index() + " is not the one that its leaf commits to");
        }
    }
}
