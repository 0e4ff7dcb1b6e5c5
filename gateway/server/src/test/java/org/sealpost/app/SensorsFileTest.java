package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.sensor.SensorSettings;
import org.sealpost.sensor.SettingsRefused;

class SensorsFileTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("sensors.toml");
    }

    @Test
    void aDocumentUpToTheBoundIsReadAsItIs() throws Exception {
        for (var text : new String[] {"", "# \u00e4\n", "#".repeat(SensorSettings.MAX_SIZE_BYTES)}) {
            Files.writeString(file, text);
            assertEquals(text, SensorsFile.read(file));
        }
        Files.writeString(file, "#".repeat(SensorSettings.MAX_SIZE_BYTES + 1));
        assertThrows(SettingsRefused.class, () -> SensorsFile.read(file));
    }

    /// A file of holes, larger than all memory: only its beginning is read.
    @Test
    void whateverIsLargerIsRefusedUnread() throws Exception {
        try (var holes = new RandomAccessFile(file.toFile(), "rw")) {
            holes.setLength(1L << 40);
        }
        var refused = assertThrows(SettingsRefused.class, () -> SensorsFile.read(file));
        assertTrue(refused.sentence().contains("64 KiB"), refused.sentence());
    }

    @Test
    void whatIsNoTextOrNotThereIsNoDocument() throws Exception {
        Files.write(file, new byte[] {'#', (byte) 0xe4, '\n'});
        assertThrows(IOException.class, () -> SensorsFile.read(file));
        assertThrows(NoSuchFileException.class, () -> SensorsFile.read(folder.resolve("absent")));
    }
}
