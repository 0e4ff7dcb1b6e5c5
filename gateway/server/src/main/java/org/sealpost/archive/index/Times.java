package org.sealpost.archive.index;

/// Between which times all entries of something lie, in milliseconds, both included, as unsigned numbers.
record Times(long earliest, long latest) {
    static final Times UNKNOWN = new Times(0, -1);

    /// Of what has no entry with a time.
    static final Times NONE = new Times(1, 0);

    boolean meets(Times other) {
        return Long.compareUnsigned(earliest, other.latest) <= 0 && Long.compareUnsigned(other.earliest, latest) <= 0;
    }

    boolean covers(Times other) {
        return Long.compareUnsigned(earliest, other.earliest) <= 0 && Long.compareUnsigned(other.latest, latest) <= 0;
    }
}
