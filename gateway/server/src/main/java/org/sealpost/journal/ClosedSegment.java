package org.sealpost.journal;

/// A segment as others see it.
///
/// @param number     its place in the journal, which is also its file's name
/// @param firstIndex its first entry
/// @param nextIndex  the one behind its last entry that was forced
/// @param sizeBytes  of its file
/// @param use        changes when its bytes do
public record ClosedSegment(long number, long firstIndex, long nextIndex, long sizeBytes, SegmentUse use) {}
