package org.sealpost.merkle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.jcajce.provider.digest.SM3;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("hashes")
class MerkleTest {
    private static final int SIZES = 70;

    private final TreeHash hash;
    private final NaiveTree tree;

    MerkleTest(TreeHash hash) {
        this.hash = hash;
        this.tree = NaiveTree.of(hash, SIZES);
    }

    static List<TreeHash> hashes() {
        return List.of(TreeHash.SHA256, TreeHash.SM3);
    }

    @Test
    void leavesAndNodesAreHashedApart() throws Exception {
        var left = hash.leaf("left".getBytes(), 0, 4);
        var right = hash.leaf("a right leaf".getBytes(), 2, 5);
        assertEquals(plain(new byte[] {0, 'l', 'e', 'f', 't'}), left);
        assertEquals(plain(new byte[] {0, 'r', 'i', 'g', 'h', 't'}), right);
        var both = new byte[65];
        both[0] = 1;
        left.writeTo(both, 1);
        right.writeTo(both, 33);
        assertEquals(plain(both), hash.node(left, right));
        var ofNothing = hash == TreeHash.SHA256
                ? "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
                : "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b";
        assertEquals(ofNothing, hash.empty().hex());
        assertEquals(hash.empty(), Frontier.empty(hash, NodeSink.NOWHERE).root());
    }

    /// A refused call leaves nothing behind that the next one would hash, too.
    @Test
    void aLeafThatLiesOutsideItsArrayIsRefused() {
        assertThrows(IndexOutOfBoundsException.class, () -> hash.leaf(new byte[3], 2, 2));
        assertEquals(tree.leaves().getFirst(), hash.leaf(new byte[2], 0, 2));
    }

    @Test
    void hashesAreValuesThatNobodyChanges() {
        var bytes = new byte[32];
        var value = Hash.of(bytes);
        bytes[0] = 1;
        value.toBytes()[1] = 1;
        assertEquals("00".repeat(32), value.hex());
        assertEquals(value, Hash.ofHex("00".repeat(32)));
        assertNotEquals(value, Hash.of(bytes));
        assertThrows(IllegalArgumentException.class, () -> Hash.of(new byte[31]));
        assertThrows(IllegalArgumentException.class, () -> Hash.of(new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> Hash.ofHex("00"));
    }

    @Test
    void frontierAndStoredNodesGiveTheRootsOfTheDefinition() {
        var frontier = Frontier.empty(hash, NodeSink.NOWHERE);
        for (int size = 0; size <= SIZES; size++) {
            assertEquals(tree.first(size).root(), frontier.root(), "size " + size);
            assertEquals(size, frontier.size());
            assertEquals(tree.first(size).root(), Proofs.root(tree, size), "size " + size);
            if (size < SIZES) frontier.append(tree.leaves().get(size));
        }
    }

    /// Stops at every size, goes on from what is stored, and expects each node once, in the form of the definition.
    @Test
    void frontierGoesOnFromStoredNodesAndNamesEachNodeOnce() {
        for (int stop = 0; stop <= SIZES; stop++) {
            Map<String, Hash> nodes = new HashMap<>();
            NodeSink sink = (level, index, node) -> {
                assertEquals(tree.node(level, index), node);
                assertEquals(null, nodes.put(level + "/" + index, node), "named twice");
            };
            var first = Frontier.empty(hash, sink);
            for (int i = 0; i < stop; i++) first.append(tree.leaves().get(i));
            var second = Frontier.at(stored(nodes), stop, sink);
            for (int i = stop; i < SIZES; i++) second.append(tree.leaves().get(i));
            assertEquals(tree.root(), second.root());
            int expected = 0;
            for (int width = SIZES; width > 0; width /= 2) expected += width;
            assertEquals(expected, nodes.size());
        }
    }

    @Test
    void inclusionIsThatOfTheDefinitionAndNothingElsePasses() {
        for (int size = 1; size <= SIZES; size++) {
            var first = tree.first(size);
            var root = first.root();
            for (int index = 0; index < size; index++) {
                var leaf = tree.leaves().get(index);
                var path = Proofs.inclusion(tree, index, size);
                assertEquals(first.path(index), path, index + " of " + size);
                assertTrue(Inclusion.verify(hash, leaf, index, size, path, root));
                for (int other = 0; other < size; other++) {
                    if (other != index) assertFalse(Inclusion.verify(hash, leaf, other, size, path, root));
                }
                assertFalse(Inclusion.verify(hash, leaf, size, size, path, root));
                assertFalse(Inclusion.verify(hash, leaf, index, 0, path, root));
                for (var wrong : damaged(path)) assertFalse(Inclusion.verify(hash, leaf, index, size, wrong, root));
            }
        }
        assertThrows(IllegalArgumentException.class, () -> Proofs.inclusion(tree, 3, 3));
    }

    @Test
    void consistencyIsThatOfTheDefinitionAndNothingElsePasses() {
        for (int size = 1; size <= SIZES; size++) {
            var newRoot = tree.first(size).root();
            for (int old = 1; old <= size; old++) {
                var oldRoot = tree.first(old).root();
                var proof = Proofs.consistency(tree, old, size);
                assertEquals(tree.first(size).proof(old), proof, old + " in " + size);
                assertTrue(Consistency.verify(hash, old, oldRoot, size, newRoot, proof));
                assertFalse(Consistency.verify(hash, 0, oldRoot, size, newRoot, proof));
                if (old < size) {
                    assertFalse(Consistency.verify(hash, size, newRoot, old, oldRoot, proof));
                    assertFalse(Consistency.verify(hash, old, newRoot, size, oldRoot, proof));
                    assertFalse(Consistency.verify(hash, old, newRoot, size, newRoot, proof));
                }
                for (var wrong : damaged(proof)) {
                    assertFalse(Consistency.verify(hash, old, oldRoot, size, newRoot, wrong));
                }
            }
        }
        assertFalse(Consistency.verify(hash, 0, hash.empty(), 3, tree.first(3).root(), List.of()));
        assertThrows(IllegalArgumentException.class, () -> Proofs.consistency(tree, 0, 3));
    }

    /// A path of 64 hashes is right at the last index of a tree of 2^64−1: numbers above 2^63 are not negative.
    @Test
    void indexesAreUnsigned() {
        var leaf = tree.leaves().getFirst();
        var path = new ArrayList<Hash>();
        for (int i = 0; i < 63; i++) path.add(tree.leaves().get(i % SIZES));
        // 2^64−2 is the last index of 2^64−1: no sibling at level 0, one at each level above.
        assertTrue(Inclusion.rootFrom(hash, leaf, -2, -1, path).isPresent());
        assertTrue(Inclusion.rootFrom(hash, leaf, -1, -1, path).isEmpty());
        assertTrue(Inclusion.rootFrom(hash, leaf, -2, 1, List.of()).isEmpty());
        assertTrue(Inclusion.rootFrom(hash, leaf, 0, 0, List.of()).isEmpty());
        assertFalse(Consistency.verify(hash, -1, leaf, 1, leaf, List.of()));
    }

    private List<List<Hash>> damaged(List<Hash> path) {
        var wrong = new ArrayList<List<Hash>>();
        var longer = new ArrayList<>(path);
        longer.add(hash.empty());
        wrong.add(longer);
        if (!path.isEmpty()) {
            wrong.add(path.subList(1, path.size()));
            wrong.add(path.subList(0, path.size() - 1));
        }
        for (int i = 0; i < path.size(); i++) {
            var altered = new ArrayList<>(path);
            altered.set(i, hash.empty());
            wrong.add(altered);
        }
        return wrong;
    }

    private HashReader stored(Map<String, Hash> nodes) {
        return new HashReader() {
            @Override
            public Hash node(int level, long index) {
                return nodes.get(level + "/" + index);
            }

            @Override
            public TreeHash hash() {
                return hash;
            }
        };
    }

    /// The hash function alone.
    private Hash plain(byte[] bytes) throws Exception {
        if (hash == TreeHash.SHA256)
            return Hash.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        return Hash.of(new SM3.Digest().digest(bytes));
    }
}
