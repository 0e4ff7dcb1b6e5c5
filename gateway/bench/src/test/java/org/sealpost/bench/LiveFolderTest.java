package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A walk beside somebody who deletes.
class LiveFolderTest {
    @TempDir
    Path data;

    @Test
    void whatVanishesUnderTheWalkIsPassedOver() throws IOException {
        var one = Files.createFile(Files.createDirectory(data.resolve("tiles")).resolve("1"));
        var two = Files.createFile(data.resolve("tiles/2"));
        var seen = new ArrayList<Path>();
        LiveFolder.walk(data, _ -> {}, file -> {
            seen.add(file);
            delete(file.equals(one) ? two : one);
        });
        assertEquals(1, seen.size(), seen::toString);
        assertEquals(seen, LiveFolder.filesIn(data));
        assertEquals(List.of(data, data.resolve("tiles")), LiveFolder.foldersIn(data));
    }

    @Test
    void aFolderThatVanishesIsPassedOverAndTheOnesBehindItAreSeen() throws IOException {
        for (var name : List.of("a", "b", "c")) Files.createDirectory(data.resolve(name));
        var seen = new ArrayList<Path>();
        LiveFolder.walk(
                data,
                folder -> {
                    if (!folder.equals(data)) {
                        seen.add(folder);
                        delete(folder);
                    }
                },
                _ -> {});
        assertEquals(3, seen.size(), seen::toString);
        assertEquals(List.of(data), LiveFolder.foldersIn(data));
    }

    @Test
    void aFolderThatIsNotThereIsAnError() {
        assertThrows(NoSuchFileException.class, () -> LiveFolder.filesIn(data.resolve("nowhere")));
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
