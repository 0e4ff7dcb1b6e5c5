package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.control.Clients;

class CredentialsFileTest {
    private static final String NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// An earlier release took such a line.
    @Test
    void aLineThatLetsNobodyInIsToldAndTheOthersGetIn(@TempDir Path folder) throws Exception {
        var secret = Clients.newSecret(new SecureRandom());
        var good = Clients.line("bert", Clients.Kind.TOKEN, secret);
        var file = folder.resolve("clients");
        Files.write(file, List.of(good));
        assertTrue(CredentialsFile.part(file, Clients.read(file)).well());
        Files.write(file, List.of("anna token " + NOTHING, good));
        var read = Clients.read(file);
        assertEquals(Optional.of("bert"), read.byToken(secret));
        var part = CredentialsFile.part(file, read);
        assertFalse(part.well());
        assertTrue(part.cause().startsWith("credentials file " + file + ", line 1: this is the hash of"), part.cause());
        assertFalse(part.cause().contains(NOTHING));
        assertFalse(part.remedy().isBlank());
    }
}
