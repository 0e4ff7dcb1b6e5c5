package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.archive.range.ChunkedBytes;
import org.sealpost.archive.range.RangeExport;
import org.sealpost.archive.range.RangeImport;

/// Mirrors that are carried on to other mirrors. The files of the examples are of a log of 7 entries, of which
/// entry 4 hands it over to another key.
class CarriedLogTest {
    @TempDir
    private Path folder;

    private RangeImport.Result mirror(String name, List<Path> files) throws Exception {
        return RangeImport.into(folder.resolve(name), Optional.empty()).add(files);
    }

    private Path vector(String name) throws Exception {
        return Files.write(folder.resolve(name + ".range"), ChunkedBytes.vector(name + ".txt"));
    }

    @Test
    void aMirrorOfARotatedLogIsCarriedOn() throws Exception {
        var first = mirror("mirror", List.of(vector("first"), vector("second")));
        var stick = Files.createDirectory(folder.resolve("stick"));
        var made = new ArrayList<Path>();
        try (var log = CarriedLog.open(folder.resolve("mirror"), "seal")) {
            var order = new RangeExport.Order(0, log.source().sealed().size(), 1 << 20, true);
            var export = RangeExport.into(stick, log.source(), volume -> made.add(Path.of(volume.file())));
            assertInstanceOf(RangeExport.Outcome.Done.class, export.run(order));
        }
        var second = mirror("mirror-2", made);
        assertEquals(7, second.after());
        assertEquals(7, second.published(), "with the checkpoint that the first one shows");
        assertEquals(first.key(), second.key());
        assertEquals(
                Files.readString(folder.resolve("mirror/log/vkeys")),
                Files.readString(folder.resolve("mirror-2/log/vkeys")));
    }

    @Test
    void aMirrorThatHasReachedNoHeadSaysWhatIsMissing() throws Exception {
        mirror("mirror", List.of(vector("first")));
        var refused = assertThrows(StartRefused.class, () -> CarriedLog.open(folder.resolve("mirror"), "seal"));
        assertTrue(refused.problem().contains("has entries 0 to 2, and the seal that signs them is over 7"));
        assertTrue(refused.remedy().contains("import the files that are missing"));
    }
}
