package org.sealpost.archive.index;

import java.util.Arrays;
import java.util.function.Consumer;

/// Terms in memory, 16 bytes each, as they come: in the order of their entries. Belongs to one thread, or to
/// who guards it.
final class TermList implements Terms {
    private final OfKind[] kinds = new OfKind[Term.Kind.values().length];

    TermList() {
        for (int i = 0; i < kinds.length; i++) kinds[i] = new OfKind();
    }

    private static final class OfKind {
        long[] values = new long[64];
        long[] indexes = new long[64];
        int count;
    }

    /// The terms of an entry behind all that were added.
    void add(Iterable<Term> terms) {
        for (var term : terms) {
            var of = kinds[term.kind().ordinal()];
            if (of.count == of.values.length) {
                of.values = Arrays.copyOf(of.values, of.count * 2);
                of.indexes = Arrays.copyOf(of.indexes, of.count * 2);
            }
            of.values[of.count] = term.value();
            of.indexes[of.count++] = term.index();
        }
    }

    /// The same for all of another one.
    void add(TermList more) {
        for (int i = 0; i < kinds.length; i++) {
            var of = kinds[i];
            var added = more.kinds[i];
            int count = of.count + added.count;
            if (count > of.values.length) {
                of.values = Arrays.copyOf(of.values, Math.max(count, of.count * 2));
                of.indexes = Arrays.copyOf(of.indexes, of.values.length);
            }
            System.arraycopy(added.values, 0, of.values, of.count, added.count);
            System.arraycopy(added.indexes, 0, of.indexes, of.count, added.count);
            of.count = count;
        }
    }

    long count() {
        return Arrays.stream(kinds).mapToLong(of -> of.count).sum();
    }

    void dropBelow(long index) {
        for (var of : kinds) {
            int kept = Arrays.binarySearch(of.indexes, 0, of.count, index);
            kept = kept < 0 ? -kept - 1 : kept;
            of.values = Arrays.copyOfRange(of.values, kept, Math.max(of.count, kept + 64));
            of.indexes = Arrays.copyOfRange(of.indexes, kept, Math.max(of.count, kept + 64));
            of.count -= kept;
        }
    }

    @Override
    public long[] entries(Term.Kind kind, long low, long high) {
        var of = kinds[kind.ordinal()];
        long[] found = new long[of.count];
        int size = 0;
        for (int i = 0; i < of.count; i++) {
            if (Long.compareUnsigned(low, of.values[i]) <= 0 && Long.compareUnsigned(of.values[i], high) <= 0) {
                found[size++] = of.indexes[i];
            }
        }
        return Arrays.copyOf(found, size);
    }

    /// All of them encoded, in the order of their bytes. One kind at a time is spread out for that.
    void inOrder(Consumer<byte[]> sink) {
        for (var kind : Term.Kind.values()) {
            var of = kinds[kind.ordinal()];
            byte[][] encoded = new byte[of.count][];
            for (int i = 0; i < of.count; i++) encoded[i] = Term.encode(kind, of.values[i], of.indexes[i]);
            Arrays.sort(encoded, Arrays::compareUnsigned);
            for (var term : encoded) sink.accept(term);
        }
    }
}
