package org.sealpost.archive.range;

import java.util.ArrayList;
import java.util.List;
import org.sealpost.merkle.Frontier;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.HashReader;

/// What lies beside a range in the tree: with its leaves in between it gives the root, and nothing else does
/// (docs/formats.md §19).
///
/// @param left  roots of the complete subtrees before the range, largest first
/// @param right those behind it, up to the size of the head, from left to right
record Flanks(List<Hash> left, List<Hash> right) {
    Flanks {
        left = List.copyOf(left);
        right = List.copyOf(right);
    }

    /// A complete subtree of 2^level leaves.
    record Place(int level, long index) {
        /// The entry behind its last one.
        long end() {
            return index + 1 << level;
        }
    }

    static Flanks of(HashReader nodes, long from, long next, long size) {
        return new Flanks(read(nodes, before(from)), read(nodes, behind(next, size)));
    }

    private static List<Hash> read(HashReader nodes, List<Place> places) {
        return places.stream()
                .map(place -> nodes.node(place.level, place.index))
                .toList();
    }

    /// Whether there are as many hashes as range and size ask for.
    boolean fit(long from, long next, long size) {
        return left.size() == before(from).size()
                && right.size() == behind(next, size).size();
    }

    /// The tree before the range.
    Frontier begin(long from) {
        return Frontier.of(from, left);
    }

    /// Adds what lies behind the range.
    void end(Frontier tree, long size) {
        var places = behind(tree.size(), size);
        for (int i = 0; i < places.size(); i++) tree.append(places.get(i).level, right.get(i));
    }

    static List<Place> before(long from) {
        return behind(0, from);
    }

    static List<Place> behind(long next, long size) {
        var places = new ArrayList<Place>();
        for (long at = next; at < size; ) {
            int fits = 63 - Long.numberOfLeadingZeros(size - at);
            int level = at == 0 ? fits : Math.min(fits, Long.numberOfTrailingZeros(at));
            places.add(new Place(level, at >>> level));
            at += 1L << level;
        }
        return places;
    }
}
