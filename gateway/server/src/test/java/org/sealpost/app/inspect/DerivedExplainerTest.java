package org.sealpost.app.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is told of the window's files, which a script made from docs/formats.md alone.
class DerivedExplainerTest {
    @TempDir
    private Path folder;

    @Test
    void aFileOfKeysTellsWhichEntriesItCovers() throws IOException {
        var facts = facts("keys.txt", 3 * 4096);
        assertEquals("343", facts.get("keys"));
        assertEquals("7", facts.get("segment"));
        assertEquals("101112131415161718191a1b1c1d1e1f", facts.get("use"));
        assertEquals("1000 to 1699", facts.get("entries"));
    }

    @Test
    void aFilterTellsHowLargeItIsAndWhichEntriesItCovers() throws IOException {
        var facts = facts("filter.txt", 4096 + 40 * 64);
        assertEquals("40", facts.get("blocks"));
        assertEquals("1000 to 1699", facts.get("entries"));
    }

    private Map<String, String> facts(String vector, int sizeBytes) throws IOException {
        var bytes = new byte[sizeBytes];
        try (var in = DerivedExplainerTest.class.getResourceAsStream("/window/" + vector)) {
            for (var line : new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList()) {
                var row = HexFormat.of().parseHex(line.substring(5));
                System.arraycopy(row, 0, bytes, Integer.parseInt(line.substring(0, 4), 16), row.length);
            }
        }
        var file = Files.write(folder.resolve(vector), bytes);
        return new DerivedExplainer()
                .explain(Subject.of(file, new Subject.Depth(0, false)))
                .orElseThrow()
                .facts();
    }
}
