package org.sealpost.anchor.evm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sealpost.evidence.anchor.evm.RlpWriter;
import org.sealpost.merkle.Hash;

/// The Merkle-Patricia trie of a block's receipts (Ethereum yellow paper, appendix D), made anew from the
/// receipts: no node hands out its own.
final class ReceiptTrie {
    private final List<Entry> entries = new ArrayList<>();

    /// @param receipts in the order of their transactions, as the trie holds them
    ReceiptTrie(List<byte[]> receipts) {
        for (int i = 0; i < receipts.size(); i++) entries.add(new Entry(nibbles(i), receipts.get(i)));
        entries.sort((one, other) -> Arrays.compare(one.nibbles, other.nibbles));
    }

    /// @param nibbles of its key, each a byte
    private record Entry(byte[] nibbles, byte[] value) {}

    private static byte[] nibbles(int index) {
        byte[] key = RlpWriter.number(index);
        var nibbles = new byte[2 * key.length];
        for (int i = 0; i < nibbles.length; i++) nibbles[i] = (byte) (key[i / 2] >>> (i % 2 == 0 ? 4 : 0) & 0xf);
        return nibbles;
    }

    Hash root() {
        return Hash.of(Keccak.hash(entries.isEmpty() ? RlpWriter.bytes(new byte[0]) : encoded(0, entries.size(), 0)));
    }

    /// The nodes on the way to a receipt that are named by their hash, from the root down.
    List<byte[]> proof(int index) {
        byte[] wanted = nibbles(index);
        var nodes = new ArrayList<byte[]>();
        int from = 0;
        int to = entries.size();
        int depth = 0;
        while (true) {
            byte[] node = encoded(from, to, depth);
            if (depth == 0 || node.length >= Hash.SIZE) nodes.add(node);
            if (to - from == 1) return nodes;
            int common = common(from, to, depth);
            if (common > depth) {
                depth = common; // an extension, then the branch below it
            } else {
                while (nibble(from, depth) != wanted[depth]) from++;
                to = behind(from, to, depth);
                depth++;
            }
        }
    }

    /// The node above the entries of this range, whose keys are alike before this depth.
    private byte[] encoded(int from, int to, int depth) {
        byte[] nibbles = entries.get(from).nibbles;
        if (to - from == 1) {
            return RlpWriter.list(path(nibbles, depth, nibbles.length, 2), RlpWriter.bytes(entries.get(from).value));
        }
        int common = common(from, to, depth);
        if (common > depth) return RlpWriter.list(path(nibbles, depth, common, 0), named(encoded(from, to, common)));
        // No key is the beginning of another, so a branch has no value of its own.
        var items = new byte[17][];
        Arrays.fill(items, RlpWriter.bytes(new byte[0]));
        for (int at = from; at < to; ) {
            int next = behind(at, to, depth);
            items[nibble(at, depth)] = named(encoded(at, next, depth + 1));
            at = next;
        }
        return RlpWriter.list(items);
    }

    /// A node stands within the one above it unless that names it by its hash.
    private static byte[] named(byte[] node) {
        return node.length < Hash.SIZE ? node : RlpWriter.bytes(Keccak.hash(node));
    }

    private int common(int from, int to, int depth) {
        int common = depth;
        while (nibble(from, common) == nibble(to - 1, common)) common++;
        return common;
    }

    /// Where the entries end that have the same nibble as the first one.
    private int behind(int from, int to, int depth) {
        int end = from + 1;
        while (end < to && nibble(end, depth) == nibble(from, depth)) end++;
        return end;
    }

    private int nibble(int entry, int depth) {
        return entries.get(entry).nibbles[depth];
    }

    /// Hex-prefix encoding (appendix C).
    private static byte[] path(byte[] nibbles, int from, int to, int flags) {
        boolean isOdd = (to - from) % 2 == 1;
        var encoded = new byte[(to - from) / 2 + 1];
        encoded[0] = (byte) ((flags + (isOdd ? 1 : 0)) << 4 | (isOdd ? nibbles[from] : 0));
        int at = from + (isOdd ? 1 : 0);
        for (int i = 1; i < encoded.length; i++, at += 2) encoded[i] = (byte) (nibbles[at] << 4 | nibbles[at + 1]);
        return RlpWriter.bytes(encoded);
    }
}
