package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// Whether it runs; how fast is for the whole campaign to say.
class HundredMillionTest {
    @TempDir
    private Path folder;

    @Test
    void threeSizesAreMeasuredAndTheirProofsHold() {
        var out = System.out;
        var output = new ByteArrayOutputStream();
        int status;
        try {
            System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
            status = new CommandLine(new HundredMillion())
                    .execute(
                            "--warm",
                            "--entries",
                            "70000",
                            "--indexed",
                            "2000",
                            "--folder",
                            folder.resolve("log").toString());
        } finally {
            System.setOut(out);
        }
        var text = output.toString(StandardCharsets.UTF_8);
        assertEquals(0, status, text);
        for (var size : new String[] {"| 700 |", "| 7,000 |", "| 70,000 |"}) assertTrue(text.contains(size), text);
        assertTrue(text.contains("| a key, of its client |"), text);
        assertFalse(Files.exists(folder.resolve("log")), "what was filled is deleted");
    }
}
