package org.sealpost.evidence.anchor.evm;

import java.util.Iterator;
import java.util.List;
import org.sealpost.merkle.Hash;

/// What a Merkle-Patricia trie holds under a key (Ethereum yellow paper, appendix D).
final class MerklePatricia {
    private static final int BRANCH_ITEMS = 17;

    private MerklePatricia() {}

    /// @param nodes those that are named by hash on the way to the key, from the root down, and no others; a
    ///              node of less than 32 bytes stands within the one above it
    /// @throws ProofBroken also if the trie holds nothing under the key
    static byte[] value(Hash root, byte[] key, List<byte[]> nodes) throws ProofBroken {
        var given = nodes.iterator();
        byte[] node = next(given, root);
        int at = 0;
        while (true) {
            var items = Rlp.ofList(node).items(BRANCH_ITEMS);
            if (items.size() == BRANCH_ITEMS) {
                // Keys are hashes, or RLP: none is the beginning of another, so none ends within a branch.
                if (at == 2 * key.length) throw new ProofBroken("the key ends in a branch of the trie");
                node = child(items.get(nibble(key, at++)), given);
            } else if (items.size() == 2) {
                var path = Path.of(Rlp.string(items.get(0)));
                at = path.follow(key, at);
                if (path.isLeaf()) {
                    if (at < 2 * key.length) throw new ProofBroken("the trie ends before the key does");
                    if (given.hasNext()) throw new ProofBroken("nodes of a trie are left over");
                    return Rlp.string(items.get(1));
                }
                if (path.length() == 0) throw new ProofBroken("an extension of a trie by nothing");
                node = child(items.get(1), given);
            } else {
                throw new ProofBroken("a node of a trie with " + items.size() + " items");
            }
        }
    }

    private static byte[] child(byte[] item, Iterator<byte[]> given) throws ProofBroken {
        if (Rlp.isList(item)) {
            if (item.length >= Hash.SIZE) throw new ProofBroken("a large node of a trie within another");
            return item;
        }
        var named = Rlp.string(item);
        if (named.length == 0) throw new ProofBroken("the trie holds nothing under the key");
        if (named.length != Hash.SIZE) throw new ProofBroken("a node of a trie is named by no hash");
        return next(given, Hash.of(named));
    }

    private static byte[] next(Iterator<byte[]> given, Hash named) throws ProofBroken {
        if (!given.hasNext()) throw new ProofBroken("a node of a trie is missing");
        var node = given.next();
        if (!Keccak256.of(node).equals(named)) throw new ProofBroken("a node of a trie is not the one that is named");
        return node;
    }

    /// The four bits at a place, from 0.
    private static int nibble(byte[] bytes, int at) {
        return (at % 2 == 0 ? bytes[at / 2] >>> 4 : bytes[at / 2]) & 0xf;
    }

    /// A path in hex-prefix encoding (appendix C).
    ///
    /// @param first of its nibbles, which follow the flags
    private record Path(byte[] encoded, boolean isLeaf, int first) {
        static Path of(byte[] encoded) throws ProofBroken {
            if (encoded.length == 0) throw new ProofBroken("a path of a trie without flags");
            int flags = nibble(encoded, 0);
            boolean isOdd = (flags & 1) == 1;
            if (flags > 3 || (!isOdd && nibble(encoded, 1) != 0)) throw new ProofBroken("a path of a trie in no form");
            return new Path(encoded, (flags & 2) == 2, isOdd ? 1 : 2);
        }

        int length() {
            return 2 * encoded.length - first;
        }

        /// @return the place in the key behind this path
        int follow(byte[] key, int from) throws ProofBroken {
            if (length() > 2 * key.length - from) throw new ProofBroken("the trie holds nothing under the key");
            for (int i = 0; i < length(); i++) {
                if (nibble(encoded, first + i) != nibble(key, from + i)) {
                    throw new ProofBroken("the trie holds nothing under the key");
                }
            }
            return from + length();
        }
    }
}
