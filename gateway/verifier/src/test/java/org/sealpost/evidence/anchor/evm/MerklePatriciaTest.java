package org.sealpost.evidence.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.sealpost.merkle.Hash;

class MerklePatriciaTest {
    /// Values of every size, so that nodes stand within nodes, too; keys of one length, as those of accounts
    /// are.
    @Test
    void findsEachValueAndNoOther() throws ProofBroken {
        var random = new Random(7);
        for (int size = 1; size < 80; size++) {
            var trie = new TestTrie();
            var all = new TreeMap<String, byte[]>();
            for (int i = 0; i < size; i++) {
                var key = new byte[3];
                random.nextBytes(key);
                key[0] &= 0x13; // long common beginnings
                var value = new byte[1 + random.nextInt(i % 3 == 0 ? 3 : 60)];
                random.nextBytes(value);
                trie.put(key, value);
                all.put(HexFormat.of().formatHex(key), value);
            }
            var root = trie.root();
            for (var key : all.keySet()) {
                var bytes = HexFormat.of().parseHex(key);
                var nodes = trie.proof(bytes);
                assertArrayEquals(all.get(key), MerklePatricia.value(root, bytes, nodes));
                bytes[2] ^= 1;
                var other = all.get(HexFormat.of().formatHex(bytes));
                if (other == null) refused(root, bytes, nodes);
                refused(root, new byte[] {bytes[0], bytes[1]}, nodes);
                refused(root, new byte[0], nodes);
                refused(root, new byte[] {bytes[0], bytes[1], bytes[2], 0}, nodes);
            }
        }
    }

    /// The root that geth has for this, from its own tests.
    @Test
    void isTheTrieThatNodesHave() {
        var trie = new TestTrie().put("A".getBytes(), "a".repeat(50).getBytes());
        assertEquals(
                "d23786fb4a010da3ce639d66d5e904a11dbc02746d1ce25029e53290cabf28ab",
                trie.root().hex());
    }

    @Test
    void nothingIsMissingLeftOverOrAltered() {
        var chain = new TestChain();
        var key = TestTrie.number(TestChain.INDEX);
        var nodes = chain.receipts.proof(key);
        var root = chain.receipts.root();
        assertEquals(5, nodes.size());
        for (int i = 0; i < nodes.size(); i++) {
            var without = new ArrayList<>(nodes);
            without.remove(i);
            refused(root, key, without);
            var twice = new ArrayList<>(nodes);
            twice.add(i, nodes.get(i));
            refused(root, key, twice);
            for (int at = 0; at < nodes.get(i).length; at++) {
                var altered = new ArrayList<>(nodes);
                altered.set(i, nodes.get(i).clone());
                altered.get(i)[at] ^= 1;
                refused(root, key, altered);
            }
        }
        var longer = new ArrayList<>(nodes);
        longer.add(nodes.getLast());
        refused(root, key, longer);
        refused(root, TestTrie.number(TestChain.INDEX + 1), nodes);
        refused(root, key, List.of());
        refused(Hash.of(new byte[32]), key, nodes);
    }

    /// Whoever makes the root, too, gets no further: each shape that a trie has not is named.
    @Test
    void nodesOfNoShapeAreRefused() {
        var leaf = TestTrie.string(new byte[] {0x20});
        var value = TestTrie.string(new byte[] {1, 2});
        for (var node : List.of(
                TestTrie.list(),
                TestTrie.list(value),
                TestTrie.list(leaf, value, value),
                TestTrie.list(TestTrie.string(new byte[0]), value),
                TestTrie.list(TestTrie.string(new byte[] {0x40}), value),
                TestTrie.list(TestTrie.string(new byte[] {0x21}), value),
                TestTrie.list(TestTrie.string(new byte[] {0x00}), TestTrie.list(leaf, value)),
                TestTrie.list(
                        TestTrie.string(new byte[] {0x00, 0x12}), TestTrie.list(leaf, TestTrie.string(new byte[40]))),
                TestTrie.list(TestTrie.string(new byte[] {0x00, 0x12}), value),
                TestTrie.list(TestTrie.list(), value),
                TestTrie.list(TestTrie.string(new byte[] {0x20, 0x12}), TestTrie.list()),
                value)) {
            refused(Keccak256.of(node), new byte[] {0x12}, List.of(node));
        }
    }

    private static void refused(Hash root, byte[] key, List<byte[]> nodes) {
        assertThrows(ProofBroken.class, () -> MerklePatricia.value(root, key, nodes));
    }
}
