package org.sealpost.archive.range;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.journal.LostLeaf;
import org.sealpost.seal.SoftwareKey;

class RangeExportTest {
    private static final RangeExport.Limits SMALL = new RangeExport.Limits(2000, 20_000);

    @TempDir
    private Path folder;

    private final SoftwareKey key = SoftwareKey.p256();
    private final List<RangeExport.Volume> told = new ArrayList<>();
    private SmallLog log;
    private Path out;

    @BeforeEach
    void open() throws Exception {
        log = new SmallLog(folder.resolve("box"), key, "small/1").grow(40, "record");
        out = Files.createDirectory(folder.resolve("stick"));
    }

    @AfterEach
    void close() throws IOException {
        log.close();
    }

    private RangeExport.Outcome export(Stick stick, long from, long to, long volume, boolean bodies)
            throws IOException {
        told.clear();
        return new RangeExport(log.source(), stick, SMALL, told::add)
                .run(new RangeExport.Order(from, to, volume, bodies));
    }

    private RangeExport.Outcome export(long from, long to) throws IOException {
        return export(new FaultyStick(new FolderStick(out)), from, to, 1 << 20, true);
    }

    private List<RangeEntry> entries(Path file) throws Exception {
        var all = new ArrayList<RangeEntry>();
        RangeFile.check(file, new RangeFile.Watcher() {
            @Override
            public void head(RangeHead head) {}

            @Override
            public void entry(RangeEntry entry) {
                all.add(entry);
            }
        });
        return all;
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(out)) {
            return files.sorted().toList();
        }
    }

    @Test
    void whatIsExportedIsWhatTheJournalHas() throws Exception {
        assertInstanceOf(RangeExport.Outcome.Done.class, export(0, 41));
        assertEquals(List.of(out.resolve("small-1-0-41.range")), files());
        var all = entries(files().getFirst());
        assertEquals(41, all.size());
        for (var entry : all) {
            var kept = log.entries.read(entry.index());
            assertArrayEquals(kept.leaf(), entry.leaf());
            assertArrayEquals(kept.body(), entry.body());
            assertEquals(RangeEntry.State.WHOLE, entry.state());
        }
        assertEquals(Files.size(files().getFirst()), told.getFirst().sizeBytes());
    }

    /// Any part of it, of a log that has grown beyond it by any number of entries.
    @Test
    void anyRangeLeadsToTheRoot() throws Exception {
        for (long from = 0; from < 41; from += 3) {
            for (long next = from + 1; next <= 41; next += 4) {
                for (var file : files()) Files.delete(file);
                export(from, next);
                assertEquals(
                        next - from,
                        entries(out.resolve("small-1-" + from + "-" + next + ".range"))
                                .size());
            }
        }
    }

    @Test
    void volumesKeepTheirSizeAndEachStandsAlone() throws Exception {
        export(new FolderStick(out), 0, 41, 20_000, true);
        assertTrue(files().size() > 2, files().toString());
        long next = 0;
        for (var volume : told) {
            assertTrue(volume.sizeBytes() <= 20_000, volume.toString());
            assertEquals(next, volume.from());
            assertEquals(
                    volume.next() - volume.from(),
                    entries(Path.of(volume.file())).size());
            next = volume.next();
        }
        assertEquals(41, next);
    }

    @Test
    void withoutBodiesThereIsNone() throws Exception {
        export(new FolderStick(out), 0, 41, 1 << 20, false);
        var all = entries(files().getFirst());
        assertEquals(RangeEntry.State.WHOLE, all.getFirst().state(), "the genesis has none");
        for (var entry : all.subList(1, 41)) {
            assertEquals(RangeEntry.State.BODY_LEFT_OUT, entry.state());
            assertEquals(0, entry.body().length);
        }
    }

    @Test
    void whatWasErasedOrGivenUpIsCarriedAsItIs() throws Exception {
        log.entries.closeSegment();
        log.entries.eraseBodies(0, index -> index == 7);
        var hiding = new RangeExport(log.source(index -> index == 9), new FolderStick(out), SMALL, told::add);
        hiding.run(new RangeExport.Order(0, 41, 1 << 20, true));
        var all = entries(files().getFirst());
        for (int index = 1; index < 41; index++) {
            var expected = index == 7 || index == 9 ? RangeEntry.State.BODY_ERASED : RangeEntry.State.WHOLE;
            assertEquals(expected, all.get(index).state(), "entry " + index);
        }
        log.grow(900, "later");
        log.giveUp(600);
        long first = log.entries.firstIndex();
        assertTrue(first > 100, "first is " + first);
        export(41, 941);
        var later = entries(out.resolve("small-1-41-941.range"));
        for (var entry : later) {
            var expected = entry.index() < first ? RangeEntry.State.BODY_ERASED : RangeEntry.State.WHOLE;
            assertEquals(expected, entry.state(), "entry " + entry.index());
        }
    }

    @Test
    void ofALeafThatWasLostTheHashIsCarried() throws Exception {
        var hash = new byte[32];
        hash[7] = 7;
        LostLeaf.append(log.entries, hash);
        log.grow(5, "behind");
        for (boolean bodies : new boolean[] {true, false}) {
            assertInstanceOf(RangeExport.Outcome.Done.class, export(new FolderStick(out), 0, 47, 1 << 20, bodies));
            var all = entries(out.resolve("small-1-0-47.range"));
            assertEquals(47, all.size());
            assertEquals(RangeEntry.State.LEAF_LOST, all.get(41).state());
            assertArrayEquals(hash, all.get(41).leaf());
            Files.delete(out.resolve("small-1-0-47.range"));
        }
        export(41, 42);
        assertEquals(1, entries(out.resolve("small-1-41-42.range")).size());
    }

    /// Cuts a file at every byte, and exports again: it is the same file as if it had never been cut.
    @Test
    void afterACutAtAnyByteTheSameFileIsMade() throws Exception {
        export(0, 18);
        var file = files().getFirst();
        var whole = Files.readAllBytes(file);
        var offsets = new ChunkedBytes(whole).offsets();
        assertTrue(offsets.size() > 4, "chunks at " + offsets);
        for (int cut = 0; cut < whole.length; cut++) {
            Files.write(file, Arrays.copyOf(whole, cut));
            export(0, 18);
            assertArrayEquals(whole, Files.readAllBytes(file), "cut at " + cut);
        }
        export(0, 18);
        assertTrue(told.getFirst().found(), "and now nothing is done");
    }

    @Test
    void whatRottedOnTheStickIsWrittenAgain() throws Exception {
        export(0, 12);
        var file = files().getFirst();
        var whole = Files.readAllBytes(file);
        int entries = new ChunkedBytes(whole).offsets().get(1);
        for (int at = 0; at < whole.length; at += 29) {
            var rotten = whole.clone();
            rotten[at] ^= 4;
            Files.write(file, rotten);
            if (at < entries) isInTheWay(file, 12);
            else export(0, 12);
            assertArrayEquals(at < entries ? rotten : whole, Files.readAllBytes(file), "rotten at " + at);
        }
        Files.write(file, Arrays.copyOf(whole, whole.length + 100));
        export(0, 12);
        assertArrayEquals(whole, Files.readAllBytes(file), "with something behind its end");
    }

    /// It may be somebody's only copy.
    private void isInTheWay(Path file, long to) throws IOException {
        var sentence = assertInstanceOf(RangeExport.Outcome.Refused.class, export(0, to))
                .sentence();
        assertTrue(sentence.startsWith(file.toString()) && sentence.contains("delete that file first"), sentence);
    }

    /// By somebody who knows the format: import would refuse the file, so it is not taken for whole here.
    @Test
    void whatWasAlteredWithAllChecksumsMadeAnewIsWrittenAgain() throws Exception {
        export(0, 12);
        var file = files().getFirst();
        var bytes = Files.readAllBytes(file);
        var whole = new ChunkedBytes(bytes);
        int entries = whole.offsets().get(1);
        for (int at = entries; at < bytes.length; at += 13) {
            if (!whole.isContent(at)) continue;
            Files.write(file, whole.altered(at, 1));
            assertInstanceOf(RangeExport.Outcome.Done.class, export(0, 12));
            assertArrayEquals(bytes, Files.readAllBytes(file), "altered at " + at);
        }
        // The last hash beside the entries, before the empty list of anchors.
        int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(16);
        var altered = whole.altered(Chunk.HEADER_BYTES + length - 2, 1);
        Files.write(file, altered);
        var sentence = assertInstanceOf(RangeExport.Outcome.Refused.class, export(0, 12))
                .sentence();
        assertTrue(sentence.contains("was altered") && sentence.contains("delete that file first"), sentence);
        assertArrayEquals(altered, Files.readAllBytes(file));
    }

    @Test
    void aFileOfThatNameWhichWasNotCutOffInItsHeadIsLeftAlone() throws Exception {
        var file = out.resolve("small-1-0-41.range");
        for (var content : List.of("Dear box", "SPCHUNK1" + "x".repeat(100), "\0".repeat(40))) {
            Files.writeString(file, content);
            isInTheWay(file, 41);
            assertEquals(content, Files.readString(file));
        }
        for (var begun : List.of("", "SPCH", "SPCHUNK1 begun")) {
            Files.writeString(file, begun);
            assertInstanceOf(RangeExport.Outcome.Done.class, export(0, 41));
            assertEquals(41, entries(file).size());
            Files.delete(file);
        }
        // It is of another order.
        Files.writeString(file, "");
        assertInstanceOf(RangeExport.Outcome.Done.class, export(0, 20));
        assertEquals(0, Files.size(file));
    }

    @Test
    void aStickThatIsPulledOutAtAnyOperationIsGoneOnWith() throws Exception {
        export(new FolderStick(out), 0, 41, 20_000, true);
        var expected = files().stream().map(Path::getFileName).toList();
        var sizes = new ArrayList<Long>();
        for (var file : files()) sizes.add(Files.size(file));
        int operations = 0;
        for (boolean failed = true; failed; operations++) {
            for (var file : files()) Files.delete(file);
            var stick = new FaultyStick(new FolderStick(out));
            stick.operationsLeft = operations;
            failed = false;
            try {
                export(stick, 0, 41, 20_000, true);
            } catch (IOException pulled) {
                failed = true;
            }
            export(new FolderStick(out), 0, 41, 20_000, true);
            assertEquals(expected, files().stream().map(Path::getFileName).toList(), "after " + operations);
            for (int i = 0; i < sizes.size(); i++) {
                assertEquals(sizes.get(i), Files.size(files().get(i)));
                entries(files().get(i));
            }
        }
        assertTrue(operations > 30, operations + " operations");
    }

    @Test
    void aWriteThatIsTornAtAnyPlaceIsGoneOnWith() throws Exception {
        for (int bytes = 0; bytes < 9000; bytes += 177) {
            var stick = new FaultyStick(new FolderStick(out));
            stick.bytesLeft = bytes;
            assertThrows(IOException.class, () -> export(stick, 0, 41, 1 << 20, true));
            export(0, 41);
            assertEquals(41, entries(files().getFirst()).size());
            Files.delete(files().getFirst());
        }
    }

    @Test
    void whatTheStickHasNoRoomForGoesOntoAnother() throws Exception {
        var stick = new FaultyStick(new FolderStick(out));
        stick.usableBytes = (1 << 20) + 22_000;
        // Room is asked for before each volume, so this one always has room for one.
        stick.operationsLeft = Integer.MAX_VALUE;
        export(stick, 0, 41, 1 << 20, true);
        assertTrue(told.size() > 1, told.toString());
        assertTrue(told.stream().allMatch(volume -> volume.sizeBytes() <= 22_000), told.toString());
        stick.usableBytes = (1 << 20) + 19_000;
        assertEquals(new RangeExport.Outcome.Full(3), export(stick, 3, 41, 1 << 20, true));
    }

    /// The log went on, the stick comes back: what is there stays, and what is new is added behind it.
    @Test
    void aGrownLogIsGoneOnWithFromWhereTheLastFileEnds() throws Exception {
        export(0, 41);
        var before = Files.readAllBytes(files().getFirst());
        log.grow(30, "later");
        export(0, 71);
        assertEquals(
                List.of("small-1-0-41.range", "small-1-41-71.range"),
                files().stream().map(file -> file.getFileName().toString()).toList());
        assertArrayEquals(before, Files.readAllBytes(files().getFirst()));
        assertEquals(
                List.of(true, false),
                told.stream().map(RangeExport.Volume::found).toList());
    }

    /// A file that was begun under an earlier head is completed under it.
    @Test
    void aTornFileOfAnEarlierHeadIsCompletedAsItWasBegun() throws Exception {
        export(0, 41);
        var file = files().getFirst();
        var whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        log.grow(30, "later");
        export(0, 71);
        assertArrayEquals(whole, Files.readAllBytes(file));
        assertEquals(30, entries(out.resolve("small-1-41-71.range")).size());
    }

    @Test
    void whatIsInTheWayIsNamedAndLeftAlone() throws Exception {
        // Another box whose name looks the same on FAT.
        try (var other = new SmallLog(folder.resolve("other"), SoftwareKey.p256(), "small-1").grow(40, "other")) {
            RangeExport.into(out, other.source(), told::add).run(new RangeExport.Order(0, 41, 1 << 20, true));
        }
        var before = Files.readAllBytes(files().getFirst());
        var sentence = assertInstanceOf(RangeExport.Outcome.Refused.class, export(0, 41))
                .sentence();
        assertTrue(sentence.contains("small-1-0-41.range"), sentence);
        assertArrayEquals(before, Files.readAllBytes(files().getFirst()));
        Files.delete(files().getFirst());

        // The same box, and another history of it.
        try (var fork = new SmallLog(folder.resolve("fork"), key, "small/1").grow(40, "fork")) {
            RangeExport.into(out, fork.source(), told::add).run(new RangeExport.Order(0, 41, 1 << 20, true));
        }
        assertTrue(assertInstanceOf(RangeExport.Outcome.Refused.class, export(0, 41))
                .sentence()
                .contains("another history"));
        Files.delete(files().getFirst());

        export(new FolderStick(out), 0, 41, 1 << 20, false);
        assertTrue(assertInstanceOf(RangeExport.Outcome.Refused.class, export(0, 41))
                .sentence()
                .contains("without bodies"));
    }

    @Test
    void aFileThatIsNoneOfOursStays() throws Exception {
        Files.writeString(out.resolve("small-1-0-letter.range"), "Dear box");
        Files.writeString(out.resolve("small-1-0-41.range.txt"), "Dear box");
        export(0, 41);
        assertEquals(3, files().size());
    }
}
