package org.sealpost.archive.index;

/// Counts how many terms were walked through.
final class Metered implements Terms {
    private final Terms terms;
    private long walked;

    Metered(Terms terms) {
        this.terms = terms;
    }

    @Override
    public long[] entries(Term.Kind kind, long low, long high) throws PartBad {
        long[] found = terms.entries(kind, low, high);
        walked += found.length;
        return found;
    }

    @Override
    public Times times() throws PartBad {
        return terms.times();
    }

    long walked() {
        return walked;
    }
}
