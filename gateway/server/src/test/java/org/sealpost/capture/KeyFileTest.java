package org.sealpost.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.SegmentUse;

class KeyFileTest {
    private static final SegmentUse USE = new SegmentUse(0x1011121314151617L, 0x18191a1b1c1d1e1fL);
    private static final String KEYS = "0000000000001000.keys";
    private static final String FILTER = "0000000000001000.filter";

    private final FaultyDisk disk = new FaultyDisk();

    // --- bytes made by `vectors.py` from the specification alone

    @Test
    void theSameKeysGiveTheSameBytes() throws Exception {
        var fingerprint = Fingerprint.of(secret());
        var items = vectorItems(fingerprint);
        var header = new KeyFileHeader(343, 7, USE, 1000, 1700, 5_000, 65_000, fingerprint.id());
        KeyFile.write(disk, header, items.clone());
        assertArrayEquals(vector("keys.txt", 3 * 4096), disk.contents(KEYS));

        var filter = new KeyFilter(40);
        for (var item : items) filter.add(item.fingerprint());
        filter.write(disk, new KeyFilter.Header(1000, 1700, USE, fingerprint.id()));
        assertArrayEquals(vector("filter.txt", 4096 + 40 * 64), disk.contents(FILTER));
    }

    @Test
    void filesMadeElsewhereAreRead() throws Exception {
        var fingerprint = Fingerprint.of(secret());
        put(KEYS, vector("keys.txt", 3 * 4096));
        put(FILTER, vector("filter.txt", 4096 + 40 * 64));
        var file = KeyFile.open(disk, KEYS);
        assertEquals(new KeyFileHeader(343, 7, USE, 1000, 1700, 5_000, 65_000, fingerprint.id()), file.header());
        var found = KeyFilter.read(disk, FILTER);
        assertEquals(new KeyFilter.Header(1000, 1700, USE, fingerprint.id()), found.header());
        for (var item : vectorItems(fingerprint)) {
            assertTrue(Arrays.stream(file.candidates(item.fingerprint())).anyMatch(index -> index == item.index()));
            assertTrue(found.filter().mayHold(item.fingerprint()));
        }
        assertEquals(2, file.candidates(fingerprint.of("cr\u00e4ne", "key \u00e9 0")).length);
        assertEquals(0, file.candidates(fingerprint.of("cr\u00e4ne", "another")).length);
        var all = new ArrayList<Long>();
        file.forEach(all::add);
        assertEquals(343, all.size());
    }

    private static KeyFile.Item[] vectorItems(Fingerprint fingerprint) {
        var items = new KeyFile.Item[343];
        for (int i = 0; i < 343; i++) {
            items[i] = new KeyFile.Item(fingerprint.of("cr\u00e4ne", "key \u00e9 " + i % 342), 1000 + 2 * i);
        }
        return items;
    }

    private static byte[] secret() {
        byte[] secret = new byte[32];
        for (int i = 0; i < 32; i++) secret[i] = (byte) i;
        return secret;
    }

    private static byte[] vector(String name, int size) throws IOException {
        byte[] bytes = new byte[size];
        try (var file = Objects.requireNonNull(KeyFileTest.class.getResourceAsStream("/window/" + name))) {
            for (var line : new String(file.readAllBytes(), StandardCharsets.US_ASCII).split("\n")) {
                byte[] row = HexFormat.of().parseHex(line.substring(5));
                System.arraycopy(row, 0, bytes, Integer.parseInt(line, 0, 4, 16), row.length);
            }
        }
        return bytes;
    }

    // --- looking up

    /// However fingerprints are spread, a look-up finds exactly the entries of its own, over as many blocks as
    /// it takes.
    @Test
    void findsExactlyTheEntriesOfAFingerprintHoweverTheyAreSpread() throws Exception {
        long seed = System.nanoTime();
        System.out.println("KeyFileTest seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            long spread = 1L << random.nextInt(63);
            long lowest = random.nextLong();
            int count = random.nextInt(3000);
            var items = new KeyFile.Item[count];
            for (int i = 0; i < count; i++) {
                items[i] = new KeyFile.Item(lowest + random.nextLong(spread), 1000 + i);
            }
            var file = KeyFile.write(
                    disk, new KeyFileHeader(count, 0, USE, 1000, 1000 + count + 1L, 0, 0, 0), items.clone());
            for (int i = 0; i < 200; i++) {
                long asked = count > 0 && random.nextBoolean()
                        ? items[random.nextInt(count)].fingerprint()
                        : lowest - 5 + random.nextLong(spread);
                long[] found = file.candidates(asked);
                Arrays.sort(found);
                long[] expected = Arrays.stream(items)
                        .filter(item -> item.fingerprint() == asked)
                        .mapToLong(KeyFile.Item::index)
                        .sorted()
                        .toArray();
                assertArrayEquals(expected, found);
            }
        }
    }

    @Test
    void aFilterNeverDeniesAKeyAndRarelyTakesAStrangerForOne() {
        var random = new Random(5);
        var filter = new KeyFilter(1000);
        for (int i = 0; i < 30_000; i++) filter.add(random.nextLong());
        random.setSeed(5);
        for (int i = 0; i < 30_000; i++) assertTrue(filter.mayHold(random.nextLong()));
        int taken = 0;
        for (int i = 0; i < 100_000; i++) if (filter.mayHold(random.nextLong())) taken++;
        assertTrue(taken < 400, taken + " of 100,000 strangers pass");
    }

    // --- faults

    /// Wherever a bit is flipped, either it is noticed or it changes nothing.
    @Test
    void aFlippedBitIsNoticed() throws Exception {
        var fingerprint = Fingerprint.of(secret());
        for (int at = 0; at < 3 * 4096; at += 61) {
            byte[] bytes = vector("keys.txt", 3 * 4096);
            bytes[at] ^= 4;
            put(KEYS, bytes);
            assertThrows(WindowFileBad.class, () -> KeyFile.open(disk, KEYS).forEach(any -> {}), "at " + at);
        }
        for (int at = 0; at < 4096 + 40 * 64; at += 61) {
            byte[] bytes = vector("filter.txt", 4096 + 40 * 64);
            bytes[at] ^= 4;
            put(FILTER, bytes);
            assertThrows(WindowFileBad.class, () -> KeyFilter.read(disk, FILTER), "at " + at);
        }
        assertFalse(fingerprint.id() == 0);
    }

    @Test
    void aFileThatWasCutOrHasAnotherNameIsNoticed() throws Exception {
        for (int size : new int[] {0, 100, 4096, 3 * 4096 - 1}) {
            put(KEYS, Arrays.copyOf(vector("keys.txt", 3 * 4096), size));
            assertThrows(WindowFileBad.class, () -> KeyFile.open(disk, KEYS), "size " + size);
            put(FILTER, Arrays.copyOf(vector("filter.txt", 4096 + 40 * 64), Math.min(size, 4096)));
            assertThrows(WindowFileBad.class, () -> KeyFilter.read(disk, FILTER), "size " + size);
        }
        put("0000000000001001.keys", vector("keys.txt", 3 * 4096));
        assertThrows(WindowFileBad.class, () -> KeyFile.open(disk, "0000000000001001.keys"));
    }

    /// The power goes at every operation of the disk: then there is the whole file or none.
    @Test
    void aPowerCutLeavesTheWholeFileOrNone() throws Exception {
        var fingerprint = Fingerprint.of(secret());
        var header = new KeyFileHeader(343, 7, USE, 1000, 1700, 5_000, 65_000, fingerprint.id());
        boolean finished = false;
        for (int operations = 0; !finished; operations++) {
            for (int seed = 0; seed < 20; seed++) {
                var cut = new FaultyDisk();
                cut.spoilSectors();
                cut.cutPowerAfter(operations, seed);
                try {
                    KeyFile.write(cut, header, vectorItems(fingerprint));
                    finished = true;
                } catch (FaultyDisk.PowerCut power) {
                    // What is left is looked at below.
                }
                cut.powerCut(seed);
                if (cut.list().contains(KEYS)) {
                    assertArrayEquals(vector("keys.txt", 3 * 4096), cut.contents(KEYS));
                } else assertFalse(finished, "it was said to be durable");
            }
        }
    }

    private void put(String name, byte[] bytes) {
        try {
            if (disk.list().contains(name)) disk.delete(name);
            disk.create(name, bytes.length).close();
            disk.overwrite(name, 0, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Few different fingerprints make long runs of neighbours in the table.
    @Test
    void aPartFindsExactlyWhatWasAdded() {
        long seed = System.nanoTime();
        System.out.println("KeyFileTest part seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            int kinds = 1 + random.nextInt(400);
            var part = new KeyPart(0, 0);
            List<KeyFile.Item> model = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                long print = random.nextInt(kinds);
                part.add(print, i);
                model.add(new KeyFile.Item(print, i));
                long asked = random.nextInt(kinds);
                long[] found = part.candidates(asked);
                Arrays.sort(found);
                assertArrayEquals(
                        model.stream()
                                .filter(item -> item.fingerprint() == asked)
                                .mapToLong(KeyFile.Item::index)
                                .toArray(),
                        found);
            }
            assertEquals(
                    model,
                    java.util.stream.IntStream.range(0, part.count())
                            .mapToObj(part::item)
                            .toList());
        }
    }
}
