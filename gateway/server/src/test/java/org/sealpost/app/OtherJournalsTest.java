package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;

/// What holds entries beside the log's own journal is found under any name.
class OtherJournalsTest {
    @TempDir
    private Path data;

    private void journal(String folder, String kind) throws IOException {
        var config = new JournalConfig(kind, 1 << 16, 1024, 8 << 10);
        Journal.open(DirectoryDisk.open(data.resolve(folder)), config, 0).close();
    }

    @Test
    void journalsOfTheBoxAreNoOthers() throws IOException {
        journal("entries", "entries");
        journal("seals", "seals");
        Files.createDirectory(data.resolve("log"));
        Files.writeString(data.resolve("self-check"), "a file");
        assertEquals(Optional.empty(), OtherJournals.in(data));
    }

    @Test
    void aSalvageIsFoundUnderAnyName() throws IOException {
        journal("entries", "entries");
        journal("old", "entries");
        assertEquals(Optional.of(data.resolve("old")), OtherJournals.in(data));
    }

    @Test
    void whatTellsNothingOfItselfMayBeOne() throws IOException {
        Files.createDirectory(data.resolve("aside"));
        Files.writeString(data.resolve("aside/0000000000000003.segment"), "nothing is left of its header");
        assertEquals(Optional.of(data.resolve("aside")), OtherJournals.in(data));
        Files.createDirectory(data.resolve("aside").resolveSibling("entries.damaged-1"));
        Files.delete(data.resolve("aside/0000000000000003.segment"));
        assertEquals(Optional.of(data.resolve("entries.damaged-1")), OtherJournals.in(data));
    }
}
