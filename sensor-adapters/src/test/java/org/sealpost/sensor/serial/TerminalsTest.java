package org.sealpost.sensor.serial;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminalsTest {
    @TempDir
    private Path folder;

    @Test
    void onlyATerminalIsOneWhateverALinkIsCalled() throws Exception {
        assertTrue(Terminals.is(Path.of("/dev/tty")));
        assertTrue(Terminals.is(Files.createSymbolicLink(folder.resolve("port"), Path.of("/dev/tty"))));
        for (var other : new String[] {"/dev/null", "/dev/zero", "/dev", "/dev/tty-none", "/dev/pts", "/dev/fd/0/x"}) {
            assertFalse(Terminals.is(Path.of(other)), other);
        }
        Path file = Files.createFile(folder.resolve("lock"));
        assertFalse(Terminals.is(file));
        assertFalse(Terminals.is(Files.createSymbolicLink(folder.resolve("ttyUSB0"), file)));
    }
}
