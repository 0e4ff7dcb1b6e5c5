package org.sealpost.journal;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/// The shape of a journal.
///
/// Sizes may differ from those that an existing journal was written with; its files keep the sizes they have.
///
/// @param kind the journal's name, in every file of it, so that files of two journals cannot be swapped
/// @param segmentSizeBytes size of a segment file, a multiple of 4096, at most 1 GiB
/// @param maxEntrySizeBytes most bytes that a leaf and its body may have together
/// @param maxGroupSizeBytes most bytes written and forced at once, a multiple of 4096; bounds the memory of the writer
/// @param random where the journal's id and the nonces of its segments come from; safe for any thread
public record JournalConfig(
        String kind, int segmentSizeBytes, int maxEntrySizeBytes, int maxGroupSizeBytes, RandomGenerator random) {
    private static final int MAX_SEGMENT_SIZE_BYTES = 1 << 30;

    // A nonce that could be guessed could be forged in a payload.
    private static final RandomGenerator SYSTEM = new SecureRandom();

    /// With the system's randomness.
    public JournalConfig(String kind, int segmentSizeBytes, int maxEntrySizeBytes, int maxGroupSizeBytes) {
        this(kind, segmentSizeBytes, maxEntrySizeBytes, maxGroupSizeBytes, SYSTEM);
    }

    public JournalConfig {
        if (!SegmentHeader.isKind(kind)) {
            throw new IllegalArgumentException(
                    "journal kind is '%s', expected 1 to 31 characters of a-z, 0-9, '-'".formatted(kind));
        }
        requireBlocks("segment size", segmentSizeBytes);
        requireBlocks("max group size", maxGroupSizeBytes);
        if (segmentSizeBytes > MAX_SEGMENT_SIZE_BYTES) {
            throw new IllegalArgumentException("segment size is %d bytes, expected at most %d"
                    .formatted(segmentSizeBytes, MAX_SEGMENT_SIZE_BYTES));
        }
        if (maxEntrySizeBytes < 1) {
            throw new IllegalArgumentException(
                    "max entry size is %d bytes, expected at least 1".formatted(maxEntrySizeBytes));
        }
        long leastGroup = Layout.groupSize(Layout.GROUP_HEADER_SIZE + Layout.frameSize(maxEntrySizeBytes), 1);
        if (maxGroupSizeBytes < leastGroup) {
            throw new IllegalArgumentException("max group size is %d bytes, expected at least %d to hold an entry of %d"
                    .formatted(maxGroupSizeBytes, leastGroup, maxEntrySizeBytes));
        }
        long leastSegment = (long) Layout.BLOCK_SIZE + maxGroupSizeBytes + Layout.footerSize(1);
        if (segmentSizeBytes < leastSegment) {
            throw new IllegalArgumentException("segment size is %d bytes, expected at least %d to hold a group of %d"
                    .formatted(segmentSizeBytes, leastSegment, maxGroupSizeBytes));
        }
    }

    private static void requireBlocks(String what, int sizeBytes) {
        if (sizeBytes <= 0 || sizeBytes % Layout.BLOCK_SIZE != 0) {
            throw new IllegalArgumentException(
                    "%s is %d bytes, expected a multiple of %d".formatted(what, sizeBytes, Layout.BLOCK_SIZE));
        }
    }
}
