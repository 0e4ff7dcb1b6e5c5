package org.sealpost.app.inspect;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.HandOverWrong;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.evidence.Seal;
import org.sealpost.evidence.VerifierKey;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.merkle.Frontier;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Origin;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.Leaves;

/// Hashes all leaves of a log anew and compares with that every tile file, every seal and every checkpoint.
/// Changes nothing, and needs nothing but the data directory; a gateway may run meanwhile.
public final class Rebuild {
    private static final int MAX_TOLD = 100;
    private static final int TRIES = 3;

    private final Path data;
    private final List<String> differences = new ArrayList<>();
    private long differenceCount;
    private long seals;
    private long checkpoints;
    private long entries;
    private long tiles;

    /// What came of it.
    ///
    /// @param differences what does not agree; only the first hundred
    public record Result(
            long entries, long tiles, long seals, long checkpoints, List<String> differences, long differenceCount) {
        public boolean agrees() {
            return differenceCount == 0;
        }
    }

    private Rebuild(Path data) {
        this.data = data;
    }

    /// Of the log in a data directory.
    ///
    /// @throws IOException if there is none, or it cannot be read
    public static Result of(Path data) throws IOException {
        return new Rebuild(data).run();
    }

    private Result run() throws IOException {
        if (!Files.isDirectory(data.resolve("entries"))) throw new IOException(data + " holds no log");
        // The seals first, so that none is over entries that were written after this looked at the log.
        try (var heads = open("seals");
                var journal = open("entries")) {
            // What the journal gave up lies in the leaf archive, and is compared with the tiles as all else is.
            var leaves = Leaves.unchecked(journal, data.resolve(LeafArchive.FOLDER));
            var tileFiles = new TileComparison(data.resolve("log"), this::differs);
            var walk = new Walk(leaves, genesis(leaves), Frontier.empty(tileFiles));
            if (Files.isDirectory(data.resolve("seals-kept"))) {
                try (var kept = open("seals-kept")) {
                    walk.compareAll(kept, firstSize(heads));
                }
            }
            walk.compareAll(heads, Long.MAX_VALUE);
            walk.appendTo(leaves.size());
            entries = leaves.size();
            tiles = tileFiles.finish(entries);
        } catch (BrokenPromise damaged) {
            differs(String.valueOf(damaged.getMessage()));
        }
        return new Result(entries, tiles, seals, checkpoints, List.copyOf(differences), differenceCount);
    }

    /// Goes through the leaves once, and stops at each head on the way. Which key is in force is told by the leaves
    /// themselves: a mirror has no journal of hand-overs, and that of a box may be gone.
    private final class Walk implements Journal.LeafVisitor {
        private final Leaves leaves;
        private final List<byte[]> announced;
        private final Frontier tree;

        // By what stands in the log below the tree's size.
        private Identity identity;

        Walk(Leaves leaves, Genesis genesis, Frontier tree) throws IOException {
            this.leaves = leaves;
            this.announced = announcedHandOvers();
            this.identity = new Identity(genesis.origin(), KeyHistory.of(genesis));
            this.tree = tree;
        }

        /// @param below those of this size and larger ones are left out: another journal has them, too
        void compareAll(Journal heads, long below) throws IOException {
            for (long position = heads.firstIndex(); position < heads.size(); position++) {
                var item = heads.read(position).leaf();
                var what = "entry " + position + " of the seals journal";
                try {
                    long size = sizeOf(item);
                    if (size >= below) return;
                    if (size > leaves.size())
                        differs(what + " is about " + size + " entries, and the log has " + leaves.size());
                    else if (size < tree.size()) differs(what + " is about fewer entries than the one before it");
                    else {
                        appendTo(size);
                        compare(item, identity, tree.root());
                    }
                } catch (CborMalformed | IllegalArgumentException e) {
                    differs(what + " is none that a sealer writes: " + e.getMessage());
                }
            }
        }

        void appendTo(long size) throws IOException {
            while (tree.size() < size) {
                int count = (int) Math.min(1 << 16, size - tree.size());
                leaves.scan(tree.size(), count, this);
            }
        }

        @Override
        public void visit(long index, byte[] leaf) {
            tree.append(Merkle.leafHash(leaf));
            if (HandOverLeaf.isAt(leaf)) handOver(index, leaf);
        }

        /// Of a hand-over that damage took, the box may have another copy.
        @Override
        public void lost(long index, byte[] leafHash) {
            var hash = Hash.of(leafHash);
            tree.append(hash);
            announced.stream()
                    .filter(leaf -> Merkle.leafHash(leaf).equals(hash))
                    .findFirst()
                    .ifPresent(leaf -> handOver(index, leaf));
        }

        private void handOver(long index, byte[] leaf) {
            try {
                var keys = identity.keys().after(leaf);
                long said = keys.handOvers().getLast().handOver().index();
                if (said == index) identity = new Identity(identity.origin(), keys);
                else differs("entry " + index + " hands the log over, and says that it is entry " + said);
            } catch (HandOverWrong e) {
                differs("entry " + index + " hands the log over, and nobody may follow it: " + e.getMessage());
            }
        }
    }

    private Genesis genesis(Leaves leaves) throws IOException {
        if (leaves.size() == 0) throw new IOException(data + " holds no log yet");
        try {
            if (Leaf.parse(leaves.leaf(0)) instanceof GenesisLeaf(var genesis)) return genesis;
            throw new IOException("entry 0 is not a genesis");
        } catch (CborMalformed e) {
            throw new IOException("the log does not say whose it is: " + e.getMessage(), e);
        }
    }

    /// The leaves of all that a box was ever about to write; none where it has no such journal.
    private List<byte[]> announcedHandOvers() throws IOException {
        if (!Files.isDirectory(data.resolve("handovers"))) return List.of();
        var all = new ArrayList<byte[]>();
        try (var journal = open("handovers")) {
            for (long position = 0; position < journal.size(); position++) {
                all.add(new CborReader(journal.read(position).leaf())
                        .arrayOf(4)
                        .expect("sealpost-handovers")
                        .expect(1)
                        .bytes(Leaf.MAX_SIZE_BYTES));
            }
            return all;
        } catch (CborMalformed e) {
            throw new IOException("the hand-overs journal is not what a rotation writes: " + e.getMessage(), e);
        }
    }

    /// The log's name, and the keys that have sealed it so far.
    private record Identity(Origin origin, KeyHistory keys) {}

    /// A group that is written while it is read looks torn, and with the one after it damaged; the next look
    /// sees it whole.
    private Journal open(String kind) throws IOException {
        for (int left = TRIES; ; left--) {
            try {
                return Journal.open(
                        ReadingDisk.of(data.resolve(kind)), new JournalConfig(kind, 1 << 20, 1024, 64 << 10), 0);
            } catch (JournalDamaged damaged) {
                if (left == 0) throw damaged;
            }
        }
    }

    // --- seals and checkpoints

    /// What was kept before a power cut, and not given up yet, lies in both journals.
    private static long firstSize(Journal heads) throws IOException {
        if (heads.firstIndex() == heads.size()) return Long.MAX_VALUE;
        try {
            return sizeOf(heads.read(heads.firstIndex()).leaf());
        } catch (CborMalformed | IllegalArgumentException none) {
            return Long.MAX_VALUE;
        }
    }

    private static long sizeOf(byte[] item) throws CborMalformed {
        var in = new CborReader(item);
        if (in.array(3) != 3) return checkpoint(in).head().size();
        in.expect(1).fixed(Hash.SIZE);
        return Seal.parse(in.bytes(4096)).size();
    }

    private void compare(byte[] item, Identity identity, Hash root) throws CborMalformed {
        var in = new CborReader(item);
        if (in.array(3) == 3) {
            in.expect(1);
            compare(Hash.of(in.fixed(Hash.SIZE)), Seal.parse(in.bytes(4096)), identity, root);
        } else {
            compare(checkpoint(in), identity, root);
        }
    }

    private void compare(Hash said, Seal seal, Identity identity, Hash root) {
        seals++;
        var what = "seal over " + seal.size() + " entries";
        if (!said.equals(root)) differs(what + ": root " + said.hex() + ", the journal's entries have " + root.hex());
        else if (!seal.origin().equals(identity.origin())
                || !seal.genesisHash().equals(identity.keys().genesisHash())) differs(what + " is of another log");
        else if (!seal.isSignedBy(identity.keys().inForce(seal.size()).key(), root))
            differs(what + " is not signed by the key in force");
    }

    private void compare(Checkpoint checkpoint, Identity identity, Hash root) {
        checkpoints++;
        long size = checkpoint.head().size();
        var what = "checkpoint over " + size + " entries";
        var expected = new Head(identity.origin(), size, root);
        if (!checkpoint.head().equals(expected)) {
            differs(what + ": root " + checkpoint.head().root().hex() + ", the journal's entries have " + root.hex());
            return;
        }
        var key = VerifierKey.p256(
                identity.origin(), identity.keys().inForce(size).key());
        if (!key.verifies(checkpoint.note())) differs(what + " is not signed by the key in force");
    }

    private static Checkpoint checkpoint(CborReader in) throws CborMalformed {
        in.expect(2);
        return Checkpoint.parse(in.text(4096).getBytes(StandardCharsets.UTF_8))
                .orElseThrow(() -> new CborMalformed(0, "not a checkpoint"));
    }

    private void differs(String what) {
        differenceCount++;
        if (differences.size() < MAX_TOLD) differences.add(what);
    }
}
