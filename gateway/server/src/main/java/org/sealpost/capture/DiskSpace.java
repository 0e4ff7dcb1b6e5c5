package org.sealpost.capture;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/// How full the disk is that the journal lies on; the seam for tests.
@FunctionalInterface
public interface DiskSpace {
    /// The share of the disk that cannot be written any more, in percent, 0 to 100.
    double usedPercent() throws IOException;

    /// Of the file system that holds this directory.
    static DiskSpace of(Path directory) throws IOException {
        FileStore store = Files.getFileStore(directory);
        return () -> {
            long total = store.getTotalSpace();
            return total <= 0 ? 0 : 100.0 * (total - store.getUsableSpace()) / total;
        };
    }
}
