package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.JournalFolder;

/// Folders of the data directory that hold entries of a log beside its own: what a salvage made or put aside, under
/// whatever name somebody gave it.
final class OtherJournals {
    private OtherJournals() {}

    /// The first of them by its name.
    ///
    /// @throws IOException if the data directory cannot be read
    static Optional<Path> in(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            for (var file : files.sorted().toList()) {
                if (isOther(file)) return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private static boolean isOther(Path folder) throws IOException {
        var name = String.valueOf(folder.getFileName());
        if (name.equals(SalvageSwap.ENTRIES)) return false;
        // Nothing need be whole in what was put aside.
        if (name.startsWith(SalvageSwap.ENTRIES)) return true;
        return Files.isDirectory(folder) && JournalFolder.mayHold(DirectoryDisk.toRead(folder), SalvageSwap.ENTRIES);
    }
}
