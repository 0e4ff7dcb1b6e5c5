package org.sealpost.merkle;

import java.util.ArrayList;
import java.util.List;

/// The definitions of RFC 9162 §2.1 word for word, over a list of leaf hashes; slow, and for comparison only.
record NaiveTree(List<Hash> leaves) implements HashReader {
    static NaiveTree of(int size) {
        var leaves = new ArrayList<Hash>();
        for (int i = 0; i < size; i++) leaves.add(Merkle.leafHash(new byte[] {(byte) i, (byte) (i >> 8)}));
        return new NaiveTree(leaves);
    }

    NaiveTree first(int size) {
        return new NaiveTree(leaves.subList(0, size));
    }

    /// MTH(D[n]).
    Hash root() {
        if (leaves.isEmpty()) return Merkle.emptyRoot();
        if (leaves.size() == 1) return leaves.getFirst();
        return Merkle.nodeHash(left().root(), right().root());
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
        return new NaiveTree(leaves.subList(from, from + (1 << level))).root();
    }

    private NaiveTree left() {
        int k = 1;
        while (k * 2 < leaves.size()) k *= 2;
        return first(k);
    }

    private NaiveTree right() {
        return new NaiveTree(leaves.subList(left().leaves.size(), leaves.size()));
    }
}
