package org.sealpost.app.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is told of the window's files and the index's, which scripts made from docs/formats.md alone.
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

    @Test
    void aPartOfTheIndexTellsWhichEntriesItCoversAndWhetherItIsWhole() throws IOException {
        var facts = facts("../index/part.txt", 3 * 4096);
        assertEquals("7", facts.get("segment"));
        assertEquals("909192939495969798999a9b9c9d9e9f", facts.get("use"));
        assertEquals("1000 to 1699", facts.get("entries"));
        assertEquals("137", facts.get("terms"));
        assertEquals("2", facts.get("ranges that could not be read"));
        var file = folder.resolve("part.txt");
        var whole = Files.readAllBytes(file);
        for (int at : new int[] {5, 30, 4095, 4097, 2 * 4096, 3 * 4096 - 1}) {
            var bytes = whole.clone();
            bytes[at] ^= 1;
            assertEquals(Explanation.Standing.DAMAGED, inIndex(Files.write(file, bytes)), "flipped at " + at);
        }
        for (int size : new int[] {0, 100, 5000, 3 * 4096 - 1}) {
            assertEquals(Explanation.Standing.DAMAGED, inIndex(Files.write(file, Arrays.copyOf(whole, size))));
        }
    }

    /// Whatever is in it, by its name.
    private Explanation.Standing inIndex(Path file) throws IOException {
        var index = Files.createDirectories(folder.resolve("index"));
        var named = Files.copy(
                file, index.resolve("0000000000001000-0000000000001700.db"), StandardCopyOption.REPLACE_EXISTING);
        var aside = Files.copy(
                file, index.resolve(named.getFileName() + ".90919293.bad"), StandardCopyOption.REPLACE_EXISTING);
        assertEquals(
                Explanation.Standing.WHOLE, new Inspection(0, false).of(aside).standing());
        return new Inspection(0, false).of(named).standing();
    }

    private Map<String, String> facts(String vector, int sizeBytes) throws IOException {
        var bytes = new byte[sizeBytes];
        var resource = Path.of("/window").resolve(vector).normalize().toString();
        try (var in = DerivedExplainerTest.class.getResourceAsStream(resource)) {
            for (var line : new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList()) {
                var row = HexFormat.of().parseHex(line.substring(5));
                System.arraycopy(row, 0, bytes, Integer.parseInt(line.substring(0, 4), 16), row.length);
            }
        }
        var file = Files.write(folder.resolve(Path.of(vector).getFileName()), bytes);
        return new DerivedExplainer()
                .explain(Subject.of(file, new Subject.Depth(0, false)))
                .orElseThrow()
                .facts();
    }
}
