package org.sealpost.merkle;

import java.util.ArrayList;
import java.util.List;

/// The definitions of RFC 9162 §2.1 word for word, over a list of leaf hashes; slow, and for comparison only.
record NaiveTree(TreeHash hash, List<Hash> leaves) implements HashReader {
    NaiveTree(List<Hash> leaves) {
        this(TreeHash.SHA256, leaves);
    }

    static NaiveTree of(TreeHash hash, int size) {
        var leaves = new ArrayList<Hash>();
        for (int i = 0; i < size; i++) leaves.add(hash.leaf(new byte[] {(byte) i, (byte) (i >> 8)}, 0, 2));
        return new NaiveTree(hash, leaves);
    }

    NaiveTree first(int size) {
        return new NaiveTree(hash, leaves.subList(0, size));
    }

    /// MTH(D[n]).
    Hash root() {
        if (leaves.isEmpty()) return hash.empty();
        if (leaves.size() == 1) return leaves.getFirst();
        return hash.node(left().root(), right().root());
    }

    /// PATH(m, D[n]).
    List<Hash> path(int m) {
        if (leaves.size() == 1) return List.of();
        boolean isLeft = m < left().leaves.size();
        var path = new ArrayList<>(
                isLeft ? left().path(m) : right().path(m - left().leaves.size()));
        path.add(isLeft ? right().root() : left().root());
        return path;
    }

    /// PROOF(m, D[n]) = SUBPROOF(m, D[n], true).
    List<Hash> proof(int m) {
        return subproof(m, true);
    }

    private List<Hash> subproof(int m, boolean whole) {
        if (m == leaves.size()) return whole ? List.of() : List.of(root());
        int k = left().leaves.size();
        var proof = new ArrayList<>(m <= k ? left().subproof(m, whole) : right().subproof(m - k, false));
        proof.add(m <= k ? right().root() : left().root());
        return proof;
    }

    @Override
    public Hash node(int level, long index) {
        int from = (int) index << level;
        return new NaiveTree(hash, leaves.subList(from, from + (1 << level))).root();
    }

    private NaiveTree left() {
        int k = 1;
        while (k * 2 < leaves.size()) k *= 2;
        return first(k);
    }

    private NaiveTree right() {
        return new NaiveTree(hash, leaves.subList(left().leaves.size(), leaves.size()));
    }
}
