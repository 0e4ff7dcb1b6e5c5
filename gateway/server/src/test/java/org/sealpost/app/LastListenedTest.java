package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.sensor.SensorSettings;

class LastListenedTest {
    private static final Instant TEN = Instant.parse("2026-11-25T10:00:00.123Z");

    @TempDir
    private Path data;

    @Test
    void whatWasNotedLastIsReadAfterARestart() {
        assertEquals(Map.of(), new LastListened(data).read());
        new LastListened(data).write(Map.of("gate", TEN, "scale", TEN));
        var until = Map.of("gate", TEN.plusSeconds(30), "tank-2", TEN.plusSeconds(2));
        new LastListened(data).write(until);
        assertEquals(until, new LastListened(data).read());
    }

    @Test
    void thereIsRoomForAsManySensorsAsThereMayBe() {
        var until = IntStream.range(0, SensorSettings.MAX_SENSORS)
                .boxed()
                .collect(Collectors.toMap(i -> "s".repeat(60) + i, i -> TEN.plusNanos(i + 1)));
        new LastListened(data).write(until);
        assertEquals(until, new LastListened(data).read());
    }

    @Test
    void whatIsNoTimeIsNoneAndStopsNobody() throws IOException {
        new LastListened(data).write(Map.of("gate", TEN));
        var file = data.resolve("sensors-listened");
        for (var text : new String[] {"yesterday", "yesterday gate", TEN.toString(), TEN + " gate\n".repeat(1 << 12)}) {
            Files.writeString(file, text);
            assertEquals(Map.of(), new LastListened(data).read());
        }
        new LastListened(data.resolve("absent")).write(Map.of("gate", TEN));
    }
}
