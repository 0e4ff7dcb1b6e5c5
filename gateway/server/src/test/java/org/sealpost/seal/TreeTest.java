package org.sealpost.seal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.merkle.Consistency;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Inclusion;
import org.sealpost.merkle.Merkle;
import org.sealpost.merkle.TileCoordinates;

class TreeTest {
    @TempDir
    Path folder;

    private final List<Hash> hashes = new ArrayList<>();
    private final Tree.LeafHashes leaves = (from, count) -> hashes.subList((int) from, (int) from + count);

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
                assertTrue(Inclusion.verify(hashes.get(index), index, size, tree.inclusion(index, size), root));
                int old = 1 + random.nextInt(size);
                assertTrue(Consistency.verify(old, tree.root(old), size, root, tree.consistency(old, size)));
            }
        }
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
            assertTrue(Inclusion.verify(hashes.get((int) index), index, 66_000, opened.inclusion(index, 66_000), root));
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
        assertTrue(Inclusion.verify(hashes.get(511), 511, 66_000, tree.inclusion(511, 66_000), tree.root(66_000)));
    }

    @Test
    void refusesARootThatTheJournalDoesNotLeadTo() throws IOException {
        var tree = Tree.open(folder, leaves, 0, Optional.empty());
        grow(tree, 600);
        var wrong = Optional.of(Merkle.leafHash(new byte[1]));
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
        while (hashes.size() < size) hashes.add(Merkle.leafHash(("leaf " + hashes.size()).getBytes()));
        tree.append(List.copyOf(hashes.subList((int) tree.size(), size)));
    }

    private Path tile(int level, long index) {
        return folder.resolve(new TileCoordinates(level, index, 256).path());
    }

    /// RFC 9162 §2.1.1, as it is written there.
    private static Hash naiveRoot(List<Hash> leafHashes) {
        if (leafHashes.size() == 1) return leafHashes.getFirst();
        int split = Integer.highestOneBit(leafHashes.size() - 1);
        return Merkle.nodeHash(
                naiveRoot(leafHashes.subList(0, split)), naiveRoot(leafHashes.subList(split, leafHashes.size())));
    }
}
