package org.sealpost.seal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.merkle.Inclusion;
import org.sealpost.merkle.Merkle;
import org.sealpost.merkle.TileCoordinates;

/// What is left of entries whose segments were given up: every leaf, as it was.
class LeafArchiveTest {
    @TempDir
    Path folder;

    private final FaultyDisk entriesDisk = new FaultyDisk();
    private final FaultyDisk sealsDisk = new FaultyDisk();
    private final SoftwareKey key = SoftwareKey.p256();

    @Test
    void everyLeafIsReadAfterItsSegmentWasGivenUp() throws Exception {
        var log = sealed(40_000);
        var before = all(log.leaves);
        assertEquals(40_001, before.size());
        log.giveUp(35_000);
        assertTrue(log.entries.firstIndex() > 20_000, "two segments are gone");
        sameAs(before, log.leaves);

        log.close();
        log = open();
        sameAs(before, log.leaves);
        sameAs(before, Leaves.unchecked(log.entries, folder.resolve(LeafArchive.FOLDER)));
        log.capture(1000);
        log.sealer.step();
        var head = log.seals.newest().orElseThrow();
        assertEquals(41_001, head.size());
        var path = log.tree.inclusion(7, head.size());
        assertTrue(Inclusion.verify(Merkle.leafHash(log.leaves.leaf(7)), 7, head.size(), path, head.root()));
    }

    /// The scan begins at any place, ends at any, and goes over from the archive to the journal.
    @Test
    void aPartOfTheLeavesIsTheSamePart() throws Exception {
        var log = sealed(20_000);
        var before = all(log.leaves);
        log.giveUp(20_000);
        long first = log.entries.firstIndex();
        for (long from : new long[] {0, 1, 255, 256, 257, first - 300, first - 1, first, first + 1, 20_000, 20_001}) {
            for (int max : new int[] {0, 1, 255, 256, 257, 1000}) {
                var found = new ArrayList<byte[]>();
                log.leaves.scan(from, max, (index, leaf) -> {
                    assertEquals(from + found.size(), index);
                    found.add(leaf);
                });
                assertEquals(Math.min(max, 20_001 - from), found.size());
                for (int i = 0; i < found.size(); i++) assertArrayEquals(before.get((int) from + i), found.get(i));
            }
        }
        assertThrows(IndexOutOfBoundsException.class, () -> log.leaves.leaf(20_001));
        assertThrows(IndexOutOfBoundsException.class, () -> log.leaves.leaf(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> log.leaves.scan(20_002, 1, (_, _) -> {}));
    }

    @Test
    void tilesAreMadeAgainFromTheArchive() throws Exception {
        var log = sealed(20_000);
        log.giveUp(20_000);
        log.close();
        Files.delete(folder.resolve(new TileCoordinates(0, 3, 256).path()));
        log = open();
        var head = log.seals.newest().orElseThrow();
        var path = log.tree.inclusion(800, head.size());
        assertTrue(Inclusion.verify(Merkle.leafHash(log.leaves.leaf(800)), 800, head.size(), path, head.root()));
    }

    /// What the last bundle lacks is not there yet, so the segment that begins it must stay.
    @Test
    void onlyWhatFullBundlesHoldMayBeGivenUp() throws Exception {
        var log = sealed(999);
        assertEquals(700, log.archive.keep(log.entries, 700));
        assertEquals(768, log.archive.keep(log.entries, 1000));
        assertTrue(Files.exists(bundle(2)));
        assertFalse(Files.exists(bundle(3)));
    }

    @Test
    void aBundleThatWasAlteredOrLostIsToldAndNeverServed() throws Exception {
        var log = sealed(20_000);
        log.giveUp(20_000);
        var bytes = Files.readAllBytes(bundle(2));
        var altered = bytes.clone();
        altered[altered.length - 1] ^= 1;
        Files.write(bundle(2), altered);
        assertTrue(failure(log, 600).contains("the leaf of entry 767 is not the one that the tree holds"));
        Files.write(bundle(2), Arrays.copyOf(bytes, bytes.length - 1));
        assertTrue(failure(log, 600).contains("is no bundle of 256 leaves"));
        Files.write(bundle(2), Arrays.copyOf(bytes, bytes.length + 1));
        assertTrue(failure(log, 600).contains("is no bundle of 256 leaves"));
        Files.delete(bundle(2));
        assertTrue(failure(log, 600).contains("is not there"));
        assertEquals("entry 5", new String(log.leaves.leaf(5), StandardCharsets.UTF_8));
        Files.write(bundle(2), bytes);
        assertEquals("entry 600", new String(log.leaves.leaf(600), StandardCharsets.UTF_8));
    }

    private static String failure(LogOnDisk log, long index) {
        return assertThrows(IOException.class, () -> log.leaves.leaf(index)).getMessage();
    }

    /// The journal's checksums hold, and still it is not the log that was sealed.
    @Test
    void nothingIsGivenUpWhoseLeavesAreNotThoseOfTheTree() throws Exception {
        var log = sealed(600);
        var other = Tree.open(folder.resolve("other"), (_, _) -> List.of(), 0, Optional.empty());
        for (int i = 0; i < 600; i++) other.append(List.of(Merkle.leafHash(new byte[] {1})));
        var archive = LeafArchive.open(folder.resolve(LeafArchive.FOLDER), other);
        assertThrows(IOException.class, () -> archive.keep(log.entries, 500));
        assertFalse(Files.exists(bundle(0)));
    }

    /// A cut while bundles are written: an unfinished file, and one whose name was not durable, though a later
    /// one's was.
    @Test
    void whatACutLeftIsMadeAgain() throws Exception {
        var log = sealed(20_000);
        var before = all(log.leaves);
        log.archive.keep(log.entries, 2000);
        Files.delete(bundle(4));
        Files.move(bundle(7), bundle(7).resolveSibling("007.new"));
        log.close();

        log = open();
        log.giveUp(20_000);
        assertTrue(log.entries.firstIndex() > 10_000);
        sameAs(before, log.leaves);
    }

    @Test
    void aReaderGoesOnWhileSegmentsAreGivenUp() throws Exception {
        var log = sealed(40_000);
        var before = all(log.leaves);
        try (var reader = Executors.newSingleThreadExecutor()) {
            var reading = reader.submit(() -> {
                for (int round = 0; round < 5; round++) sameAs(before, log.leaves);
                return null;
            });
            for (long below = 1000; below <= 40_000; below += 1000) log.giveUp(below);
            reading.get(10, TimeUnit.MINUTES);
        }
        assertTrue(log.entries.firstIndex() > 20_000);
    }

    /// The bytes are those of a script that shares no code with ours.
    @Test
    void aBundleIsThatOfTheFormat() throws Exception {
        String[] words;
        try (var in = LeafArchiveTest.class.getResourceAsStream("/leaves/bundle.txt")) {
            words = new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split(" ");
        }
        var leaves = new ArrayList<byte[]>();
        for (int i = 0; i < 256; i++)
            leaves.add(("leaf " + i + " ").repeat(i % 7).getBytes(StandardCharsets.UTF_8));
        var files = new BundleFiles(new BundleDirectory(folder));
        files.write(1_234_067, leaves);
        files.forceName(1_234_067);
        var bytes = Files.readAllBytes(folder.resolve(words[0]));
        assertEquals(Integer.parseInt(words[1]), bytes.length);
        assertEquals(
                words[2],
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        var read = files.read(1_234_067);
        for (int i = 0; i < 256; i++) assertArrayEquals(leaves.get(i), read.get(i));
    }

    private LogOnDisk sealed(int count) throws Exception {
        var log = open();
        log.capture(count);
        log.sealer.step();
        assertEquals(count + 1, log.seals.sealedSize());
        return log;
    }

    private static List<byte[]> all(Leaves leaves) throws IOException {
        var all = new ArrayList<byte[]>();
        leaves.scan(0, Integer.MAX_VALUE, (_, leaf) -> all.add(leaf));
        return all;
    }

    private static void sameAs(List<byte[]> before, Leaves leaves) throws IOException {
        var now = all(leaves);
        assertEquals(before.size(), now.size());
        for (int i = 0; i < now.size(); i++) assertArrayEquals(before.get(i), now.get(i));
    }

    private Path bundle(long number) {
        return folder.resolve(LeafArchive.FOLDER).resolve(new TileCoordinates(0, number, 256).entriesPath());
    }

    private LogOnDisk open() throws IOException {
        return new LogOnDisk(entriesDisk, sealsDisk, folder, key);
    }
}
