package org.sealpost.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Bytes made by `vectors.py` from the specification alone, which shares no code with the journal.
class SegmentFormatTest {
    private static final int SIZE = 4 * 4096;
    private static final JournalConfig CONFIG = new JournalConfig("entries", SIZE, 1000, 4096);

    @Test
    void aJournalMadeElsewhereIsRead() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        for (int number = 0; number < 2; number++) {
            String name = "000000000000000%d.segment".formatted(number);
            disk.create(name, SIZE).close();
            disk.overwrite(name, 0, vector(Integer.toString(number)));
        }
        try (Journal journal = Journal.open(disk, CONFIG, 5)) {
            assertEquals(5, journal.size());
            assertEntry(journal.read(0), "leaf 0", "body of entry 0");
            assertEntry(journal.read(1), "leaf 1", "");
            assertEntry(journal.read(2), "", "only a body");
            assertTrue(journal.read(3).bodyErased());
            assertEntry(journal.read(3), "leaf 3", "");
            assertEntry(journal.read(4), "leaf 4", "body of entry 4");
            assertFalse(journal.read(4).bodyErased());
            assertEquals(5, journal.append(new byte[1], new byte[1]));
            journal.force();
        }
    }

    @Test
    void theSameEntriesGiveTheSameBytes() {
        byte[] nonce = HexFormat.of().parseHex("101112131415161718191a1b1c1d1e1f");
        byte[] journalId = HexFormat.of().parseHex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
        SegmentHeader header = new SegmentHeader("entries", journalId, 0, 0, 0, nonce, SIZE);
        ByteBuffer segment = ByteBuffer.allocate(SIZE).put(header.encode());
        GroupIndex groups = new GroupIndex();
        PendingGroup pending = new PendingGroup(4096, header, 0, 0);
        pending.add(bytes("leaf 0"), bytes("body of entry 0"));
        pending.add(bytes("leaf 1"), bytes(""));
        segment.put(pending.finish());
        groups.add(4096, 2);
        pending.begin(1, 2);
        pending.add(bytes(""), bytes("only a body"));
        segment.put(pending.finish());
        groups.add(4096, 1);
        segment.put(SegmentFooter.encode(header, groups));
        assertArrayEquals(vector("0"), segment.array());
    }

    @Test
    void aSalvagedJournalMadeElsewhereIsRead() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        String name = "0000000000000000.segment";
        disk.create(name, SIZE).close();
        disk.overwrite(name, 0, vector("lost"));
        byte[] hash = HexFormat.of().parseHex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf");
        try (Journal journal = Journal.open(disk, CONFIG, 3)) {
            assertEquals(EntryState.WHOLE, journal.read(0).state());
            assertEquals(EntryState.BODY_LOST, journal.read(1).state());
            assertEntry(journal.read(1), "leaf 1", "");
            assertEquals(EntryState.LEAF_LOST, journal.read(2).state());
            assertArrayEquals(hash, journal.read(2).leaf());
            assertFalse(journal.read(2).bodyErased());
        }
        SegmentHeader header = new SegmentHeader(
                "entries",
                HexFormat.of().parseHex("b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"),
                0,
                0,
                0,
                HexFormat.of().parseHex("505152535455565758595a5b5c5d5e5f"),
                SIZE);
        PendingGroup pending = new PendingGroup(4096, header, 0, 0);
        pending.add(bytes("leaf 0"), bytes("body of entry 0"));
        pending.add(bytes("leaf 1"), new byte[9], EntryState.BODY_LOST);
        pending.add(hash, new byte[0], EntryState.LEAF_LOST);
        ByteBuffer segment = ByteBuffer.allocate(SIZE).put(header.encode()).put(pending.finish());
        assertArrayEquals(vector("lost"), segment.array());
    }

    private static void assertEntry(JournalEntry entry, String leaf, String body) {
        assertEquals(leaf, new String(entry.leaf(), UTF_8));
        assertEquals(body, new String(entry.body(), UTF_8));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] vector(String name) {
        byte[] segment = new byte[SIZE];
        var file = SegmentFormatTest.class.getResourceAsStream("/journal/segment-%s.txt".formatted(name));
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(Objects.requireNonNull(file), UTF_8))) {
            for (String line : lines.lines().toList()) {
                byte[] row = HexFormat.of().parseHex(line.substring(5));
                System.arraycopy(row, 0, segment, Integer.parseInt(line, 0, 4, 16), row.length);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return segment;
    }
}
