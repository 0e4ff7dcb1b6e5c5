package org.sealpost.archive.index;

import java.util.Arrays;
import java.util.function.Consumer;

/// Terms in memory, 16 bytes each, as they come: in the order of their entries. Belongs to one thread, or to
/// who guards it.
final class TermList implements Terms {
    private final OfKind[] kinds = new OfKind[Term.Kind.values().length];

    TermList() {
        Arrays.setAll(kinds, _ -> new OfKind(new Longs(), new Longs()));
    }

    /// @param indexes in ascending order
    private record OfKind(Longs values, Longs indexes) {
        int count() {
            return values.size();
        }

        void add(long value, long index) {
            values.add(value);
            indexes.add(index);
        }

        OfKind of(int from, int to) {
            return new OfKind(values.of(from, to), indexes.of(from, to));
        }
    }

    /// The terms of an entry behind all that were added.
    void add(Iterable<Term> terms) {
        for (var term : terms) kinds[term.kind().ordinal()].add(term.value(), term.index());
    }

    /// The same for all of another one.
    void add(TermList more) {
        for (int kind = 0; kind < kinds.length; kind++) {
            var added = more.kinds[kind];
            for (int i = 0; i < added.count(); i++) kinds[kind].add(added.values.get(i), added.indexes.get(i));
        }
    }

    long count() {
        return Arrays.stream(kinds).mapToLong(OfKind::count).sum();
    }

    /// Those of the entries from one up to another.
    TermList of(long first, long next) {
        var part = new TermList();
        Arrays.setAll(
                part.kinds,
                kind -> kinds[kind].of(kinds[kind].indexes.firstFrom(first), kinds[kind].indexes.firstFrom(next)));
        return part;
    }

    void dropBelow(long index) {
        Arrays.setAll(kinds, kind -> kinds[kind].of(kinds[kind].indexes.firstFrom(index), kinds[kind].count()));
    }

    @Override
    public long[] entries(Term.Kind kind, long low, long high) {
        var of = kinds[kind.ordinal()];
        long[] found = new long[16];
        int size = 0;
        for (int i = 0; i < of.count(); i++) {
            long value = of.values.get(i);
            if (Long.compareUnsigned(low, value) > 0 || Long.compareUnsigned(value, high) > 0) continue;
            if (size == found.length) found = Arrays.copyOf(found, size * 2);
            found[size++] = of.indexes.get(i);
        }
        return Arrays.copyOf(found, size);
    }

    /// All of them encoded, in the order of their bytes. One kind at a time is spread out for that.
    void inOrder(Consumer<byte[]> sink) {
        for (var kind : Term.Kind.values()) {
            var of = kinds[kind.ordinal()];
            byte[][] encoded = new byte[of.count()][];
            for (int i = 0; i < encoded.length; i++) {
                encoded[i] = Term.encode(kind, of.values.get(i), of.indexes.get(i));
            }
            Arrays.sort(encoded, Arrays::compareUnsigned);
            for (var term : encoded) sink.accept(term);
        }
    }
}
