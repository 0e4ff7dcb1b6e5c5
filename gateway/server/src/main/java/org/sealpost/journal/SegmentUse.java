package org.sealpost.journal;

import java.nio.ByteBuffer;

/// Names one use of a segment's file: the nonce, as a value. Whatever is derived from a segment notes it, and
/// is stale by itself once the segment was written anew.
///
/// @param high the first eight bytes, big-endian
/// @param low the last eight bytes, big-endian
public record SegmentUse(long high, long low) {
    static SegmentUse of(byte[] nonce) {
        ByteBuffer bytes = ByteBuffer.wrap(nonce);
        return new SegmentUse(bytes.getLong(), bytes.getLong());
    }
}
