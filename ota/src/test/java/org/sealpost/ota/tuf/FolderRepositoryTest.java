package org.sealpost.ota.tuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.ota.tuf.Repository.NotThere;
import org.sealpost.ota.tuf.Repository.TooLittle;
import org.sealpost.ota.tuf.Repository.TooMuch;
import org.sealpost.ota.tuf.Repository.Unreachable;

class FolderRepositoryTest {
    private static final byte[] CONTENT = new byte[700_000];

    static {
        new Random(7).nextBytes(CONTENT);
    }

    @TempDir
    private Path home;

    private Path stick;
    private FolderRepository repository;

    @BeforeEach
    void fill() throws Exception {
        stick = Files.createDirectories(home.resolve("stick"));
        Files.createDirectories(stick.resolve("folder"));
        Files.write(stick.resolve("folder/file"), CONTENT);
        repository = new FolderRepository(stick);
    }

    @Test
    void aFileIsFetchedIfItIsNotTooLarge() throws Exception {
        assertArrayEquals(CONTENT, repository.fetch("folder/file", CONTENT.length));
        assertThrows(TooMuch.class, () -> repository.fetch("folder/file", CONTENT.length - 1));
        assertThrows(NotThere.class, () -> repository.fetch("folder/none", 10));
    }

    @Test
    void aCopyGoesOnWhereItStopped() throws Exception {
        var part = Files.write(home.resolve("part"), Arrays.copyOf(CONTENT, 300_000));
        repository.fetchInto("folder/file", part, CONTENT.length, bytes -> {});
        assertArrayEquals(CONTENT, Files.readAllBytes(part));
    }

    @Test
    void aFileOfAnotherLengthIsNotCopied() {
        var part = home.resolve("part");
        int length = CONTENT.length;
        assertThrows(TooMuch.class, () -> repository.fetchInto("folder/file", part, length - 1, bytes -> {}));
        assertThrows(TooLittle.class, () -> repository.fetchInto("folder/file", part, length + 1, bytes -> {}));
    }

    @Test
    void aStickThatWasTakenAwayIsToldFromAFileThatIsMissing() {
        var gone = new FolderRepository(home.resolve("gone"));
        assertThrows(Unreachable.class, () -> gone.fetch("folder/file", 10));
        assertThrows(Unreachable.class, () -> gone.fetchInto("folder/file", home.resolve("part"), 10, bytes -> {}));
    }

    @Test
    void onlyPlainFilesBelowTheFolderAreRead() throws Exception {
        Files.writeString(home.resolve("secret"), "secret");
        Files.createSymbolicLink(stick.resolve("up"), home.resolve("secret"));
        Files.createSymbolicLink(stick.resolve("zero"), Path.of("/dev/zero"));
        Files.createSymbolicLink(stick.resolve("dangling"), Path.of("nothing"));
        Files.createSymbolicLink(stick.resolve("round"), Path.of("round"));
        new ProcessBuilder("mkfifo", stick.resolve("pipe").toString()).start().waitFor();
        for (var name : new String[] {"up", "zero", "dangling", "pipe", "folder"}) {
            assertThrows(NotThere.class, () -> repository.fetch(name, 100), name);
        }
        assertThrows(IOException.class, () -> repository.fetch("round", 100));
    }
}
