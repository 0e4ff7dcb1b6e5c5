package org.sealpost.archive;

import java.util.Optional;
import org.sealpost.evidence.Seal;
import org.sealpost.record.HeaderLeaf;

/// What is left of a record whose segment was given up: whose it was, and what it said, nobody can tell any
/// more.
///
/// @param firstSeal the first seal that covers it
public record GivenUpRecord(long index, HeaderLeaf leaf, RecordState state, Optional<Seal> firstSeal) {}
