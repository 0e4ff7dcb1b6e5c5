package org.sealpost.archive;

import java.util.Optional;
import org.sealpost.archive.erasure.Erasure;
import org.sealpost.archive.erasure.KeptSlots;
import org.sealpost.record.HeaderLeaf;

/// What is left of a record whose body is erased.
///
/// @param order by which it is; empty if no order says so: the journal of erasures was lost
/// @param kept  what lets the holder of a copy prove it; empty once that is erased, too
public record ErasedRecord(
        long index, HeaderLeaf leaf, RecordState state, Optional<Erasure> order, Optional<KeptSlots> kept) {}
