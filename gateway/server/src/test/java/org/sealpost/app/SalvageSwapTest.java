package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.journal.FaultyDisk;

/// The new journal takes the old one's place, or will when the same is done again; none of them is ever lost. Files of
/// their sizes stand for the folders.
class SalvageSwapTest {
    private static final int OLD = 100;
    private static final int NEW = 200;

    private static FaultyDisk data() throws IOException {
        var data = new FaultyDisk();
        data.create("entries", OLD).close();
        data.create("salvaged", NEW).close();
        data.create("seals", 1).close();
        data.forceDirectory();
        return data;
    }

    private static void assertSwapped(FaultyDisk data) throws IOException {
        assertEquals(
                List.of("entries", "entries.damaged-1", "seals"),
                data.list().stream().sorted().toList());
        assertEquals(NEW, data.contents("entries").length);
        assertEquals(OLD, data.contents("entries.damaged-1").length);
    }

    @Test
    void theDamagedJournalStaysBesideTheNewOne() throws IOException {
        var data = data();
        assertEquals("entries.damaged-1", SalvageSwap.run(data, "salvaged"));
        assertSwapped(data);
        data.create("again", 300).close();
        assertEquals("entries.damaged-2", SalvageSwap.run(data, "again"));
        assertEquals(OLD, data.contents("entries.damaged-1").length);
        assertEquals(NEW, data.contents("entries.damaged-2").length);
    }

    @Test
    void aPowerCutAtAnyMomentIsCompletedByTheSameCall() throws IOException {
        var counted = data();
        long before = counted.operations();
        SalvageSwap.run(counted, "salvaged");
        long operations = counted.operations() - before;
        assertEquals(4, operations);
        for (long operation = 0; operation < operations; operation++) {
            for (long seed = 0; seed < 20; seed++) {
                var data = data();
                data.cutPowerAfter(operation, seed);
                assertThrows(IOException.class, () -> SalvageSwap.run(data, "salvaged"));
                data.powerCut(seed);
                // The last rename may have come to the disk: then there is nothing left to do.
                if (data.list().contains("salvaged")) SalvageSwap.run(data, "salvaged");
                assertSwapped(data);
            }
        }
    }

    @Test
    void noLogBeginsBetweenTheTwo(@TempDir Path data) throws IOException {
        SalvageSwap.refuseHalfDone(data);
        Files.createDirectory(data.resolve("entries.damaged-1"));
        var refused = assertThrows(StartRefused.class, () -> SalvageSwap.refuseHalfDone(data));
        assertTrue(refused.getMessage().contains("--apply again"), refused::getMessage);
        Files.createDirectory(data.resolve("entries"));
        SalvageSwap.refuseHalfDone(data);
    }
}
