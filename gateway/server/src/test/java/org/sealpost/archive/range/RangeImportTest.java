package org.sealpost.archive.range;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.EntryState;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.journal.LostLeaf;
import org.sealpost.merkle.TileCoordinates;
import org.sealpost.seal.SoftwareKey;

class RangeImportTest {
    private static final Mirror.Shape SMALL = new Mirror.Shape(1 << 18, 1 << 15, 4096);

    @TempDir
    private Path folder;

    private final SoftwareKey key = SoftwareKey.p256();
    private SmallLog log;
    private Path out;
    private Path mirror;

    @BeforeEach
    void open() throws Exception {
        log = new SmallLog(folder.resolve("box"), key, "small/1").grow(599, "record");
        out = Files.createDirectory(folder.resolve("stick"));
        mirror = folder.resolve("mirror");
    }

    @AfterEach
    void close() throws IOException {
        log.close();
    }

    private Path export(SmallLog from, Path into, long first, long next, boolean bodies) throws IOException {
        var files = new ArrayList<Path>();
        new RangeExport(
                        from.source(),
                        new FolderStick(Files.createDirectories(into)),
                        new RangeExport.Limits(4000, 1),
                        volume -> files.add(Path.of(volume.file())))
                .run(new RangeExport.Order(first, next, 1L << 30, bodies));
        assertEquals(1, files.size());
        return files.getFirst();
    }

    private Path export(long first, long next) throws IOException {
        return export(log, out, first, next, true);
    }

    private RangeImport.Result add(Path... files) throws Exception {
        return add(Optional.empty(), files);
    }

    private RangeImport.Result add(Optional<TrustStore> trust, Path... files) throws Exception {
        return new RangeImport(new FolderFiles(mirror), SMALL, trust, mirror.toString()).add(List.of(files));
    }

    private String refused(Path... files) throws Exception {
        var before = content();
        var sentence = String.valueOf(
                assertThrows(RangeRefused.class, () -> add(files)).getMessage());
        sameAs(before, content());
        return sentence;
    }

    /// All that an import may write, but for the journals' own upkeep: entries, heads, and the files for
    /// followers.
    private Map<String, byte[]> content() throws Exception {
        var all = new TreeMap<String, byte[]>();
        if (!Files.exists(mirror)) return all;
        for (var kind : List.of("entries", "seals")) {
            if (!Files.exists(mirror.resolve(kind))) continue;
            try (var journal = journal(kind)) {
                journal.scan(0, Integer.MAX_VALUE, entry -> {
                    all.put(kind + entry.index() + "leaf", entry.leaf());
                    all.put(kind + entry.index() + "body" + entry.state(), entry.body());
                });
            }
        }
        if (!Files.exists(mirror.resolve("log"))) return all;
        try (var files = Files.walk(mirror.resolve("log"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                all.put(mirror.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return all;
    }

    private static void sameAs(Map<String, byte[]> expected, Map<String, byte[]> found) {
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((name, bytes) -> assertArrayEquals(bytes, found.get(name), name));
    }

    private Journal journal(String kind) throws IOException {
        return Journal.open(
                DirectoryDisk.open(mirror.resolve(kind)), new JournalConfig(kind, 1 << 18, 8192, 1 << 15), 0);
    }

    /// Every entry, and every file that a follower of the log needs, as the box has it.
    private void isMirrorOf(SmallLog log, long size) throws Exception {
        try (var entries = journal("entries")) {
            assertEquals(size, entries.size());
            entries.scan(0, Integer.MAX_VALUE, entry -> {
                var own = log.entries.read(entry.index());
                assertArrayEquals(own.leaf(), entry.leaf());
                assertArrayEquals(own.body(), entry.body());
            });
        }
        var checkpoint = log.seals.newestCheckpoint().orElseThrow();
        assertEquals(checkpoint.format(), Files.readString(mirror.resolve("log/checkpoint")));
        long published = checkpoint.head().size();
        for (int level = 0; published >>> 8 * level > 0; level++) {
            long count = published >>> 8 * level;
            for (long index = 0; index * 256 < count; index++) {
                var tile = new TileCoordinates(level, index, (int) Math.min(256, count - index * 256));
                assertArrayEquals(
                        log.tree.tile(tile, published).orElseThrow(),
                        Files.readAllBytes(mirror.resolve("log").resolve(tile.path())),
                        tile.path());
                if (level == 0) assertTrue(Files.exists(mirror.resolve("log").resolve(tile.entriesPath())));
            }
        }
    }

    @Test
    void aMirrorIsMadeOfFilesInAnyOrder() throws Exception {
        var files = new Path[] {export(0, 100), export(100, 350), export(350, 600)};
        var done = add(files[2], files[0], files[1]);
        assertEquals(0, done.before());
        assertEquals(600, done.after());
        assertEquals(600, done.published());
        isMirrorOf(log, 600);
        var before = content();
        assertEquals(600, add(files).before(), "repeating is harmless");
        sameAs(before, content());
    }

    @Test
    void aMirrorGrowsFileByFileAndShowsTheCheckpointWithTheLast() throws Exception {
        assertEquals(0, add(export(0, 300)).published());
        assertFalse(Files.exists(mirror.resolve("log/checkpoint")));
        assertEquals(600, add(export(300, 600)).published());
        isMirrorOf(log, 600);
        log.grow(500, "later");
        var done = add(export(600, 1100));
        assertEquals(600, done.before());
        assertEquals(1100, done.published());
        isMirrorOf(log, 1100);
        // With entries that are there already.
        log.grow(30, "last");
        add(export(900, 1130));
        isMirrorOf(log, 1130);
        assertEquals(
                Checkpoint.parse(Files.readAllBytes(mirror.resolve("log/checkpoint")))
                        .orElseThrow()
                        .head()
                        .size(),
                1130);
    }

    @Test
    void aBodyThatIsNotCarriedIsEmpty() throws Exception {
        log.entries.closeSegment();
        log.entries.eraseBodies(0, index -> index == 3);
        add(export(0, 10), export(log, out, 10, 600, false));
        try (var entries = journal("entries")) {
            assertEquals(EntryState.BODY_ERASED, entries.read(3).state());
            assertTrue(entries.read(4).body().length > 100);
            assertEquals(EntryState.WHOLE, entries.read(10).state());
            assertEquals(0, entries.read(10).body().length);
        }
    }

    /// The mirror goes on over it, and can itself be carried on.
    @Test
    void ofALeafThatWasLostTheMirrorHasTheHash() throws Exception {
        var hash = new byte[32];
        hash[7] = 7;
        LostLeaf.append(log.entries, hash);
        log.grow(300, "behind");
        add(export(0, 500));
        assertEquals(901, add(export(500, 901)).published());
        try (var entries = journal("entries")) {
            assertEquals(EntryState.LEAF_LOST, entries.read(600).state());
            assertArrayEquals(hash, entries.read(600).leaf());
            assertArrayEquals(log.entries.read(601).leaf(), entries.read(601).leaf());
        }
        var followed = mirror.resolve("log");
        for (int index = 0; index < 4; index++) {
            var tile = new TileCoordinates(0, index, index < 3 ? 256 : 901 - 3 * 256);
            assertArrayEquals(
                    log.tree.tile(tile, 901).orElseThrow(), Files.readAllBytes(followed.resolve(tile.path())));
            assertEquals(index != 2, Files.exists(followed.resolve(tile.entriesPath())), tile.entriesPath());
        }
        log.grow(10, "later");
        assertEquals(911, add(export(550, 911)).after(), "and again over it");
    }

    @Test
    void whatIsAlteredIsRefusedByChunkAndOffsetAndTheMirrorStaysAsItWas() throws Exception {
        add(export(0, 300));
        var file = export(300, 600);
        var bytes = Files.readAllBytes(file);
        var whole = new ChunkedBytes(bytes);
        var offsets = whole.offsets();
        // In a leaf, in a body, in a chunk's header, in the end.
        for (int chunk : new int[] {0, 1, offsets.size() / 2, offsets.size() - 1}) {
            for (int at : new int[] {9, 40, 60}) {
                var altered = bytes.clone();
                altered[offsets.get(chunk) + at] ^= 1;
                Files.write(file, altered);
                var sentence = refused(file);
                assertTrue(sentence.contains("chunk " + chunk + " at byte " + offsets.get(chunk)), sentence);
            }
        }
        for (int at = offsets.get(1) + 60; at < offsets.get(2); at += 211) {
            if (!whole.isContent(at)) continue;
            Files.write(file, whole.altered(at, 1));
            assertTrue(refused(file).contains("chunk "));
        }
        Files.write(file, whole.cut(bytes.length - 40));
        assertTrue(refused(file).contains("export it again"));
        Files.write(file, bytes);
        add(file);
        isMirrorOf(log, 600);
    }

    /// One bad file of several: nothing of the others is added, either.
    @Test
    void allFilesAreCheckedBeforeAnythingIsAdded() throws Exception {
        var first = export(0, 300);
        var second = export(300, 600);
        var bytes = Files.readAllBytes(second);
        bytes[bytes.length - 1] ^= 1;
        Files.write(second, bytes);
        refused(first, second);
        assertFalse(Files.exists(mirror));
    }

    @Test
    void aGapIsNamed() throws Exception {
        add(export(0, 100));
        var sentence = refused(export(200, 600));
        assertTrue(sentence.contains("begins with entry 200, and the mirror ends before entry 100"), sentence);
        assertTrue(refused(export(100, 150), export(200, 600)).contains("before entry 150"));
    }

    @Test
    void anotherLogIsRefused() throws Exception {
        add(export(0, 100));
        try (var other = new SmallLog(folder.resolve("other"), SoftwareKey.p256(), "small/1").grow(599, "record")) {
            assertTrue(refused(export(other, folder.resolve("stick-2"), 0, 100, true))
                    .contains("a mirror is of one log"));
        }
    }

    /// The same key sealed two histories: whatever they have in common, the second one is found out.
    @Test
    void anotherHistoryOfTheSameLogIsRefused() throws Exception {
        add(export(0, 300));
        try (var fork = new SmallLog(folder.resolve("fork"), key, "small/1")
                .grow(99, "record")
                .grow(500, "fork")) {
            // In what the mirror has.
            assertTrue(refused(export(fork, folder.resolve("stick-2"), 0, 200, true))
                    .contains("one key has sealed two histories"));
            fork.grow(1, "so that no head is of the same size");
            assertTrue(refused(export(fork, folder.resolve("stick-3"), 0, 601, true))
                    .contains("entry 100 is not the one"));
            // In what lies before the file, and behind it.
            assertTrue(refused(export(fork, folder.resolve("stick-4"), 300, 601, true))
                    .contains("before its own"));
            assertTrue(refused(export(fork, folder.resolve("stick-5"), 0, 50, true))
                    .contains("behind its own"));
        }
    }

    /// The first file promised a head of 600 entries; what comes then must lead to it.
    @Test
    void aHeadThatTheMirrorHasNotReachedIsHeldToAsWell() throws Exception {
        add(export(0, 300));
        try (var fork = new SmallLog(folder.resolve("fork"), key, "small/1")
                .grow(299, "record")
                .grow(400, "fork")) {
            var sentence = refused(export(fork, folder.resolve("stick-2"), 300, 700, true));
            assertTrue(sentence.contains("a head that the mirror knows"), sentence);
        }
        add(export(300, 600));
        isMirrorOf(log, 600);
    }

    @Test
    void twoFilesThatContradictEachOtherAreRefusedTogether() throws Exception {
        try (var fork = new SmallLog(folder.resolve("fork"), key, "small/1")
                .grow(199, "record")
                .grow(500, "fork")) {
            var sentence = refused(export(0, 300), export(fork, folder.resolve("stick-2"), 300, 700, true));
            assertTrue(sentence.contains("contradicts the file with the entries before it"), sentence);
        }
    }

    /// I18: what both have is compared, so the one history does not go on with the other.
    @Test
    void filesThatOverlapAreOfOneHistoryOrRefused() throws Exception {
        try (var clone = new SmallLog(folder.resolve("clone"), key, "small/1")
                .grow(29, "record")
                .grow(470, "clone")) {
            var stick = folder.resolve("stick-2");
            var first = export(0, 100);
            assertTrue(refused(first, export(clone, stick, 50, 150, true)).contains("or the file before, says"));
            assertTrue(refused(first, export(clone, stick, 20, 100, true)).contains("or the file before, says"));
            var inside = export(clone, stick, 50, 90, true);
            assertTrue(refused(first, inside).contains("import them one after the other"));
            add(first);
            assertTrue(refused(inside).contains("before its own"));
            assertTrue(refused(export(50, 200), inside).contains("before its own"));
        }
        var earlier = export(160, 180);
        log.grow(100, "later");
        var later = export(100, 300);
        assertTrue(refused(later, earlier).contains("import them one after the other"));
        add(later, export(150, 200), export(200, 300), export(250, 350), export(350, 700));
        assertEquals(700, add(earlier).after(), "by itself");
        isMirrorOf(log, 700);
    }

    @Test
    void aFolderThatIsNoMirrorIsLeftAlone() throws Exception {
        Files.createDirectories(mirror);
        Files.writeString(mirror.resolve("letter"), "Dear box");
        assertTrue(refused(export(0, 100)).contains("is no mirror"));
        Files.delete(mirror.resolve("letter"));
        Files.writeString(mirror.resolve("mirror"), "sealpost-mirror 1\norigin small/1\n");
        assertTrue(refused(export(0, 100)).contains("no import wrote"));
    }

    @Test
    void withATrustFileTheKeyMustBeVouchedFor() throws Exception {
        var file = export(0, 600);
        var stranger = new SmallLog(folder.resolve("stranger"), SoftwareKey.p256(), "small/1");
        stranger.close();
        var sentence = String.valueOf(assertThrows(RangeRefused.class, () -> add(Optional.of(trust(stranger)), file))
                .getMessage());
        assertTrue(sentence.contains("no trust file vouches"), sentence);
        assertEquals(600, add(Optional.of(trust(log)), file).after());
    }

    private static TrustStore trust(SmallLog log) throws Exception {
        var text = TrustFile.naming(
                log.identity.origin(),
                log.identity.genesisHash(),
                log.identity.keys().keys());
        return new TrustStore(List.of(TrustFile.parse("box.trust", text.getBytes(StandardCharsets.UTF_8))));
    }

    /// Without a word of the key before anybody could go on with a key of his own.
    @Test
    void aBreakIsTakenOnlyWhereSomebodyVouchesForIt() throws Exception {
        add(export(0, 600));
        log.breakTo(SoftwareKey.p256()).grow(10, "after");
        var file = export(600, 611);
        assertTrue(refused(file).contains("name a folder of trust files with --trust"));
        assertEquals(611, add(Optional.of(trust(log)), file).after());
        isMirrorOf(log, 611);
        // From then on the mirror knows it.
        log.grow(10, "later");
        assertEquals(621, add(export(611, 621)).after());
    }

    /// Entry 4 of the examples is one.
    @Test
    void aHandOverThatBothKeysSignedNeedsNobody() throws Exception {
        var first = Files.write(out.resolve("first.range"), ChunkedBytes.vector("first.txt"));
        var second = Files.write(out.resolve("second.range"), ChunkedBytes.vector("second.txt"));
        assertEquals(7, add(first, second).after());
        var keys = Files.readString(mirror.resolve("log/vkeys"));
        assertEquals(2, keys.lines().count(), keys);
    }

    /// Cuts an import off at each of its operations, with the journals as a power cut leaves them, and imports
    /// again.
    @Test
    void anImportThatIsCutOffAnywhereIsGoneOnWith() throws Exception {
        log.close();
        log = new SmallLog(folder.resolve("small"), key, "small/2").grow(299, "record");
        var first = export(0, 200);
        var second = export(200, 300);
        log.grow(40, "later");
        var third = export(300, 340);
        add(first, second, third);
        var expected = content();
        var whole = new CutPlace(folder.resolve("whole"));
        new RangeImport(whole, SMALL, Optional.empty(), "").add(List.of(first, second, third));
        long operations = whole.operations;
        assertTrue(operations > 60, operations + " operations");
        for (long cut = 0; cut < operations; cut++) {
            var at = folder.resolve("cut-" + cut);
            var place = new CutPlace(at);
            place.operationsLeft = cut;
            var into = new RangeImport(place, SMALL, Optional.empty(), "");
            try {
                into.add(List.of(first, second, third));
                throw new AssertionError("it was not cut off at " + cut);
            } catch (IOException | BrokenPromise gone) {
                place.powerCut(cut);
            }
            // What followers see meanwhile is a log of its own, or none.
            var shown = StaticLog.checkpoint(place);
            if (shown.isPresent()) assertShown(at, shown.get().head().size());
            var done = new RangeImport(place, SMALL, Optional.empty(), "").add(List.of(first, second, third));
            assertEquals(340, done.after(), "cut at " + cut);
            assertEquals(340, done.published(), "cut at " + cut);
            for (var name : expected.keySet()) {
                if (!name.startsWith("log/")) continue;
                assertArrayEquals(expected.get(name), Files.readAllBytes(at.resolve(name)), name + ", cut at " + cut);
            }
        }
    }

    private void assertShown(Path at, long size) throws IOException {
        for (long index = 0; index * 256 < size; index++) {
            var tile = new TileCoordinates(0, index, (int) Math.min(256, size - index * 256));
            assertArrayEquals(
                    log.tree.tile(tile, size).orElseThrow(),
                    Files.readAllBytes(at.resolve("log").resolve(tile.path())));
            assertTrue(Files.exists(at.resolve("log").resolve(tile.entriesPath())));
        }
    }
}
