package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/// A PIN that comes from a systemd credential: where it is found, and how it is known again.
class PinPlaceTest {
    private static final Map<String, String> GIVEN = Map.of("CREDENTIALS_DIRECTORY", "/run/credentials/x.service");

    @TempDir
    Path folder;

    @Test
    void aCredentialIsFoundByItsName() {
        for (String name : List.of("pin", "token.pin", "a".repeat(255), "pin@2")) {
            PinPlace place = PinPlace.ofCredential(name, GIVEN, Path.of("/data/token-pin"));
            assertEquals(Path.of("/run/credentials/x.service", name), place.file());
            assertTrue(place.isCredential());
        }
        assertFalse(PinPlace.inFile(Path.of("/data/pin")).isCredential());
    }

    @Test
    void whatIsNoNameOrIsNotGivenIsRefusedInASentence() {
        for (String name : List.of("", ".", "..", "../pin", "/pin", "a:b", "a b", "a\n", "pïn", "a".repeat(256))) {
            assertTrue(refused(name, GIVEN).contains("is no name of a systemd credential"), name);
        }
        for (var environment : List.of(Map.<String, String>of(), Map.of("CREDENTIALS_DIRECTORY", "here"))) {
            assertTrue(refused("pin", environment).contains("LoadCredential=pin:"), () -> refused("pin", environment));
        }
    }

    private static String refused(String name, Map<String, String> environment) {
        return String.valueOf(assertThrows(
                        IllegalArgumentException.class,
                        () -> PinPlace.ofCredential(name, environment, Path.of("/data/token-pin")))
                .getMessage());
    }

    /// Each start of a service makes the file anew, in a folder of the same name.
    @Test
    void aCredentialIsAnotherVersionOnlyWithAnotherContent() throws Exception {
        Path data = folder.resolve("data");
        Path salt = data.resolve("token-pin.salt");
        String first = version("1234\n");
        assertEquals(first, version("1234\n"));
        assertNotEquals(first, version("4321\n"));
        assertEquals(first, version("1234"));
        assertFalse(Files.readString(salt).contains("1234"));
        assertFalse(first.contains("1234"));
        Files.delete(salt);
        assertNotEquals(first, version("1234\n"));
        for (String damaged : List.of("", "sealpost pin-salt 1\n00\n", "other\n" + "0".repeat(32) + "\n")) {
            Files.writeString(salt, damaged);
            var said = assertThrows(IOException.class, () -> version("1234\n"), damaged);
            assertTrue(String.valueOf(said.getMessage()).contains("is damaged"), said::toString);
        }
    }

    @Test
    void tryingsOfACredentialAreCountedThroughItsRestarts() throws Exception {
        Instant now = Instant.parse("2026-03-01T00:00:00Z");
        for (int start = 0; start < OddRefusals.MAX_NEVER_TAKEN; start++) {
            var odd = new OddRefusals(start("1234"), () -> now);
            assertFalse(odd.isClosed(false));
            odd.count();
        }
        assertTrue(new OddRefusals(start("1234"), () -> now).isClosed(false));
        assertFalse(new OddRefusals(start("4321"), () -> now).isClosed(false));
        var earlier = start("1234");
        Files.writeString(earlier.beside(".odd"), "sealpost odd-refusals 1\n3\n0\n");
        assertTrue(new OddRefusals(earlier, () -> now).isClosed(false));
    }

    @Test
    void nothingIsLeftBesideACredential() throws Exception {
        PinFolder here = start("1234");
        try (var _ = here.lock().orElseThrow()) {
            PinLatch.in(here).close(new byte[] {1}, PinLatch.Verdict.WRONG);
            new TakenPin(here).note(here.pinVersion(), "4711");
            new OddRefusals(here, Instant::now).count();
            Files.createFile(here.beside(".next"));
            assertFalse(new PinFiles(here).isChanging(), "nobody changes a credential");
        }
        try (var files = Files.list(here.pinFile().getParent())) {
            assertEquals(List.of(here.pinFile()), files.toList());
        }
        assertTrue(PinLatch.in(start("5678")).isClosedTo(new byte[] {1}));
    }

    private String version(String content) throws IOException {
        return start(content).pinVersion();
    }

    /// Its gateway makes it, as the user it runs as; a command may be root's.
    @Test
    void aDataDirectoryThatIsNotThereIsNotMade() throws Exception {
        PinFolder here = start("1234");
        Files.delete(folder.resolve("data"));
        for (Executable what :
                List.<Executable>of(here::lock, here::pinVersion, () -> here.write(here.beside(".odd"), new byte[0]))) {
            var refused = assertThrows(IOException.class, what);
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("is not there: start the gateway"),
                    refused::toString);
        }
        assertFalse(Files.exists(folder.resolve("data")));
    }

    private PinFolder start(String content) throws IOException {
        Files.createDirectories(folder.resolve("data"));
        Path credentials = Files.createTempDirectory(folder, "credentials");
        Path pin = credentials.resolve("pin");
        SoftHsm.write(pin, content);
        var place = PinPlace.ofCredential(
                "pin",
                Map.of("CREDENTIALS_DIRECTORY", credentials.toString()),
                folder.resolve("data").resolve("token-pin"));
        return new PinFolder(place);
    }
}
