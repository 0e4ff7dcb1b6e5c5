package org.sealpost.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryFilesTest {
    @TempDir
    Path folder;

    @Test
    void showsEachFileOnce() throws Exception {
        assertTrue(DirectoryFiles.isEmpty(folder));
        for (var name : Set.of("a", "b", "c")) Files.writeString(folder.resolve(name), name);
        var seen = new TreeSet<String>();
        DirectoryFiles.visit(folder, file -> assertTrue(seen.add(String.valueOf(file.getFileName()))));
        assertEquals(Set.of("a", "b", "c"), seen);
        assertFalse(DirectoryFiles.isEmpty(folder));
    }

    @Test
    void oneThatIsNotThereIsNotEmpty() {
        var gone = folder.resolve("gone");
        assertThrows(NoSuchFileException.class, () -> DirectoryFiles.isEmpty(gone));
        assertThrows(
                NoSuchFileException.class,
                () -> DirectoryFiles.visit(gone, file -> {
                    throw new AssertionError(file);
                }));
    }

    /// It is unchecked where a stream of a directory's files ends by it.
    @Test
    void aDirectoryThatFailsWhileItIsReadIsADiskThatFails() {
        var failure = new FileSystemException("data", null, "Input/output error");
        var visited = assertThrows(
                IOException.class,
                () -> DirectoryFiles.visit(failing(failure), file -> {
                    throw new AssertionError(file);
                }));
        assertSame(failure, visited);
        assertSame(failure, assertThrows(IOException.class, () -> DirectoryFiles.isEmpty(failing(failure))));
    }

    private static DirectoryStream<Path> failing(IOException failure) {
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        throw new DirectoryIteratorException(failure);
                    }

                    @Override
                    public Path next() {
                        throw new NoSuchElementException();
                    }
                };
            }

            @Override
            public void close() {}
        };
    }
}
