package org.sealpost.seal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.sealpost.merkle.Consistency;
import org.sealpost.merkle.Frontier;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Inclusion;
import org.sealpost.merkle.NodeSink;
import org.sealpost.merkle.TileCoordinates;
import org.sealpost.merkle.TreeHash;

@ParameterizedClass
@MethodSource("hashes")
class TreeTest {
    @TempDir
    Path folder;

    private final TreeHash hash;
    private final List<Hash> hashes = new ArrayList<>();
    private final Leaves leaves = new Leaves();

    TreeTest(TreeHash hash) {
        this.hash = hash;
    }

    static List<TreeHash> hashes() {
        return List.of(TreeHash.SHA256, TreeHash.SM3);
    }

    /// The journal's leaf hashes, which let a reader wait, and what they are made with, which counts.
    private final class Leaves implements Tree.LeafHashes, TreeHash {
        private final AtomicLong nodes = new AtomicLong();
        private volatile CountDownLatch asked = new CountDownLatch(0);
        private volatile CountDownLatch answers = new CountDownLatch(0);

        @Override
        public List<Hash> read(long from, int count) throws IOException {
            asked.countDown();
            try {
                if (!answers.await(10, TimeUnit.MINUTES)) throw new IOException("nobody let the journal answer");
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return hashes.subList((int) from, (int) from + count);
        }

        @Override
        public TreeHash hash() {
            return this;
        }

        @Override
        public Hash leaf(byte[] bytes, int offset, int length) {
            return hash.leaf(bytes, offset, length);
        }

        @Override
        public Hash node(Hash left, Hash right) {
            nodes.incrementAndGet();
            return hash.node(left, right);
        }

        @Override
        public Hash empty() {
            return hash.empty();
        }
    }

    /// Roots and proofs are those of RFC 9162 at every size around the edges of tiles, whichever way the tree got
    /// there.
    @Test
    void provesWhatItHoldsAtEverySize() throws IOException {
        var tree = Tree.open(folder, leaves, 0, Optional.empty());
        var random = new Random(7);
        for (int size : new int[] {1, 2, 3, 255, 256, 257, 511, 512, 513, 1000, 66_000}) {
            grow(tree, size);
            var root = tree.root(size);
            assertEquals(naiveRoot(hashes.subList(0, size)), root);
            for (int i = 0; i < 20; i++) {
                int index = random.nextInt(size);
                assertTrue(Inclusion.verify(hash, hashes.get(index), index, size, tree.inclusion(index, size), root));
                int old = 1 + random.nextInt(size);
                assertTrue(Consistency.verify(hash, old, tree.root(old), size, root, tree.consistency(old, size)));
            }
        }
    }

    /// Readers ask for every pair of sizes, each as soon as the tree has it, and the sealer waits for none of
    /// them.
    @Test
    void provesAllPairsOfSizesWhileItGrows() throws Exception {
        int last = hash == TreeHash.SHA256 ? 600 : 300; // SM3 takes its time, and the pairs are as many
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var roots = new ArrayList<Hash>(List.of(hash.empty()));
        var frontier = Frontier.empty(hash, NodeSink.NOWHERE);
        for (int i = 0; i < last; i++) {
            hashes.add(hash.leaf(new byte[] {(byte) i, (byte) (i >> 8)}, 0, 2));
            frontier.append(hashes.getLast());
            roots.add(frontier.root());
        }
        var tree = Tree.open(folder, leaves, 0, Optional.empty());
        try (var readers = Executors.newFixedThreadPool(2)) {
            var reading = new ArrayList<Future<?>>();
            for (int first = 1; first <= 2; first++) {
                int from = first;
                reading.add(readers.submit(() -> {
                    for (int size = from; size <= last; size += 2) provesAllOf(tree, size, roots);
                }));
            }
            var random = new Random(seed);
            while (tree.size() < last) {
                int next = (int) Math.min(last, tree.size() + 1 + random.nextInt(7));
                tree.append(List.copyOf(hashes.subList((int) tree.size(), next)));
            }
            for (var reader : reading) reader.get(10, TimeUnit.MINUTES);
        }
    }

    private void provesAllOf(Tree tree, int size, List<Hash> roots) {
        while (tree.size() < size) Thread.onSpinWait();
        var root = roots.get(size);
        assertEquals(root, tree.root(size));
        for (int old = 1; old <= size; old++) {
            assertTrue(Consistency.verify(hash, old, roots.get(old), size, root, tree.consistency(old, size)));
            assertTrue(Inclusion.verify(hash, hashes.get(old - 1), old - 1, size, tree.inclusion(old - 1, size), root));
        }
    }

    /// Its tile is lost and the journal does not answer: it waits, and the tree grows, over the ends of tiles,
    /// too.
    @Test
    void aReaderThatHangsOnATileHoldsUpNoSeal() throws Exception {
        grow(Tree.open(folder, leaves, 0, Optional.empty()), 2000);
        var root = naiveRoot(hashes);
        var tree = Tree.open(folder, leaves, 2000, Optional.of(root));
        Files.delete(tile(0, 3));
        leaves.asked = new CountDownLatch(1);
        leaves.answers = new CountDownLatch(1);
        try (var reader = Executors.newSingleThreadExecutor()) {
            var waiting = reader.submit(() -> tree.inclusion(800, 2000));
            assertTrue(leaves.asked.await(1, TimeUnit.MINUTES));

            grow(tree, 70_000);
            assertEquals(naiveRoot(hashes), tree.root(70_000));
            var path = tree.inclusion(5, 70_000);
            assertTrue(Inclusion.verify(hash, hashes.get(5), 5, 70_000, path, tree.root(70_000)));
            assertFalse(waiting.isDone());

            leaves.answers.countDown();
            assertTrue(Inclusion.verify(hash, hashes.get(800), 800, 2000, waiting.get(10, TimeUnit.MINUTES), root));
        }
    }

    /// A cold tile is hashed once, to check it; what lies in memory is not hashed again for any proof.
    @Test
    void aProofFromTilesInMemoryHashesNoTile() throws IOException {
        grow(Tree.open(folder, leaves, 0, Optional.empty()), 66_000);
        var tree = Tree.open(folder, leaves, 66_000, Optional.of(naiveRoot(hashes)));
        leaves.nodes.set(0);
        tree.inclusion(300, 66_000);
        long cold = leaves.nodes.getAndSet(0);
        assertTrue(cold <= 2 * 255 + 32, cold + " hashes for two tiles that were cold");
        tree.inclusion(301, 66_000);
        tree.consistency(300, 66_000);
        tree.root(66_000);
        long warm = leaves.nodes.get();
        assertTrue(warm <= 3 * 32, warm + " hashes for tiles in memory");
    }

    @Test
    void opensAtASealedSizeFromItsTiles() throws IOException {
        var tree = Tree.open(folder, leaves, 0, Optional.empty());
        grow(tree, 66_000);
        for (int size : new int[] {2, 256, 300, 65_536, 65_537, 66_000}) {
            var root = tree.root(size);
            var opened = Tree.open(folder, leaves, size, Optional.of(root));
            assertEquals(root, opened.root(size));
            grow(opened, 66_000);
            assertEquals(tree.root(66_000), opened.root(66_000));
        }
    }

    /// Whatever happened to the tile files (deleted, cut, changed), the answers are the same afterwards.
    @Test
    void makesLostAndDamagedTilesAgain() throws IOException {
        var tree = Tree.open(folder, leaves, 0, Optional.empty());
        grow(tree, 66_000);
        var root = tree.root(66_000);
        Files.delete(tile(0, 3));
        Files.write(tile(0, 5), new byte[100]);
        var changed = Files.readAllBytes(tile(0, 7));
        changed[4000] ^= 1;
        Files.write(tile(0, 7), changed);
        Files.write(tile(1, 0), new byte[Tree.TILE_SIZE_BYTES]);

        var opened = Tree.open(folder, leaves, 66_000, Optional.of(root));
        for (long index : new long[] {3 * 256, 5 * 256 + 1, 7 * 256 + 125, 65_999}) {
            assertTrue(Inclusion.verify(
                    hash, hashes.get((int) index), index, 66_000, opened.inclusion(index, 66_000), root));
        }
        assertArrayEquals(
                tree.tile(new TileCoordinates(1, 0, 256), 66_000).orElseThrow(),
                opened.tile(new TileCoordinates(1, 0, 256), 66_000).orElseThrow());
    }

    /// The disk refuses a tile of the lowest level, and one of the level above it. The caller appends the same leaves
    /// again when there is room, and the roots are what they would have been: a leaf counted twice would be sealed.
    @Test
    void aTileThatCannotBeWrittenLeavesTheTreeAsItWas() throws IOException {
        var tree = Tree.open(folder, leaves, 0, Optional.empty());
        for (var refused : List.of(tile(0, 1), tile(0, 255), tile(1, 0))) {
            var inTheWay = refused.resolveSibling(refused.getFileName() + ".new");
            Files.createDirectories(inTheWay);
            int end = refused.equals(tile(0, 1)) ? 600 : 66_000;
            assertThrows(IOException.class, () -> grow(tree, end));
            assertThrows(IOException.class, () -> grow(tree, end));
            Files.delete(inTheWay);
        }
        grow(tree, 66_000);
        assertEquals(naiveRoot(hashes), tree.root(66_000));
        for (int size : new int[] {512, 513, 65_536}) assertEquals(naiveRoot(hashes.subList(0, size)), tree.root(size));
        assertTrue(
                Inclusion.verify(hash, hashes.get(511), 511, 66_000, tree.inclusion(511, 66_000), tree.root(66_000)));
    }

    @Test
    void refusesARootThatTheJournalDoesNotLeadTo() throws IOException {
        var tree = Tree.open(folder, leaves, 0, Optional.empty());
        grow(tree, 600);
        var wrong = Optional.of(hash.leaf(new byte[1], 0, 1));
        assertThrows(TreeDamaged.class, () -> Tree.open(folder, leaves, 600, wrong));
    }

    @Test
    void servesTilesOnlyAsFarAsTheTreeGoes() throws IOException {
        var tree = Tree.open(folder, leaves, 0, Optional.empty());
        grow(tree, 600);
        assertEquals(256 * 32, tree.tile(new TileCoordinates(0, 1, 256), 600).orElseThrow().length);
        assertEquals(88 * 32, tree.tile(new TileCoordinates(0, 2, 88), 600).orElseThrow().length);
        assertTrue(tree.tile(new TileCoordinates(0, 2, 89), 600).isEmpty());
        assertTrue(tree.tile(new TileCoordinates(0, 2, 88), 599).isEmpty());
        assertTrue(tree.tile(new TileCoordinates(1, 0, 3), 600).isEmpty());
        assertTrue(tree.tile(new TileCoordinates(2, 0, 1), 600).isEmpty());
        assertTrue(tree.tile(new TileCoordinates(0, Long.MAX_VALUE >>> 8, 256), 600)
                .isEmpty());
    }

    private void grow(Tree tree, int size) throws IOException {
        while (hashes.size() < size) {
            var leaf = ("leaf " + hashes.size()).getBytes();
            hashes.add(hash.leaf(leaf, 0, leaf.length));
        }
        tree.append(List.copyOf(hashes.subList((int) tree.size(), size)));
    }

    private Path tile(int level, long index) {
        return folder.resolve(new TileCoordinates(level, index, 256).path());
    }

    /// RFC 9162 §2.1.1, as it is written there.
    private Hash naiveRoot(List<Hash> leafHashes) {
        if (leafHashes.size() == 1) return leafHashes.getFirst();
        int split = Integer.highestOneBit(leafHashes.size() - 1);
        return hash.node(
                naiveRoot(leafHashes.subList(0, split)), naiveRoot(leafHashes.subList(split, leafHashes.size())));
    }
}
