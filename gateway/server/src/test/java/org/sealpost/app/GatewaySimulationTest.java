package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole box on one thread over disks that forget, tear, fail and are full, a token that goes away and a chain with
/// bad manners, with crashes between any two steps and inside them. After each life, and once all has settled, the
/// invariants of docs/architecture.md must hold.
///
/// Each run comes from its seed, down to the bytes; `-Dsealpost.simulation.seed=N` runs that one,
/// `-Dsealpost.simulation.seeds=N` as many.
class GatewaySimulationTest {
    private static final int SEEDS = 500;

    // What is provoked here thousands of times is said each time.
    private final Logger sealpost = Logger.getLogger("org.sealpost");

    private @Nullable Level level;

    @TempDir
    Path folder;

    @BeforeEach
    void quiet() {
        level = sealpost.getLevel();
        sealpost.setLevel(Level.OFF);
    }

    @AfterEach
    void loud() {
        sealpost.setLevel(level);
    }

    @Test
    void invariantsHoldWhateverCrashes() throws Exception {
        var single = Long.getLong("sealpost.simulation.seed");
        if (single != null) {
            run(single);
            return;
        }
        long first = System.nanoTime() & 0xffff_ffffL;
        int count = Integer.getInteger("sealpost.simulation.seeds", SEEDS);
        System.out.println("simulation: seeds " + first + " to " + (first + count - 1));
        var total = new Simulation.Seen();
        for (long seed = first; seed < first + count; seed++) {
            try {
                total.add(run(seed));
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + " (-Dsealpost.simulation.seed=" + seed + ")", e);
            }
        }
        System.out.println("simulation: " + total);
        if (count >= SEEDS) total.requireAll();
    }

    /// Two runs of one seed end with the same bytes on every disk, and those of another with others.
    @Test
    void aRunComesFromItsSeedDownToTheBytes() throws Exception {
        for (long seed : List.of(1L, 2L, Simulation.LARGE_RUN * 1L)) {
            var once = digest(seed);
            assertEquals(once, digest(seed), "seed " + seed);
            assertNotEquals(once, digest(seed + 3));
        }
    }

    private String digest(long seed) throws Exception {
        var simulation = new Simulation(seed, folder);
        simulation.run();
        var digest = simulation.digest();
        emptyFolder();
        return digest;
    }

    private Simulation.Seen run(long seed) throws Exception {
        var seen = new Simulation(seed, folder).run();
        emptyFolder();
        return seen;
    }

    private void emptyFolder() throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(folder)) Files.delete(file);
            }
        }
        assertTrue(Files.isDirectory(folder));
    }
}
