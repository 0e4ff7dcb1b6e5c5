package org.sealpost.journal;

/// A run of entries that lies in one file.
///
/// @param number the segment's, which is its name
/// @param firstIndex of its entries
/// @param nextIndex behind the last of its entries
/// @param sizeBytes of the file
/// @param use changes when the file is written anew
public record ClosedSegment(long number, long firstIndex, long nextIndex, long sizeBytes, SegmentUse use) {
    static ClosedSegment of(SegmentHeader header, long nextIndex) {
        return new ClosedSegment(
                header.number(), header.firstIndex(), nextIndex, header.sizeBytes(), SegmentUse.of(header.nonce()));
    }
}
