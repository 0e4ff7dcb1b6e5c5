package org.sealpost.archive.index;

/// Something in which terms are looked up.
@FunctionalInterface
interface Terms {
    /// The entries that have a value from `low` to `high`, both included, as unsigned numbers; in their order.
    ///
    /// @throws PartBad if that cannot be said
    long[] entries(Term.Kind kind, long low, long high) throws PartBad;

    /// Between which times its entries lie, where that costs little.
    ///
    /// @throws PartBad if that cannot be said
    default Times times() throws PartBad {
        return Times.UNKNOWN;
    }
}
