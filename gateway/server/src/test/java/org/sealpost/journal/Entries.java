package org.sealpost.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Entries for tests: what they hold follows from their index and a salt, so that each can be told from any other.
final class Entries {
    /// Segments of 16 blocks, so that rolling over is an everyday matter.
    static final JournalConfig SMALL = new JournalConfig("entries", 64 * 1024, 6000, 16 * 1024);

    // Tests provoke what the journal warns of, thousands of times.
    private static final java.util.logging.Logger QUIET = java.util.logging.Logger.getLogger("org.sealpost.journal");

    static {
        QUIET.setLevel(java.util.logging.Level.OFF);
    }

    private Entries() {}

    static byte[] leaf(long index, long salt) {
        return ByteBuffer.allocate(24).putLong(index).putLong(salt).array();
    }

    static byte[] body(long index, long salt) {
        Random random = new Random(index * 31 + salt);
        byte[] body = new byte[random.nextInt(1500)];
        random.nextBytes(body);
        return body;
    }

    static long append(Journal journal, long index, long salt) throws IOException {
        long given = journal.append(leaf(index, salt), body(index, salt));
        assertEquals(index, given);
        return given;
    }

    /// Appends entries up to `end` and forces them as one group.
    static void group(Journal journal, int count, long salt) throws IOException {
        long first = journal.size();
        for (long index = first; index < first + count; index++) {
            append(journal, index, salt);
        }
        journal.force();
        assertEquals(first + count, journal.size());
    }

    static void assertEntry(JournalEntry entry, long salt) {
        assertArrayEquals(leaf(entry.index(), salt), entry.leaf(), () -> "leaf of entry " + entry.index());
        assertArrayEquals(body(entry.index(), salt), entry.body(), () -> "body of entry " + entry.index());
    }

    /// Reads all entries in both ways and compares them with what was appended.
    static void assertHolds(Journal journal, long size, long salt) throws IOException {
        assertEquals(size, journal.size());
        for (long index = journal.firstIndex(); index < size; index++) {
            assertEntry(journal.read(index), salt);
        }
        List<Long> seen = new ArrayList<>();
        journal.scan(journal.firstIndex(), Integer.MAX_VALUE, entry -> {
            assertEntry(entry, salt);
            seen.add(entry.index());
        });
        assertEquals(size - journal.firstIndex(), seen.size());
    }

    /// The name of the segment with the highest number.
    static String lastSegment(FaultyDisk disk) {
        return disk.list().stream()
                .filter(SegmentHeader::isName)
                .max(String::compareTo)
                .orElseThrow();
    }

    /// Where the groups of a segment begin, and last the end; found by their headers, not by the code under test.
    static List<Integer> groupOffsets(byte[] segment) {
        List<Integer> offsets = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.wrap(segment).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        int offset = 4096;
        while (offset < segment.length
                && new String(segment, offset, 8, java.nio.charset.StandardCharsets.US_ASCII).equals("SPGROUP1")) {
            offsets.add(offset);
            offset += bytes.getInt(offset + 44);
        }
        offsets.add(offset);
        return offsets;
    }
}
