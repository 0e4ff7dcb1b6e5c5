package org.sealpost.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
    @TempDir
    Path folder;

    @Test
    void theUsedShareIsThatOfTheFileSystem() throws IOException {
        var store = Files.getFileStore(folder);
        double expected = 100.0 * (store.getTotalSpace() - store.getUsableSpace()) / store.getTotalSpace();
        assertEquals(expected, DiskSpace.of(folder).usedPercent(), 5, "others write here, too, but not that much");
    }

    @Test
    void whatIsNotThereIsNotCalledEmpty() {
        var gone = DiskSpace.of(folder.resolve("gone"));
        var unknown = assertThrows(IOException.class, gone::usedPercent);
        assertTrue(unknown.getMessage().contains("gone"), unknown.getMessage());
    }
}
