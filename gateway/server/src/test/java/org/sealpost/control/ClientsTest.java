package org.sealpost.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientsTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @Test
    void findsWhoseSecretItIs(@TempDir Path folder) throws Exception {
        String annas = Clients.newSecret(RANDOM);
        String annasNext = Clients.newSecret(RANDOM);
        String berts = Clients.newSecret(RANDOM);
        Path file = folder.resolve("credentials");
        Files.write(
                file,
                List.of(
                        "# who may hand records over",
                        "",
                        Clients.line("anna", Clients.Kind.TOKEN, annas),
                        Clients.line("anna", Clients.Kind.TOKEN, annasNext),
                        Clients.line("bert", Clients.Kind.PASSWORD, berts)));
        var clients = Clients.read(file);
        assertEquals(Optional.of("anna"), clients.byToken(annas));
        assertEquals(Optional.of("anna"), clients.byToken(annasNext));
        assertEquals(Optional.empty(), clients.byToken(berts), "a password is no token");
        assertEquals(Optional.empty(), clients.byToken(""));
        assertEquals(Optional.empty(), clients.byToken(annas + "x"));
        assertTrue(clients.isPassword("bert", berts.getBytes(StandardCharsets.UTF_8)));
        assertFalse(clients.isPassword("anna", berts.getBytes(StandardCharsets.UTF_8)), "of another client");
        assertFalse(clients.isPassword("bert", annas.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void namesTheLineThatIsWrongAndKeepsItsContentToItself() {
        String hash = "ab".repeat(32);
        for (String wrong : List.of(
                "anna token",
                "anna token " + hash + " more",
                "anna secret " + hash,
                "an/na token " + hash,
                "anna token " + hash.toUpperCase(java.util.Locale.ROOT),
                "owner token " + hash,
                "anna token hunter2")) {
            var lines = List.of("# first", wrong);
            var problem = assertThrows(IllegalArgumentException.class, () -> Clients.parse(lines));
            assertTrue(problem.getMessage().startsWith("line 2: "), problem.getMessage());
            assertFalse(problem.getMessage().contains("hunter2"));
        }
        var twice = List.of("anna token " + hash, "bert token " + hash);
        assertThrows(IllegalArgumentException.class, () -> Clients.parse(twice));
    }

    /// As of a line that a shell made of a variable which was not set.
    @Test
    void theHashOfNothingLetsNobodyInAndKeepsNobodyOut() {
        var nothing = HexFormat.of().formatHex(SecretHash.of("").toBytes());
        for (var kind : List.of("token", "password")) {
            String berts = Clients.newSecret(RANDOM);
            var clients = Clients.parse(
                    List.of("anna " + kind + " " + nothing, Clients.line("bert", Clients.Kind.TOKEN, berts)));
            assertEquals(Optional.empty(), clients.byToken(""));
            assertFalse(clients.isPassword("anna", new byte[0]));
            assertEquals(Optional.of("bert"), clients.byToken(berts));
            var said = clients.leftOut().getFirst();
            assertTrue(said.startsWith("line 1: this is the hash of nothing"), said);
            assertTrue(said.contains("a variable that is not set"), said);
            assertEquals(1, clients.leftOut().size());
        }
    }

    @Test
    void secretsThatPeopleChooseAreRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> Clients.line("anna", Clients.Kind.PASSWORD, "correct horse"));
        assertTrue(Clients.newSecret(RANDOM).matches("[A-Za-z0-9_-]{43}"));
    }

    @Test
    void theOwnersSecretIsTokenAndPasswordBesideThoseOfTheFile() {
        String annas = Clients.newSecret(RANDOM);
        String owners = Clients.newSecret(RANDOM);
        var file = Clients.parse(List.of(Clients.line("anna", Clients.Kind.TOKEN, annas)));
        var both = file.with(new ControlState.Owner("owner", SecretHash.of(owners)));
        assertEquals(Optional.of("anna"), both.byToken(annas));
        assertEquals(Optional.of("owner"), both.byToken(owners));
        assertTrue(both.isPassword("owner", owners.getBytes(StandardCharsets.UTF_8)));
        assertFalse(both.isPassword("anna", owners.getBytes(StandardCharsets.UTF_8)));
        assertEquals(Optional.empty(), file.byToken(owners), "those of the file are as they were");
    }

    /// The box's own entries bear this name: such a client could read them, and use their keys.
    @Test
    void noClientBearsTheBoxsOwnName() {
        var line = List.of("sealpost token " + "ab".repeat(32));
        assertThrows(IllegalArgumentException.class, () -> Clients.parse(line));
    }
}
