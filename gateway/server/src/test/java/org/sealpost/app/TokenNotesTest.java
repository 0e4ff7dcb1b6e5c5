package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.PinPlace;
import org.sealpost.hsm.TokenAct;
import org.sealpost.record.ClockReading;

class TokenNotesTest {
    @TempDir
    private Path folder;

    /// What the log has, by key; as the intake does it.
    private final Map<String, String> log = new LinkedHashMap<>();

    @Test
    void notesComeIntoTheLogInTheirOrderAndOnce() throws Exception {
        var notes = notes();
        assertEquals(0, scribe(notes).step(), "there is not even a folder");
        for (int i = 0; i < 40; i++) notes.leave(bytes("act " + i));
        crank(scribe(notes));
        assertEquals(40, log.size());
        assertEquals("act 0", log.values().iterator().next());
        assertEquals("act 39", List.copyOf(log.values()).getLast());
        assertEquals(List.of(), names());
        notes.leave(bytes("act 40"));
        crank(scribe(notes));
        assertEquals(41, log.size());
    }

    /// The log has the note, and the power goes before the note does.
    @Test
    void aNoteThatIsOfferedAgainIsInTheLogOnce() throws Exception {
        var notes = notes();
        notes.leave(bytes("an act"));
        var cut = new TokenScribe(notes, (key, content) -> {
            log.put(key, text(content));
            throw new IOException("the power goes");
        });
        assertThrows(IOException.class, cut::step);
        crank(scribe(notes));
        assertEquals(List.of("an act"), List.copyOf(log.values()));
        assertEquals(List.of(), names());
    }

    @Test
    void aNoteWaitsWhileTheLogTakesNothing() throws Exception {
        var notes = notes();
        notes.leave(bytes("an act"));
        var full = new TokenScribe(notes, (_, _) -> {
            throw new IOException("the disk is full");
        });
        assertThrows(IOException.class, full::step);
        assertThrows(IOException.class, full::step);
        crank(scribe(notes));
        assertEquals(1, log.size());
    }

    /// Each byte in turn is changed or missing.
    @Test
    void aDamagedNoteIsSetAsideAndTheOthersAreTaken() throws Exception {
        var notes = notes();
        var content = bytes("{\"act\":\"x\"}");
        for (int i = 0; i < content.length; i++) {
            notes.leave(content);
            var file = acts().resolve(names().stream()
                    .filter(name -> name.endsWith(".act"))
                    .findFirst()
                    .orElseThrow());
            var damaged = content.clone();
            damaged[i] ^= 1;
            Files.write(file, i % 2 == 0 ? damaged : java.util.Arrays.copyOf(content, i));
            notes.leave(bytes("whole " + i));
            crank(scribe(notes));
            assertEquals(i + 1, log.size(), "byte " + i);
        }
        assertEquals(content.length, names().size());
        assertTrue(names().stream().allMatch(name -> name.endsWith(".act.damaged")), names()::toString);
        assertTrue(log.values().stream().allMatch(taken -> taken.startsWith("whole")));
    }

    /// As a power cut leaves it: the name is not there yet.
    @Test
    void aNoteThatWasNotWrittenToItsEndIsNone() throws Exception {
        var notes = notes();
        notes.leave(bytes("an act"));
        Files.move(acts().resolve(names().getFirst()), acts().resolve(names().getFirst() + ".tmp"));
        crank(scribe(notes));
        assertEquals(0, log.size());
    }

    @Test
    void theyAreBoundedAndItIsSaidBeforeAnythingIsDone() throws Exception {
        var notes = notes();
        notes.requireRoom();
        for (var other : List.of("x.begun", "x.act.damaged", "x.act.tmp"))
            for (int i = 0; i < TokenNotes.MAX_WAITING / 2; i++) Files.createFile(acts().resolve(i + other));
        notes.requireRoom();
        for (int i = 0; i < TokenNotes.MAX_WAITING; i++) Files.createFile(acts().resolve("note-" + i + ".act"));
        var refused = assertThrows(StartRefused.class, notes::requireRoom);
        assertTrue(refused.remedy().contains("start the gateway"), refused.remedy());
        assertThrows(IOException.class, () -> notes.leave(bytes("one more")));
        assertThrows(IOException.class, () -> notes().leave(new byte[TokenNotes.MAX_SIZE_BYTES + 1]));
    }

    /// Its name was read, and then the gateway's log had it.
    @Test
    void aNoteThatIsTakenDuringALookIsLeftOut() throws Exception {
        var notes = notes();
        notes.leave(bytes("an act"));
        Files.createSymbolicLink(acts().resolve("000000000-" + "0".repeat(64) + ".act"), folder.resolve("taken"));
        assertEquals(1, notes.waiting(10).size());
    }

    /// Its gateway makes it, as the user it runs as; a command may be root's.
    @Test
    void aDataDirectoryThatIsNotThereIsNotMade() throws Exception {
        var data = folder.resolve("data");
        var notes = TokenNotes.of(new PinPlace(folder.resolve("credential"), data.resolve("token-pin")));
        var refused = assertThrows(StartRefused.class, notes::requireRoom);
        assertTrue(refused.problem().contains(data + " is not there"), refused.problem());
        assertFalse(Files.exists(data));
        Files.createDirectory(data);
        notes.requireRoom();
    }

    @Test
    void onlyItsOwnerReadsThem() throws Exception {
        notes().leave(bytes("an act"));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(acts())));
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(acts().resolve(names().getFirst()))));
    }

    /// What the log gets stands in docs/formats.md, member by member.
    @Test
    void eachActIsToldInOneLineWithoutSecrets() throws Exception {
        var clock = new ClockReading(
                1_790_000_000_123L,
                ClockReading.State.SYNCED,
                ClockReading.Source.NTP,
                OptionalLong.empty(),
                new byte[16],
                5);
        byte[] spki = bytes("key");
        var key = "\"key\":\"se\\\"al\",\"publicKeySha256\":\"" + TokenNotes.sha256(spki) + "\"";
        var certificate = bytes("certificate");
        var sha = "\"" + TokenNotes.sha256(certificate) + "\"";
        var told = new LinkedHashMap<TokenAct, String>();
        told.put(new TokenAct.Initialised("t", "b"), "token-initialised|");
        told.put(
                new TokenAct.Generated("t", "b", "se\"al", KeyKind.P256, spki),
                "key-made|," + key + ",\"kind\":\"P256\"");
        told.put(new TokenAct.Destroyed("t", "b", "se\"al", spki), "key-destroyed|," + key);
        told.put(
                new TokenAct.CertificateStored("t", "b", "se\"al", spki, certificate),
                "certificate-stored|," + key + ",\"certificates\":[" + sha + "]");
        told.put(
                new TokenAct.Enrolled("t", "b", "se\"al", spki, certificate, List.of(certificate)),
                "key-enrolled|," + key + ",\"certificates\":[" + sha + "," + sha + "]");
        told.put(new TokenAct.PinChanged("t", "b"), "pin-changed|");
        for (var entry : told.entrySet()) {
            var parts = entry.getValue().split("\\|", -1);
            var expected = "{\"act\":\"" + parts[0] + "\",\"at\":\"2026-09-21T14:13:20.123Z\",\"clock\":\"synced\","
                    + "\"by\":\"b\",\"token\":\"t\"" + parts[1] + "}";
            var content = NotedActs.content(entry.getKey(), clock);
            assertEquals(expected, text(content));
            assertFalse(new JsonMapper().readTree(content).isEmpty());
        }
    }

    private TokenNotes notes() {
        return TokenNotes.beside(folder.resolve("pin"));
    }

    private Path acts() {
        return folder.resolve("pin.acts");
    }

    private List<String> names() throws IOException {
        if (!Files.exists(acts())) return List.of();
        try (var files = Files.list(acts())) {
            var names = new ArrayList<>(
                    files.map(file -> file.getFileName().toString()).toList());
            names.sort(null);
            return names;
        }
    }

    private TokenScribe scribe(TokenNotes notes) {
        return new TokenScribe(notes, (key, content) -> {
            log.putIfAbsent(key, text(content));
            return log.size();
        });
    }

    private static void crank(TokenScribe scribe) throws IOException {
        while (scribe.step() > 0) {}
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
