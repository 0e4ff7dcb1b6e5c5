package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoxClockTest {
    private static final Instant BUILT = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    @TempDir
    Path folder;

    private BoxClock clock(boolean synced) {
        return BoxClock.open(() -> NOW, () -> synced, BUILT, folder.resolve("proven-time"));
    }

    @Test
    void theLatestTimeThatWasSynchronisedIsKept() throws IOException {
        assertEquals(BUILT, clock(false).floor());
        assertEquals(NOW, clock(true).floor());
        assertEquals(NOW, clock(false).floor());
    }

    /// Whatever a failing disk makes of the file, the agent starts.
    @Test
    void whatCannotBeReadCountsAsNone() throws IOException {
        var file = folder.resolve("proven-time");
        for (var bytes : new byte[][] {{}, {'x', '\n'}, {'1', (byte) 0x80}, new byte[5_000]}) {
            Files.write(file, bytes);
            assertEquals(BUILT, clock(false).floor());
        }
        Files.delete(file);
        Files.createDirectory(file);
        assertEquals(BUILT, clock(false).floor());
    }
}
