package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpdateActsTest {
    @TempDir
    Path folder;

    private static byte[] acts(int from, int to) throws IOException {
        var lines = new ByteArrayOutputStream();
        for (int n = from; n < to; n++) lines.write(ActLine.of("{\"n\":" + n + ",\"act\":\"é\"}"));
        return lines.toByteArray();
    }

    private static List<Long> numbers(List<UpdateActs.Entry> entries) {
        return entries.stream().map(UpdateActs.Entry::n).toList();
    }

    @Test
    void readsOnWhereItStopped() throws IOException {
        var file = folder.resolve("acts");
        var acts = new UpdateActs(file);
        var none = acts.read(UpdateActs.Place.START);
        assertEquals(List.of(), none.entries());
        Files.write(file, acts(0, 3));
        var first = acts.read(none.next());
        assertEquals(List.of(0L, 1L, 2L), numbers(first.entries()));
        assertEquals("{\"n\":1,\"act\":\"é\"}", first.entries().get(1).json());
        assertEquals(List.of(), acts.read(first.next()).entries());
        Files.write(file, acts(0, 5));
        assertEquals(List.of(3L, 4L), numbers(acts.read(first.next()).entries()));
    }

    @Test
    void aTornLastLineIsNotYetThere() throws IOException {
        var file = folder.resolve("acts");
        var whole = acts(0, 3);
        int kept = acts(0, 2).length;
        for (int size = kept; size < whole.length; size++) {
            Files.write(file, Arrays.copyOf(whole, size));
            var batch = new UpdateActs(file).read(UpdateActs.Place.START);
            assertEquals(List.of(0L, 1L), numbers(batch.entries()), "cut at " + size);
            assertEquals(new UpdateActs.Place(kept, 2), batch.next());
        }
    }

    @Test
    void aLongFileIsReadInPieces() throws IOException {
        var file = folder.resolve("acts");
        Files.write(file, acts(0, 10_000));
        var acts = new UpdateActs(file);
        var numbers = new ArrayList<Long>();
        var place = UpdateActs.Place.START;
        while (true) {
            var batch = acts.read(place);
            if (batch.entries().isEmpty()) break;
            numbers.addAll(numbers(batch.entries()));
            place = batch.next();
        }
        assertEquals(10_000, numbers.size());
        assertEquals(9_999L, numbers.getLast());
    }

    /// Whichever byte is damaged, the acts before its line are read, and nothing behind them.
    @Test
    void anyOtherByteIsDamage() throws IOException {
        var file = folder.resolve("acts");
        var acts = new UpdateActs(file);
        var whole = acts(0, 3);
        for (int i = 0; i < whole.length - 1; i++) {
            var damaged = whole.clone();
            damaged[i] ^= 1;
            Files.write(file, damaged);
            int before = 0;
            for (int at = 0; at < i; at++) if (whole[at] == '\n') before++;
            var place = UpdateActs.Place.START;
            if (before > 0) {
                var batch = acts.read(place);
                assertEquals(before, batch.entries().size(), "byte " + i);
                place = batch.next();
            }
            assertEquals(new UpdateActs.Place(acts(0, before).length, before), place, "byte " + i);
            var rest = place;
            // A feed that is none any more joins two lines; the last one's makes it a torn line.
            assertThrows(ActsDamaged.class, () -> acts.read(rest), "byte " + i);
        }
    }

    @Test
    void gapsAndWhatIsGoneAreDamage() throws IOException {
        var file = folder.resolve("acts");
        Files.write(file, acts(1, 3));
        var gap = assertThrows(ActsDamaged.class, () -> new UpdateActs(file).read(UpdateActs.Place.START));
        assertTrue(gap.getMessage().contains("act 0 at byte 0: the line is of act 1"), gap.getMessage());
        Files.write(file, acts(0, 1));
        assertThrows(ActsDamaged.class, () -> new UpdateActs(file).read(new UpdateActs.Place(1_000, 9)));
        Files.delete(file);
        assertThrows(ActsDamaged.class, () -> new UpdateActs(file).read(new UpdateActs.Place(1_000, 9)));
        Files.write(file, new byte[100_000]);
        assertThrows(ActsDamaged.class, () -> new UpdateActs(file).read(UpdateActs.Place.START));
    }

    @Test
    void whatIsNoFileIsNotWaitedFor() throws Exception {
        var folder = Files.createTempDirectory("acts");
        assertThrows(IOException.class, () -> new UpdateActs(folder).read(UpdateActs.Place.START));
        Files.delete(folder);
        assertThrows(IOException.class, () -> new UpdateActs(Path.of("/dev/zero")).read(UpdateActs.Place.START));
    }

    /// What is copied into a log must not be taken back by a power cut.
    @Test
    void nothingIsToldThatIsNotDurable() throws IOException {
        var file = folder.resolve("acts");
        Files.write(file, acts(0, 3));
        var forced = new ArrayList<Long>();
        var acts = new UpdateActs(file, channel -> forced.add(channel.size()));
        assertEquals(3, acts.read(UpdateActs.Place.START).entries().size());
        assertEquals(List.of((long) acts(0, 3).length), forced);
        var failing = new UpdateActs(file, channel -> {
            throw new IOException("Input/output error");
        });
        assertThrows(IOException.class, () -> failing.read(UpdateActs.Place.START));
    }
}
