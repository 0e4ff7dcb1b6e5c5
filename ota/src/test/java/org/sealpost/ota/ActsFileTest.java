package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActsFileTest {
    private static final Offer OFFER = new Offer(SimulatedUpdates.release("1.1.0"), Offer.From.STICK);
    private static final Version VERSION = OFFER.version();
    private static final TreeSet<String> RED = new TreeSet<>(Set.of("token", "relay evm"));

    /// One of each kind, in an order that can be.
    private static final List<UpdateAct> ACTS = List.of(
            new UpdateAct.SourceSet(Optional.of("https://updates.example/"), Optional.of("ab".repeat(32)), true),
            new UpdateAct.Refused(
                    "expiry", "over\nand out", Offer.From.URL, Optional.of("timestamp.json"), Optional.empty()),
            new UpdateAct.Offered(OFFER),
            new UpdateAct.Ordered(VERSION),
            new UpdateAct.Verified(VERSION, "0".repeat(64)),
            new UpdateAct.Installing(VERSION, Slot.B, RED),
            new UpdateAct.Installed(VERSION, Slot.B),
            new UpdateAct.Rebooting(VERSION, Slot.B, Slot.A, RED),
            new UpdateAct.Failed(VERSION, "the gateway ended"),
            new UpdateAct.Rebooting(VERSION, Slot.A, Slot.B, new TreeSet<>()),
            new UpdateAct.RolledBack(VERSION, "the gateway ended"),
            new UpdateAct.Allowed(VERSION),
            new UpdateAct.Offered(OFFER),
            new UpdateAct.Ordered(VERSION),
            new UpdateAct.Verified(VERSION, "0".repeat(64)),
            new UpdateAct.Installing(VERSION, Slot.B, RED),
            new UpdateAct.Confirmed(VERSION, Slot.B, 7, 2),
            new UpdateAct.Booted(Version.parse("1.0.0"), Slot.A, 6),
            new UpdateAct.Booted(VERSION, Slot.B, 7));

    @TempDir
    Path folder;

    private Path write(List<UpdateAct> acts) throws IOException {
        var file = folder.resolve("acts");
        Files.deleteIfExists(file);
        try (var open = ActsFile.open(file)) {
            for (int n = 0; n < acts.size(); n++) {
                open.append(new ActEntry(n, Instant.parse("2026-11-25T10:00:00Z"), n % 2 == 0, "owner", acts.get(n)));
            }
        }
        return file;
    }

    @Test
    void everyActIsReadAsItWasWritten() throws IOException {
        for (int n = 0; n < ACTS.size(); n++) {
            var entry = new ActEntry(n, Instant.parse("2026-11-25T10:00:00.123Z"), true, "owner", ACTS.get(n));
            assertEquals(entry, ActJson.read(ActJson.write(entry)));
        }
    }

    @Test
    void whatIsKnownIsFoundAgain() throws IOException {
        try (var open = ActsFile.open(write(ACTS))) {
            var memory = open.found();
            assertEquals(ACTS.size(), memory.next());
            assertEquals(new State.Idle(), memory.state());
            assertEquals(7, memory.epoch());
            assertEquals("confirmed", memory.last().orElseThrow().outcome());
            assertEquals(ACTS.getFirst(), memory.source());
        }
    }

    /// Cuts the file at every byte: what was complete is there, and the next act can be written.
    @Test
    void aTornLastLineIsCut() throws IOException {
        var whole = Files.readAllBytes(write(ACTS));
        int complete = 0;
        for (int size = 0; size < whole.length; size++) {
            var file = Files.write(folder.resolve("acts"), Arrays.copyOf(whole, size));
            if (size > 0 && whole[size - 1] == '\n') complete++;
            try (var open = ActsFile.open(file)) {
                assertEquals(complete, open.found().next(), "cut at " + size);
            }
            assertTrue(Files.size(file) <= size);
        }
    }

    @Test
    void damageIsRefusedAndNothingIsChanged() throws IOException {
        var file = write(ACTS);
        var damaged = Files.readAllBytes(file);
        damaged[200] ^= 1;
        Files.write(file, damaged);
        assertThrows(ActsDamaged.class, () -> ActsFile.open(file));
        assertArrayEquals(damaged, Files.readAllBytes(file));
    }

    @Test
    void actsThatCannotFollowOneAnotherAreDamage() throws IOException {
        for (var impossible : List.of(
                new UpdateAct.Ordered(VERSION),
                new UpdateAct.Confirmed(VERSION, Slot.B, 1, 1),
                new UpdateAct.RolledBack(VERSION, "no"))) {
            var file = folder.resolve("acts");
            Files.write(file, ActLine.of(ActJson.write(new ActEntry(0, Instant.EPOCH, false, "owner", impossible))));
            var damaged = assertThrows(ActsDamaged.class, () -> ActsFile.open(file));
            assertTrue(damaged.getMessage().contains("act 0"), damaged.getMessage());
        }
    }
}
