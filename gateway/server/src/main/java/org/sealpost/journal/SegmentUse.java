package org.sealpost.journal;

/// One use of a segment's file: its nonce as a value, the first eight bytes as `high`, big-endian both. A
/// segment that was written anew is another use, so what was derived from the old one is known to be stale.
public record SegmentUse(long high, long low) {}
