package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OneTimePasswordTest {
    @TempDir
    Path folder;

    @Test
    void itIsReadWithoutItsLineEnd() throws Exception {
        for (var end : new String[] {"", "\n", "\r\n"})
            assertEquals("grüße 7", new String(OneTimePassword.read(file("grüße 7" + end))));
        var longest = "x".repeat(OneTimePassword.MAX_BYTES);
        assertEquals(longest, new String(OneTimePassword.read(file(longest))));
    }

    /// Never half of one: the server would count a wrong try.
    @Test
    void whatIsNoneIsRefused() throws Exception {
        refused("more than 1024 bytes", file("x".repeat(OneTimePassword.MAX_BYTES + 1)));
        refused("is empty", file(""));
        refused("is empty", file("\n"));
        refused("not text", Files.write(folder.resolve("password"), new byte[] {'x', (byte) 0xff}));
        assertThrows(IOException.class, () -> OneTimePassword.read(folder.resolve("none")));
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("password"), content);
    }

    private static void refused(String why, Path file) {
        var refused = assertThrows(IOException.class, () -> OneTimePassword.read(file));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }
}
