package org.sealpost.app.inspect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.journal.EntryState;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;

/// A journal that is read as a killed process left it.
class ReadingDiskTest {
    private static final JournalConfig CONFIG = new JournalConfig("entries", 1 << 15, 2000, 1 << 13);
    private static final int ENTRIES = 8;
    private static final long ERASED = 2;

    private final Set<String> seen = new HashSet<>();
    private int copies;

    /// The process is killed in each operation of an erasure.
    @Test
    void everyEntryIsReadWhereverAnErasureWasCutOff(@TempDir Path folder) throws IOException {
        var disk = new FaultyDisk();
        try (var journal = Journal.open(disk, CONFIG, 0)) {
            fill(journal);
            disk.branch(new Killed(folder));
            assertEquals(1, journal.eraseBodies(0, index -> index == ERASED));
        }
        assertTrue(seen.containsAll(Set.of("erasing.partial", "erasing.linked", "erasing.replaced")), seen.toString());
        assertTrue(copies >= 10, "copies " + copies);
    }

    private static void fill(Journal journal) throws IOException {
        for (int index = 0; index < ENTRIES; index++) {
            if (index == ENTRIES / 2) journal.closeSegment();
            journal.append(leaf(index), body(index));
            journal.force();
        }
        assertEquals(0, journal.closedSegments().getFirst().number());
    }

    private final class Killed implements FaultyDisk.Branches {
        private final Path folder;

        Killed(Path folder) {
            this.folder = folder;
        }

        @Override
        public boolean wants() {
            return true;
        }

        @Override
        public void take(FaultyDisk branch) throws IOException {
            branch.kill();
            readCopy(branch, Files.createDirectory(folder.resolve(Integer.toString(++copies))));
        }
    }

    private void readCopy(FaultyDisk left, Path copy) throws IOException {
        var files = new TreeMap<String, byte[]>();
        for (var name : left.list()) {
            files.put(name, left.contents(name));
            Files.write(copy.resolve(name), left.contents(name));
        }
        seen.addAll(files.keySet());
        try (var journal = Journal.open(ReadingDisk.of(copy), CONFIG, ENTRIES)) {
            assertHolds(journal);
        }
        assertUnchanged(files, copy);
    }

    private static void assertHolds(Journal journal) throws IOException {
        assertEquals(ENTRIES, journal.size());
        long[] next = {0};
        journal.scan(0, ENTRIES, entry -> {
            assertEquals(next[0]++, entry.index());
            assertArrayEquals(leaf(entry.index()), entry.leaf());
            if (entry.index() == ERASED && entry.state() == EntryState.BODY_ERASED) return;
            assertEquals(EntryState.WHOLE, entry.state());
            assertArrayEquals(body(entry.index()), entry.body());
        });
        assertEquals(ENTRIES, next[0]);
    }

    private static void assertUnchanged(Map<String, byte[]> files, Path copy) throws IOException {
        try (var listed = Files.list(copy)) {
            assertEquals(files.size(), listed.count());
        }
        for (var file : files.entrySet()) {
            assertArrayEquals(file.getValue(), Files.readAllBytes(copy.resolve(file.getKey())), file.getKey());
        }
    }

    private static byte[] leaf(long index) {
        return new byte[] {7, (byte) index};
    }

    private static byte[] body(long index) {
        return "body %d, which may be erased".formatted(index).getBytes(StandardCharsets.UTF_8);
    }
}
