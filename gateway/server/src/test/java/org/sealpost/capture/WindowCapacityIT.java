package org.sealpost.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.Body;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.References;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;
import org.sealpost.stage.Doorbell;

/// Two million keys, a tenth of the default bound: what they take of the heap, and what a start reads. The full
/// size is `gateway/bench/window`.
class WindowCapacityIT {
    private static final int KEYS = Integer.getInteger("sealpost.window.keys", 2_000_000);
    private static final int GROUP = 5_000;

    // In proportion, and the two parts in memory.
    private static final long HEAP_BYTES = (54L << 20) * KEYS / 20_000_000 + (8L << 20);
    private static final WindowSizes SIZES = WindowSizes.of(KEYS, Duration.ofHours(24));
    private static final JournalConfig SHAPE = new JournalConfig("entries", 64 << 20, 16 << 10, 4 << 20);

    @TempDir
    Path folder;

    private final Fingerprint fingerprint = Fingerprint.of(new byte[32]);

    @Test
    void twoMillionKeysTakeLittleHeapAndAStartReadsOnlyTheLastOfThem() throws Exception {
        long before = usedHeap();
        try (var journal = open()) {
            var keys = opened(journal, fingerprint);
            var filer = filer(journal, fingerprint, keys);
            filer.step();
            for (int i = 0; i < KEYS; i += GROUP) {
                append(journal, keys, i);
                while (filer.step() > 0) {}
            }
            assertTrue(keys.count() > KEYS - 2 * SIZES.partKeys(), keys.count() + " keys lie in files");
            assertFound(keys);
            long taken = usedHeap() - before;
            System.out.println("window: " + KEYS + " keys take " + taken / 1024 + " KiB of heap");
            measureLookUps(keys);
            assertTrue(taken < HEAP_BYTES, taken + " bytes of heap");
        }
        var read = new AtomicLong();
        Fingerprint counting = new Fingerprint() {
            @Override
            public long of(String client, String key) {
                read.incrementAndGet();
                return fingerprint.of(client, key);
            }

            @Override
            public long id() {
                return fingerprint.id();
            }
        };
        try (var journal = open()) {
            var keys = opened(journal, counting);
            long began = System.nanoTime();
            filer(journal, counting, keys).step();
            long took = (System.nanoTime() - began) / 1_000_000;
            System.out.println("window: opened in " + took + " ms, which read " + read + " entries");
            var open = journal.openSegment().orElseThrow();
            assertTrue(read.get() <= open.nextIndex() - open.firstIndex(), read + " entries were read at the start");
            assertFound(keys);
        }
    }

    private Journal open() throws Exception {
        return Journal.open(DirectoryDisk.open(folder.resolve("entries")), SHAPE, 0);
    }

    private RememberedKeys opened(Journal journal, Fingerprint print) throws Exception {
        return new RememberedKeys(SIZES, journal, print, window(), new UnreadEntries(() -> {
            throw new AssertionError("all entries can be read");
        }));
    }

    private KeyFiler filer(Journal journal, Fingerprint print, RememberedKeys keys) throws Exception {
        return new KeyFiler(SIZES, journal, print, window(), keys);
    }

    private Window window() throws Exception {
        return new Window(DirectoryDisk.open(folder.resolve("window")), new byte[32], new Doorbell());
    }

    private void append(Journal journal, RememberedKeys keys, int first) throws Exception {
        var clock = new ClockReading(
                1_790_000_000_000L + first,
                ClockReading.State.SYNCED,
                ClockReading.Source.NTP,
                OptionalLong.of(3),
                new byte[16],
                1000L * first);
        var content = new Content("text/plain", new byte[] {1});
        var salts = new byte[4][32];
        byte[] leaf = new byte[0];
        for (int i = first; i < first + GROUP; i++) {
            var body =
                    Body.of(new Source("client", Optional.of("key-" + i), "/"), clock, content, References.NONE, salts);
            if (leaf.length == 0) leaf = new HeaderLeaf("default", 1, SourceKind.HTTP, body.commitment()).encode();
            long index = journal.append(leaf, body.encode());
            keys.add(fingerprint.of("client", "key-" + i), index);
            keys.tick(clock.sinceBootMicros());
        }
        journal.force();
        keys.forced();
    }

    private void assertFound(RememberedKeys keys) throws Exception {
        long collisions = 0;
        for (int i = 0; i < KEYS; i += 997) {
            long[] found = keys.candidates(fingerprint.of("client", "key-" + i));
            int wanted = i;
            assertTrue(java.util.Arrays.stream(found).anyMatch(index -> index == wanted), "key " + i);
            collisions += found.length - 1;
        }
        assertEquals(0, collisions, "64 bits do not collide among so few");
        for (int i = 0; i < 1000; i++) {
            assertEquals(0, keys.candidates(fingerprint.of("stranger", "key-" + i)).length);
        }
    }

    private void measureLookUps(RememberedKeys keys) throws Exception {
        int count = 1_000_000;
        long[] prints = new long[count];
        for (int i = 0; i < count; i++) prints[i] = fingerprint.of("stranger", "key-" + i);
        for (int round = 0; round < 3; round++) {
            long began = System.nanoTime();
            long found = 0;
            for (long print : prints) found += keys.candidates(print).length;
            long nanos = (System.nanoTime() - began) / count;
            System.out.println("window: " + nanos + " ns to look up a new key, " + found + " found");
        }
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
