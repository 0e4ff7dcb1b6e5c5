package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class PublicationCommandTest {
    @TempDir
    private Path folder;

    /// One sentence names the key's file, and not the publication's.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "no key"
            })
    void whatIsNoKeyIsNamed(String pem) throws Exception {
        var key = Files.writeString(folder.resolve("key.pem"), pem);
        var content = Files.write(folder.resolve("content"), new byte[] {1});
        var said = new ByteArrayOutputStream();
        var before = System.err;
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            int exit = new CommandLine(new PublicationCommand.Open())
                    .execute(
                            "--key",
                            key.toString(),
                            "--to",
                            folder.resolve("to").toString(),
                            content.toString());
            assertEquals(2, exit);
        } finally {
            System.setErr(before);
        }
        var words = said.toString(StandardCharsets.UTF_8);
        assertTrue(
                words.contains(key + " is no private key")
                        && words.strip().lines().count() == 1,
                words);
    }
}
