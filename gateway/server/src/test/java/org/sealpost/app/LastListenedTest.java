package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastListenedTest {
    private static final Instant TEN = Instant.parse("2026-11-25T10:00:00.123Z");

    @TempDir
    private Path data;

    @Test
    void whatWasNotedLastIsReadAfterARestart() {
        assertEquals(Optional.empty(), new LastListened(data).read());
        new LastListened(data).write(TEN);
        new LastListened(data).write(TEN.plusSeconds(30));
        assertEquals(Optional.of(TEN.plusSeconds(30)), new LastListened(data).read());
    }

    @Test
    void whatIsNoTimeIsNoneAndStopsNobody() throws IOException {
        new LastListened(data).write(TEN);
        var file = data.resolve("sensors-listened");
        for (var text : new String[] {"", "yesterday", "1".repeat(1 << 16)}) {
            Files.writeString(file, text);
            assertEquals(Optional.empty(), new LastListened(data).read());
        }
        new LastListened(data.resolve("absent")).write(TEN);
    }
}
