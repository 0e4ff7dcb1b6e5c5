package org.sealpost.anchor;

import java.time.Instant;
import org.sealpost.lodging.Place;

/// How far an entry has come on one anchorage.
public sealed interface AnchorState {
    /// No head that covers it was seen there yet.
    record Waiting() implements AnchorState {}

    /// A head of this size, which covers it, was seen there and may still be taken back.
    record Anchored(long size, Place place, Instant since) implements AnchorState {}

    /// Covered by a final head.
    record Final(FinalHead head) implements AnchorState {}
}
