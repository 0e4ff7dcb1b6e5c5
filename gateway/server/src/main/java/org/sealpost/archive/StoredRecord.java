package org.sealpost.archive;

import java.util.Optional;
import org.sealpost.evidence.Seal;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Source;

/// A record as the archive finds it.
///
/// @param firstSeal the first seal that covers it
public record StoredRecord(
        long index,
        HeaderLeaf leaf,
        Source source,
        ClockReading capturedAt,
        Content content,
        RecordState state,
        Optional<Seal> firstSeal) {}
