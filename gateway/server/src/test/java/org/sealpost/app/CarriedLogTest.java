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
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.Courier;
import org.sealpost.anchor.HeadFile;
import org.sealpost.anchor.HeadRefused;
import org.sealpost.anchor.local.LocalLedger;
import org.sealpost.archive.range.ChunkedBytes;
import org.sealpost.archive.range.RangeExport;
import org.sealpost.archive.range.RangeImport;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;

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

    /// As of an origin that ended, whose configuration is another one's by now.
    @Test
    void theCommandCarriesADirectoryThatNoConfigurationNames() throws Exception {
        mirror("mirror", List.of(vector("first"), vector("second")));
        var data = folder.resolve("mirror").toString();
        var stick = Files.createDirectory(folder.resolve("stick"));
        Said.by("export", "--data", data, "--out", stick.toString()).well();
        try (var files = Files.list(stick)) {
            assertEquals(7, mirror("mirror-2", files.sorted().toList()).after());
        }
        var both = Said.by("export", "--data", data, "--config", "sealpost.toml", "--out", stick.toString());
        assertTrue(both.code() == 2 && both.err().contains("--data"), both::toString);
        var none = Said.by("export", "--out", stick.toString());
        assertTrue(none.code() == 2 && none.err().contains("--data"), none::toString);
    }

    /// Whoever lodges it follows the hand-over to the key that signed it.
    @Test
    void aHeadOfAMirrorOfARotatedLogCanBeLodged() throws Exception {
        mirror("mirror", List.of(vector("first"), vector("second")));
        var file = ExportedHead.of(folder.resolve("mirror"), OptionalLong.of(3));
        var head = HeadFile.parse(file.toBytes()).checked();
        assertEquals(7, head.size());
        assertTrue(head.keyProof().isPresent());
        assertEquals(1, file.handOvers().size());

        var without = new HeadFile(file.checkpoint(), file.genesis(), List.of(), List.of(), file.proofs());
        assertThrows(HeadRefused.class, without::checked, "the first key did not sign it");
        var unproved = new HeadFile(file.checkpoint(), file.genesis(), List.of(), file.handOvers(), file.proofs());
        assertThrows(HeadRefused.class, unproved::checked, "nothing proves where the genesis stands");

        var local = new JournalConfig("test", 1 << 18, LocalLedger.MAX_ENTRY_SIZE_BYTES, 1 << 16);
        var ledger = LocalLedger.open(Journal.open(DirectoryDisk.open(folder.resolve("ledger")), local, 0));
        var courier = new Courier(ledger, Optional.empty(), () -> false);
        assertInstanceOf(Courier.Outcome.Lodged.class, courier.lodge(file));
    }

    @Test
    void aHeadThatIsNotLargerThanWhatALedgerHoldsIsNotCarried() throws Exception {
        mirror("mirror", List.of(vector("first"), vector("second")));
        var refused =
                assertThrows(HeadRefused.class, () -> ExportedHead.of(folder.resolve("mirror"), OptionalLong.of(7)));
        assertTrue(String.valueOf(refused.getMessage()).contains("is of 7 entries, and --from is 7"));
    }

    @Test
    void aMirrorThatHasReachedNoHeadSaysWhatIsMissing() throws Exception {
        mirror("mirror", List.of(vector("first")));
        var refused = assertThrows(StartRefused.class, () -> CarriedLog.open(folder.resolve("mirror"), "seal"));
        assertTrue(refused.problem().contains("has entries 0 to 2, and the seal that signs them is over 7"));
        assertTrue(refused.remedy().contains("import the files that are missing"));
    }
}
