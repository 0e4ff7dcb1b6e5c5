package org.sealpost.sensor.gpio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxTest extends SystemCallsContract {
    private final Linux linux = new Linux();

    @Override
    SystemCalls calls() {
        return linux;
    }

    @Test
    void whatIsThereIsReadInOneGo(@TempDir Path folder) throws Exception {
        byte[] content = {1, 2, 3};
        int file = linux.open(Files.write(folder.resolve("file"), content).toString());
        int alarm = linux.alarm();
        try (Arena arena = Arena.ofConfined()) {
            assertTrue(linux.awaitReadable(file, alarm, Duration.ofMinutes(1)), "files are always readable");
            var room = arena.allocate(48);
            assertEquals(3, linux.read(file, room));
            assertArrayEquals(content, room.asSlice(0, 3).toArray(ValueLayout.JAVA_BYTE));
        } finally {
            linux.close(file);
            linux.close(alarm);
        }
    }
}
