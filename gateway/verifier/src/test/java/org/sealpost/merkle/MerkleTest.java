package org.sealpost.merkle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MerkleTest {
    private static final int SIZES = 70;
    private static final NaiveTree TREE = NaiveTree.of(SIZES);

    @Test
    void emptyRootIsTheHashOfNothing() {
        assertEquals(
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                Merkle.emptyRoot().hex());
        assertEquals(Merkle.emptyRoot(), Frontier.empty(NodeSink.NOWHERE).root());
    }

    @Test
    void hashesAreValuesThatNobodyChanges() {
        var bytes = new byte[32];
        var hash = Hash.of(bytes);
        bytes[0] = 1;
        hash.toBytes()[1] = 1;
        assertEquals("00".repeat(32), hash.hex());
        assertEquals(hash, Hash.ofHex("00".repeat(32)));
        assertNotEquals(hash, Hash.of(bytes));
        assertThrows(IllegalArgumentException.class, () -> Hash.of(new byte[31]));
        assertThrows(IllegalArgumentException.class, () -> Hash.of(new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> Hash.ofHex("00"));
    }

    @Test
    void frontierAndStoredNodesGiveTheRootsOfTheDefinition() {
        var frontier = Frontier.empty(NodeSink.NOWHERE);
        for (int size = 0; size <= SIZES; size++) {
            assertEquals(TREE.first(size).root(), frontier.root(), "size " + size);
            assertEquals(size, frontier.size());
            assertEquals(TREE.first(size).root(), Proofs.root(TREE, size), "size " + size);
            if (size < SIZES) frontier.append(TREE.leaves().get(size));
        }
    }

    /// Stops at every size, goes on from what is stored, and expects each node once, in the form of the definition.
    @Test
    void frontierGoesOnFromStoredNodesAndNamesEachNodeOnce() {
        for (int stop = 0; stop <= SIZES; stop++) {
            Map<String, Hash> nodes = new HashMap<>();
            NodeSink sink = (level, index, hash) -> {
                assertEquals(TREE.node(level, index), hash);
                assertEquals(null, nodes.put(level + "/" + index, hash), "named twice");
            };
            var first = Frontier.empty(sink);
            for (int i = 0; i < stop; i++) first.append(TREE.leaves().get(i));
            var second = Frontier.at((level, index) -> nodes.get(level + "/" + index), stop, sink);
            for (int i = stop; i < SIZES; i++) second.append(TREE.leaves().get(i));
            assertEquals(TREE.root(), second.root());
            int expected = 0;
            for (int width = SIZES; width > 0; width /= 2) expected += width;
            assertEquals(expected, nodes.size());
        }
    }

    @Test
    void inclusionIsThatOfTheDefinitionAndNothingElsePasses() {
        for (int size = 1; size <= SIZES; size++) {
            var tree = TREE.first(size);
            var root = tree.root();
            for (int index = 0; index < size; index++) {
                var leaf = TREE.leaves().get(index);
                var path = Proofs.inclusion(TREE, index, size);
                assertEquals(tree.path(index), path, index + " of " + size);
                assertTrue(Inclusion.verify(leaf, index, size, path, root));
                for (int other = 0; other < size; other++) {
                    if (other != index) assertFalse(Inclusion.verify(leaf, other, size, path, root));
                }
                assertFalse(Inclusion.verify(leaf, size, size, path, root));
                assertFalse(Inclusion.verify(leaf, index, 0, path, root));
                for (var wrong : damaged(path)) assertFalse(Inclusion.verify(leaf, index, size, wrong, root));
            }
        }
        assertThrows(IllegalArgumentException.class, () -> Proofs.inclusion(TREE, 3, 3));
    }

    @Test
    void consistencyIsThatOfTheDefinitionAndNothingElsePasses() {
        for (int size = 1; size <= SIZES; size++) {
            var newRoot = TREE.first(size).root();
            for (int old = 1; old <= size; old++) {
                var oldRoot = TREE.first(old).root();
                var proof = Proofs.consistency(TREE, old, size);
                assertEquals(TREE.first(size).proof(old), proof, old + " in " + size);
                assertTrue(Consistency.verify(old, oldRoot, size, newRoot, proof));
                assertFalse(Consistency.verify(0, oldRoot, size, newRoot, proof));
                if (old < size) {
                    assertFalse(Consistency.verify(size, newRoot, old, oldRoot, proof));
                    assertFalse(Consistency.verify(old, newRoot, size, oldRoot, proof));
                    assertFalse(Consistency.verify(old, newRoot, size, newRoot, proof));
                }
                for (var wrong : damaged(proof)) {
                    assertFalse(Consistency.verify(old, oldRoot, size, newRoot, wrong));
                }
            }
        }
        assertFalse(Consistency.verify(0, Merkle.emptyRoot(), 3, TREE.first(3).root(), List.of()));
        assertThrows(IllegalArgumentException.class, () -> Proofs.consistency(TREE, 0, 3));
    }

    /// A path of 64 hashes is right at the last index of a tree of 2^64−1: numbers above 2^63 are not negative.
    @Test
    void indexesAreUnsigned() {
        var leaf = TREE.leaves().getFirst();
        var path = new ArrayList<Hash>();
        for (int i = 0; i < 63; i++) path.add(TREE.leaves().get(i % SIZES));
        // 2^64−2 is the last index of 2^64−1: no sibling at level 0, one at each level above.
        assertTrue(Inclusion.rootFrom(leaf, -2, -1, path).isPresent());
        assertTrue(Inclusion.rootFrom(leaf, -1, -1, path).isEmpty());
        assertTrue(Inclusion.rootFrom(leaf, -2, 1, List.of()).isEmpty());
        assertTrue(Inclusion.rootFrom(leaf, 0, 0, List.of()).isEmpty());
        assertFalse(Consistency.verify(-1, leaf, 1, leaf, List.of()));
    }

    private static List<List<Hash>> damaged(List<Hash> path) {
        var wrong = new ArrayList<List<Hash>>();
        var longer = new ArrayList<>(path);
        longer.add(Merkle.emptyRoot());
        wrong.add(longer);
        if (!path.isEmpty()) {
            wrong.add(path.subList(1, path.size()));
            wrong.add(path.subList(0, path.size() - 1));
        }
        for (int i = 0; i < path.size(); i++) {
            var altered = new ArrayList<>(path);
            altered.set(i, Merkle.emptyRoot());
            wrong.add(altered);
        }
        return wrong;
    }
}
