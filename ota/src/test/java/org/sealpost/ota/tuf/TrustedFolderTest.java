package org.sealpost.ota.tuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustedFolderTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsReplacedIsFoundAgain() throws Exception {
        var store = TrustedFolder.open(folder.resolve("a/b"));
        assertEquals(Optional.empty(), store.load(Role.ROOT));
        store.replace(Role.ROOT, new byte[] {1, 2, 3});
        store.replace(Role.ROOT, new byte[] {4});
        assertArrayEquals(
                new byte[] {4},
                TrustedFolder.open(folder.resolve("a/b")).load(Role.ROOT).orElseThrow());
        assertEquals(Optional.empty(), store.load(Role.TARGETS));
    }

    @Test
    void whatIsForgottenIsGone() throws Exception {
        var store = TrustedFolder.open(folder);
        store.replace(Role.SNAPSHOT, new byte[1]);
        store.forget(Role.SNAPSHOT);
        store.forget(Role.SNAPSHOT);
        assertEquals(Optional.empty(), store.load(Role.SNAPSHOT));
    }

    /// What a power cut in the middle of a replacement leaves.
    @Test
    void aHalfWrittenReplacementIsNotSeen() throws Exception {
        var store = TrustedFolder.open(folder);
        store.replace(Role.ROOT, new byte[] {1});
        Files.write(folder.resolve("root.json.new"), new byte[] {2, 3, 4});
        assertArrayEquals(new byte[] {1}, store.load(Role.ROOT).orElseThrow());
        store.replace(Role.ROOT, new byte[] {5});
        assertArrayEquals(new byte[] {5}, store.load(Role.ROOT).orElseThrow());
    }

    @Test
    void aFileThatIsTooLargeCountsAsNone() throws Exception {
        var store = TrustedFolder.open(folder);
        Files.write(folder.resolve("root.json"), new byte[StrictJson.MAX_BYTES + 1]);
        assertTrue(store.load(Role.ROOT).isEmpty());
    }
}
