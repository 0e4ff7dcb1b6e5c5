package org.sealpost.merkle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TileTest {
    /// A tree of which only subtrees are known goes on as the tree that they were taken from.
    @Test
    void subtreesStandForTheirLeaves() {
        var leaves = new ArrayList<Hash>();
        for (int i = 0; i < 70; i++) leaves.add(Merkle.leafHash(new byte[] {(byte) i}));
        var whole = Frontier.empty(NodeSink.NOWHERE);
        for (int size = 0; size < 64; size++) {
            assertEquals(whole.root(), Frontier.of(size, whole.peaks()).root());
            for (int level = 0; (size & (1 << level) - 1) == 0 && size + (1 << level) <= 70; level++) {
                var byLeaf = Frontier.of(size, whole.peaks());
                var subtree = Frontier.empty(NodeSink.NOWHERE);
                for (var leaf : leaves.subList(size, size + (1 << level))) {
                    byLeaf.append(leaf);
                    subtree.append(leaf);
                }
                var atOnce = Frontier.of(size, whole.peaks());
                atOnce.append(level, subtree.root());
                assertEquals(byLeaf.root(), atOnce.root());
                assertEquals(byLeaf.peaks(), atOnce.peaks());
                assertEquals(size + (1 << level), atOnce.size());
            }
            whole.append(leaves.get(size));
        }
        var odd = Frontier.of(3, leaves.subList(0, 2));
        assertThrows(IllegalArgumentException.class, () -> odd.append(1, leaves.getFirst()));
        assertThrows(IllegalArgumentException.class, () -> Frontier.of(3, List.of(leaves.getFirst())));
    }

    @Test
    void pathsAreThoseOfTheStandard() {
        assertEquals("tile/0/000", new TileCoordinates(0, 0, 256).path());
        assertEquals("tile/3/x001/x234/067", new TileCoordinates(3, 1_234_067, 256).path());
        assertEquals("tile/1/x001/000.p/8", new TileCoordinates(1, 1000, 8).path());
        assertEquals("tile/entries/x999/999.p/255", new TileCoordinates(0, 999_999, 255).entriesPath());
        assertThrows(IllegalStateException.class, () -> new TileCoordinates(1, 0, 256).entriesPath());
    }

    @Test
    void eachTileHasOnePath() {
        for (long index : new long[] {0, 1, 999, 1000, 1_234_067, 999_999_999L, Long.MAX_VALUE >>> 8}) {
            for (int width : new int[] {1, 10, 255, 256}) {
                var tile = new TileCoordinates(2, index, width);
                assertEquals(Optional.of(tile), TileCoordinates.parse(tile.path()));
                var bundle = new TileCoordinates(0, index, width);
                assertEquals(Optional.of(bundle), TileCoordinates.parseEntries(bundle.entriesPath()));
            }
        }
        for (var wrong : List.of(
                "tile/0/0",
                "tile/0/x000/000",
                "tile/00/000",
                "tile/8/000",
                "tile/0/000.p/0",
                "tile/0/000.p/256",
                "tile/0/000.p/01",
                "tile/0/000.p/",
                "tile/0/001/000",
                "tile/0/x001",
                "tile/0/../000",
                "tile/entries/000",
                "/tile/0/000",
                "tile/0/000\n",
                "tile/0/x999/x999/x999/x999/x999/x999/999")) {
            assertTrue(TileCoordinates.parse(wrong).isEmpty(), wrong);
        }
        assertTrue(TileCoordinates.parseEntries("tile/0/000").isEmpty());
    }

    /// Stores a tree as tiles, at sizes around those where tiles fill, and asks for every node.
    @ParameterizedTest
    @MethodSource("hashes")
    void nodesComeBackFromTiles(TreeHash hash) {
        int largest = 66_000;
        Map<String, Hash> nodes = new HashMap<>();
        var frontier = Frontier.empty(hash, (level, index, node) -> nodes.put(level + "/" + index, node));
        var roots = new ArrayList<Hash>();
        for (int i = 0; i < largest; i++) {
            roots.add(frontier.root());
            frontier.append(hash.leaf(new byte[] {(byte) i, (byte) (i >> 8), (byte) (i >> 16)}, 0, 3));
        }
        TileReader tiles = tile -> {
            var bytes = new byte[tile.width() * Hash.SIZE];
            for (int i = 0; i < tile.width(); i++) {
                nodes.get(8 * tile.level() + "/" + (tile.index() * 256 + i)).writeTo(bytes, i * Hash.SIZE);
            }
            return TileNodes.of(bytes, hash);
        };
        for (int size : new int[] {1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_999}) {
            var tree = new TiledTree(tiles, size, hash);
            assertEquals(roots.get(size), Proofs.root(tree, size), "size " + size);
            for (int level = 0; 1 << level <= size; level++) {
                long last = (size >> level) - 1;
                for (long index : new long[] {0, last / 2, last}) {
                    assertEquals(nodes.get(level + "/" + index), tree.node(level, index));
                }
                int beyond = level;
                assertThrows(IllegalArgumentException.class, () -> tree.node(beyond, last + 1));
            }
        }
    }

    @Test
    void aTileThatIsTooShortIsAnErrorNotARoot() {
        var tree = new TiledTree(_ -> TileNodes.of(new byte[3 * 32], TreeHash.SHA256), 5, TreeHash.SHA256);
        assertEquals(Hash.of(new byte[32]), tree.node(0, 2));
        assertThrows(IllegalArgumentException.class, () -> tree.node(0, 3));
        assertThrows(IllegalArgumentException.class, () -> tree.node(2, 0));
        assertThrows(IllegalArgumentException.class, () -> TileNodes.of(new byte[31], TreeHash.SHA256));
        assertThrows(IllegalArgumentException.class, () -> TileNodes.of(new byte[257 * 32], TreeHash.SHA256));
    }

    @Test
    void aTileGrowsHashByHashAndItsCopyDoesNot() {
        var grown = TileNodes.empty(TreeHash.SHA256);
        for (int i = 0; i < 200; i++) grown.add(Merkle.leafHash(new byte[] {(byte) i}));
        var copy = grown.copy();
        for (int i = 200; i < 256; i++) grown.add(Merkle.leafHash(new byte[] {(byte) i}));
        assertEquals(200, copy.width());
        assertThrows(IllegalArgumentException.class, copy::root);
        assertEquals(TileNodes.of(grown.tile(256), TreeHash.SHA256).root(), grown.root());
        assertArrayEquals(copy.tile(200), grown.tile(200));
        assertThrows(IllegalStateException.class, () -> grown.add(grown.root()));
    }

    static List<TreeHash> hashes() {
        return List.of(TreeHash.SHA256, TreeHash.SM3);
    }
}
