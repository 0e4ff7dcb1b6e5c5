package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeyMaking;
import org.sealpost.hsm.TokenAct;
import org.sealpost.record.ClockReading;

class BegunMakingsTest {
    private static final String ID = "0123456789abcdef";
    private static final byte[] CONTENT = "a key".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    @Test
    void whatSomebodyIsAboutIsNotLeft() throws Exception {
        var here = new BegunMakings(folder);
        here.begin(ID, CONTENT);
        assertEquals(List.of(), here.left());
        assertEquals(List.of(), new BegunMakings(folder.resolve(".")).left());
        here.abandon(ID);
        assertArrayEquals(CONTENT, here.left().getFirst().content());
        here.end(ID);
        assertEquals(List.of(), here.left());
        here.end(ID);
        assertEquals(List.of(), new BegunMakings(folder.resolve("none")).left());
        assertThrows(IOException.class, () -> here.begin(ID, new byte[BegunMakings.MAX_SIZE_BYTES + 1]));
        try (var files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    /// A kill between the writing and the name, and something that nobody can read.
    @Test
    void whatIsUnfinishedIsRemovedAndWhatIsUnreadableHidesNothing() throws Exception {
        var here = new BegunMakings(folder);
        here.begin(ID, CONTENT);
        here.abandon(ID);
        Files.createDirectory(folder.resolve("0".repeat(16) + ".begun"));
        var fresh = Files.createFile(folder.resolve("1".repeat(16) + ".begun.tmp"));
        var old = Files.createFile(folder.resolve("2".repeat(16) + ".begun.tmp"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(120)));
        assertEquals(
                List.of(ID), here.left().stream().map(BegunMakings.Left::id).toList());
        assertTrue(Files.exists(fresh), "somebody may be about to name it");
        assertFalse(Files.exists(old));
    }

    /// As the command line is, whose terminal is closed.
    @Test
    void whatAProcessIsAboutIsLeftWhenItIsKilled() throws Exception {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Begins.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertEquals('b', process.getInputStream().read());
            assertEquals(List.of(), new BegunMakings(folder).left());
        } finally {
            process.destroyForcibly();
        }
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(ID, new BegunMakings(folder).left().getFirst().id());
    }

    static final class Begins {
        public static void main(String[] arguments) throws Exception {
            new BegunMakings(Path.of(arguments[0])).begin(ID, CONTENT);
            System.out.println("begun");
            System.in.read();
        }
    }

    @Test
    void aMakingComesBackAsItWasAndItsKeyIsTakenDownOnce() throws Exception {
        var notes = TokenNotes.beside(folder.resolve("pin"));
        var acts = new NotedActs(notes, KernelClock.open(ClockReading.Source.SYSTEM), () -> {});
        var making = new KeyMaking(
                ID,
                "a token",
                "user x",
                "seal",
                KeyKind.P256,
                List.of(new KeyMaking.Before(new byte[] {1}, new byte[0])),
                Instant.EPOCH);
        acts.begins(making);
        assertEquals(List.of(), acts.begun());
        acts.abandons(making);
        var back = acts.begun().getFirst();
        assertEquals(
                List.of(making.id(), making.token(), making.by(), making.key(), making.kind()),
                List.of(back.id(), back.token(), back.by(), back.key(), back.kind()));
        assertArrayEquals(new byte[] {1}, back.before().getFirst().id());
        assertEquals(
                Files.getLastModifiedTime(folder.resolve("pin.acts").resolve(ID + ".begun"))
                        .toInstant(),
                back.at());
        // Cut off between the note and its end.
        for (int i = 0; i < 2; i++)
            acts.told(new TokenAct.Generated("a token", "user x", "seal", KeyKind.P256, new byte[] {5}));
        assertEquals(1, notes.waiting(10).size());
        acts.ends(back);
        assertEquals(List.of(), acts.begun());

        Files.writeString(folder.resolve("pin.acts").resolve(ID + ".begun"), "{");
        assertEquals(List.of(), acts.begun());
    }
}
