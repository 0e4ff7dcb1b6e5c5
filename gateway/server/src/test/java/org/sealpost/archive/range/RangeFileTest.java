package org.sealpost.archive.range;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.record.CborWriter;

/// Bytes made by `vectors.py` from the specification alone, which shares no code with these classes, and what
/// becomes of them in unkind hands.
class RangeFileTest {
    @TempDir
    private Path folder;

    /// Remembers what it saw.
    private static final class Seen implements RangeFile.Watcher {
        private final List<RangeEntry> entries = new ArrayList<>();

        @Override
        public void head(RangeHead head) {}

        @Override
        public void entry(RangeEntry entry) {
            entries.add(entry);
        }
    }

    private RangeFile check(byte[] bytes) throws IOException, RangeFault {
        return check(bytes, new Seen());
    }

    private RangeFile check(byte[] bytes, Seen seen) throws IOException, RangeFault {
        return RangeFile.check(Files.write(folder.resolve("some.range"), bytes), seen);
    }

    private RangeFault refused(byte[] bytes) {
        return assertThrows(RangeFault.class, () -> check(bytes));
    }

    @Test
    void filesMadeFromTheSpecificationAloneHold() throws Exception {
        var seen = new Seen();
        var first = check(ChunkedBytes.vector("first.txt"), seen);
        var second = check(ChunkedBytes.vector("second.txt"), seen);
        assertEquals("vector-port/00000001", first.head().origin().name());
        assertEquals("vector-port-00000001-0-3.range", first.head().fileName());
        assertEquals("vector-port-00000001-3-7.range", second.head().fileName());
        assertEquals(7, second.head().size());
        assertEquals(first.peaks(), second.head().left());
        assertEquals(2, second.head().keys().keys().size());
        assertEquals(7, second.head().checkpoint().orElseThrow().head().size());
        assertEquals(2, first.chunks().size());
        assertEquals(
                List.of(
                        RangeEntry.State.WHOLE,
                        RangeEntry.State.WHOLE,
                        RangeEntry.State.WHOLE,
                        RangeEntry.State.BODY_ERASED,
                        RangeEntry.State.WHOLE,
                        RangeEntry.State.BODY_LEFT_OUT,
                        RangeEntry.State.BODY_LOST),
                seen.entries.stream().map(RangeEntry::state).toList());
        assertTrue(seen.entries.get(2).body().length > 100);
    }

    /// That of the hand-over is known from the head, that of a record from nowhere.
    @Test
    void aLeafThatWasLostStandsByItsHash() throws Exception {
        var bytes = ChunkedBytes.vector("lost.txt");
        var seen = new Seen();
        var lost = check(bytes, seen);
        assertEquals(check(ChunkedBytes.vector("second.txt")).peaks(), lost.peaks());
        assertEquals(
                List.of(
                        RangeEntry.State.BODY_ERASED,
                        RangeEntry.State.LEAF_LOST,
                        RangeEntry.State.BODY_LEFT_OUT,
                        RangeEntry.State.LEAF_LOST),
                seen.entries.stream().map(RangeEntry::state).toList());
        var whole = new ChunkedBytes(bytes);
        int entries = whole.offsets().get(2) + Chunk.HEADER_BYTES + 16;
        assertTrue(refused(whole.altered(entries + 12, 1)).toString().contains("hand-over of that index"));
        assertTrue(refused(whole.altered(entries, 1)).toString().contains("no hash"));
    }

    /// Their leaves would lead to the root all the same, and a mirror passes over what it thinks that it has.
    @Test
    void entriesInAnotherPlaceThanTheirsAreFound() throws Exception {
        for (var name : List.of("first.txt", "second.txt", "lost.txt")) {
            var whole = new ChunkedBytes(ChunkedBytes.vector(name));
            for (int chunk = 1; chunk < whole.offsets().size() - 1; chunk++) {
                int index = whole.offsets().get(chunk) + Chunk.HEADER_BYTES;
                for (int bit : new int[] {1, 2, 64}) {
                    var fault = refused(whole.altered(index, bit));
                    assertTrue(
                            fault.getMessage().matches("chunk " + chunk + " at .*entry [0-9]+ where entry .* expected"),
                            fault::getMessage);
                }
            }
        }
    }

    /// Whatever we read, we write the same.
    @Test
    void aHeadIsWrittenAsItWasRead() throws Exception {
        for (var name : List.of("first.txt", "second.txt")) {
            var bytes = ChunkedBytes.vector(name);
            var head = check(bytes).head().encode();
            assertArrayEquals(java.util.Arrays.copyOfRange(bytes, 32, 32 + head.length), head);
        }
    }

    @Test
    void aFileThatWasCutOffIsIncompleteWhereverItWasCut() throws Exception {
        var whole = new ChunkedBytes(ChunkedBytes.vector("first.txt"));
        int size = ChunkedBytes.vector("first.txt").length;
        for (int cut = 0; cut < size; cut += 1 + cut % 5) {
            var fault = refused(whole.cut(cut));
            assertTrue(
                    String.valueOf(fault.getMessage())
                            .matches("chunk [0-4] at byte [0-9]+: .*(cut off|incomplete|empty).*"),
                    fault::getMessage);
        }
    }

    @Test
    void anAlteredByteIsFound() throws Exception {
        var bytes = ChunkedBytes.vector("second.txt");
        for (int at = 0; at < bytes.length; at += 1 + at % 5) {
            var altered = bytes.clone();
            altered[at] ^= 0x10;
            refused(altered);
        }
    }

    /// By somebody who knows the format: every checksum is right, and no signature is.
    @Test
    void anAlteredByteIsFoundThoughAllChecksumsAreMadeAnew() throws Exception {
        for (var name : List.of("first.txt", "second.txt", "lost.txt")) {
            var bytes = ChunkedBytes.vector(name);
            var whole = new ChunkedBytes(bytes);
            int accepted = 0;
            for (int at = 0; at < bytes.length; at += 1 + at % 3) {
                if (!whole.isContent(at)) continue;
                try {
                    check(whole.altered(at, 0x01));
                    accepted++;
                } catch (RangeFault found) {
                    // As it must be.
                }
            }
            // What nothing signs: the identity of the anchor that is claimed, whether bodies were to be carried, and
            // which of the states without a body an entry has.
            assertTrue(accepted <= 32 + 8 + 1 + 4, name + ": " + accepted + " changes were taken");
        }
    }

    @Test
    void nothingIsReservedForLengthsThatAreNotThere() throws Exception {
        var bytes = ChunkedBytes.vector("first.txt");
        var offsets = new ChunkedBytes(bytes).offsets();
        for (long length : new long[] {-1, 1L << 40, Chunk.MAX_BYTES + 1L, Chunk.MAX_BYTES, 1 << 20}) {
            var altered = bytes.clone();
            var fields = ByteBuffer.wrap(altered).order(ByteOrder.LITTLE_ENDIAN);
            fields.putLong(offsets.get(1) + 16, length);
            fields.putInt(offsets.get(1) + 28, Chunk.crc(altered, offsets.get(1), 28));
            refused(altered);
        }
        int entries = offsets.get(1) + Chunk.HEADER_BYTES;
        for (int count : new int[] {-1, 0, 2, Integer.MAX_VALUE}) {
            var altered = bytes.clone();
            ByteBuffer.wrap(altered).order(ByteOrder.LITTLE_ENDIAN).putInt(entries + 8, count);
            refused(ChunkedBytes.repaired(altered, offsets));
        }
        for (int field : new int[] {0, 4}) {
            for (int length : new int[] {-1, 0, 65_536, Integer.MAX_VALUE}) {
                if (field == 4 && length == 0) continue; // The genesis has no body.
                var altered = bytes.clone();
                ByteBuffer.wrap(altered).order(ByteOrder.LITTLE_ENDIAN).putInt(entries + 16 + field, length);
                refused(ChunkedBytes.repaired(altered, offsets));
            }
        }
        var bomb = new CborWriter().array(15).text("sealpost-range").integer(1).toBytes();
        for (int item : new int[] {0x9b, 0xbb, 0x5b, 0x7b}) {
            var head = java.util.Arrays.copyOf(bomb, bomb.length + 9);
            head[bomb.length] = (byte) item;
            java.util.Arrays.fill(head, bomb.length + 1, head.length, (byte) 0x7f);
            refused(new Chunk(Chunk.Kind.HEAD, 0, 0, head).encode().array());
        }
    }

    @Test
    void aFileOfTooManyChunksIsRefused() throws Exception {
        var first = ChunkedBytes.vector("first.txt");
        int headSize = new ChunkedBytes(first).offsets().get(1);
        var file = folder.resolve("many.range");
        try (var out = new java.io.BufferedOutputStream(Files.newOutputStream(file))) {
            out.write(first, 0, headSize);
            for (int i = 1; i <= Chunk.MAX_COUNT; i++) {
                out.write(new Chunk(Chunk.Kind.ENTRIES, i, 0, new byte[0])
                        .encode()
                        .array());
            }
        }
        try (var opened = FolderStick.openToRead(file)) {
            var in = new ChunkReader(opened);
            for (int i = 0; i < Chunk.MAX_COUNT; i++) in.next();
            assertThrows(RangeFault.class, in::next);
        }
    }

    @Test
    void nothingFollowsTheEnd() throws Exception {
        var bytes = ChunkedBytes.vector("first.txt");
        var longer = java.util.Arrays.copyOf(bytes, bytes.length + 8);
        refused(longer);
        var end = new Chunk(Chunk.Kind.END, 4, 0, new byte[32]).encode().array();
        var twice = java.util.Arrays.copyOf(bytes, bytes.length + end.length);
        System.arraycopy(end, 0, twice, bytes.length, end.length);
        refused(ChunkedBytes.repaired(twice, new ChunkedBytes(twice).offsets()));
    }
}
