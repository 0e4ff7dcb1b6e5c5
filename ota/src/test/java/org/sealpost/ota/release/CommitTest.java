package org.sealpost.ota.release;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void writesAllFiles() throws IOException {
        Files.writeString(folder.resolve("b"), "old");
        new Commit()
                .then(folder.resolve("a"), bytes("1"))
                .then(folder.resolve("b"), bytes("2"))
                .finish();
        assertArrayEquals(bytes("1"), Files.readAllBytes(folder.resolve("a")));
        assertArrayEquals(bytes("2"), Files.readAllBytes(folder.resolve("b")));
    }

    /// The second file cannot be written, as on a full disk: the first has not appeared then, and nothing is left.
    @Test
    void oneThatCannotBeWrittenKeepsAllFromAppearing() throws IOException {
        Files.writeString(folder.resolve("a"), "old");
        var before = Workbench.state(folder);
        var commit = new Commit().then(folder.resolve("a"), bytes("1")).then(folder.resolve("none/b"), bytes("2"));
        var refusal = assertThrows(Refusal.class, commit::finish);
        assertTrue(refusal.getMessage().contains("none/b"), refusal::getMessage);
        assertEquals(before, Workbench.state(folder));
    }

    @Test
    void whatAKilledRunLeftAsideIsWrittenOver() throws IOException {
        Files.writeString(folder.resolve("a.part"), "half a fi");
        new Commit().then(folder.resolve("a"), bytes("1")).finish();
        assertEquals(Map.of("a", Copy.sha256(bytes("1"))), Workbench.state(folder));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
