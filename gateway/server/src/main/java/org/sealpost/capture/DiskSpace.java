package org.sealpost.capture;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;

/// How full the disk is that the journal lies on; the seam for tests.
@FunctionalInterface
public interface DiskSpace {
    /// The share of the disk that cannot be written any more, in percent, 0 to 100.
    double usedPercent() throws IOException;

    /// How large it is. As good as endless unless somebody says otherwise.
    default long totalBytes() throws IOException {
        return Long.MAX_VALUE;
    }

    /// Of the file system that holds this directory.
    ///
    /// Asked of the directory and not of its `FileStore`: that needs an entry in the table of mounts, which a
    /// bare chroot has not.
    static DiskSpace of(Path directory) {
        File here = directory.toFile();
        return new DiskSpace() {
            @Override
            public double usedPercent() throws IOException {
                long total = totalBytes();
                return 100.0 * (total - here.getUsableSpace()) / total;
            }

            @Override
            public long totalBytes() throws IOException {
                long total = here.getTotalSpace();
                if (total <= 0) {
                    throw new IOException("the system does not say how large the disk of " + directory + " is");
                }
                return total;
            }
        };
    }
}
