package org.sealpost.archive.erasure;

import java.util.List;
import java.util.Optional;
import org.sealpost.journal.ClosedSegment;

/// What else lies around the log's journal: who writes to it, and what was derived from its entries. Each
/// answer is a reason in words, or empty when there is none.
public interface ErasureSite {
    /// Why the bodies in this segment may not be removed yet: what is derived from them could come to a file
    /// later, as if it were of what is left.
    Optional<String> heldBack(ClosedSegment segment);

    /// What still holds something of bodies that were removed from this segment.
    Optional<String> leftBehind(ClosedSegment segment);

    /// What else may hold bodies of an order's entries, whatever segments the journal still has.
    Optional<String> otherCopies(Erasure order);

    /// What of these records may still be sent to somebody else, or lies here for that.
    Optional<String> toBePublished(List<IndexRange> ranges);

    /// Has the segment that is written to closed soon, if it is this one. Does not wait.
    ///
    /// @return why it cannot be closed now
    Optional<String> close(long segmentNumber);
}
