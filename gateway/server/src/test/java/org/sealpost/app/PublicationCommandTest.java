package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.lodging.PublicationRequest;
import org.sealpost.record.CborWriter;
import org.sealpost.record.Content;
import picocli.CommandLine;

class PublicationCommandTest {
    @TempDir
    private Path folder;

    /// On a channel of Fabric the content stands in an argument, with what was signed of it.
    @Test
    void ofAnArgumentTheContentIsTaken() throws Exception {
        var payloads = new CborWriter(64).array(2);
        for (var said : List.of("up", "down")) {
            payloads.bytes(new Content("text/plain\u001b[2J\nx", said.getBytes(StandardCharsets.UTF_8)).encode());
        }
        var request = new PublicationRequest(
                "port/7f\u001b[31m", new byte[91], 17, 2, 4, 2, payloads.toBytes(), new byte[64]);
        for (var file : List.of(request.toBytes(), request.content())) {
            var to = folder.resolve("to-" + file.length);
            var said = opened(Files.write(folder.resolve("published"), file), to);
            assertEquals(0, said.code(), said::toString);
            assertEquals(
                    file.length > request.content().length, said.out().contains("publication 17 of \"port/7f\\u{1b}"));
            // Whoever gave it moves no cursor, and makes no line of ours.
            assertFalse(said.out().contains("\u001b"), said::toString);
            assertEquals(
                    List.of(
                            to.resolve("0") + ": \"text/plain\\u{1b}[2J\\u{a}x\", 2 bytes",
                            to.resolve("1") + ": \"text/plain\\u{1b}[2J\\u{a}x\", 4 bytes"),
                    said.out()
                            .lines()
                            .skip(file.length > request.content().length ? 1 : 0)
                            .toList());
            assertEquals("up", Files.readString(to.resolve("0")));
            assertEquals("down", Files.readString(to.resolve("1")));
        }
        // What lies in a collection is not in the argument.
        var privately =
                opened(Files.write(folder.resolve("published"), request.toBytesWithoutContent()), folder.resolve("no"));
        assertEquals(2, privately.code(), privately::toString);
        assertTrue(privately.err().contains("holds no payloads"), privately::toString);
    }

    private static Said opened(Path file, Path to) {
        return Said.by("publication", "open", file.toString(), "--to", to.toString());
    }

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
