package org.sealpost.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Room on the disk that is kept for the small journals: what was taken must also be sealed and anchored when the disk
/// is full. A file, given up when one of them needs a segment and there is no room; whoever takes entries waits
/// until it is made again. Thread-safe.
public final class Reserve {
    private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);

    private final DirectoryDisk folder;
    private final String name;
    private final long sizeBytes;
    private boolean isThere;

    private Reserve(DirectoryDisk folder, String name, long sizeBytes, boolean isThere) {
        this.folder = folder;
        this.name = name;
        this.sizeBytes = sizeBytes;
        this.isThere = isThere;
    }

    /// Makes the file if it is missing and there is room.
    public static Reserve open(Path file, long sizeBytes) throws IOException {
        Path absolute = file.toAbsolutePath();
        DirectoryDisk folder = DirectoryDisk.open(Objects.requireNonNull(absolute.getParent()));
        String name = String.valueOf(absolute.getFileName());
        boolean isThere = Files.exists(absolute) && Files.size(absolute) == sizeBytes;
        Reserve reserve = new Reserve(folder, name, sizeBytes, isThere);
        folder.delete(reserve.partial());
        if (!isThere) {
            folder.delete(name);
            try {
                reserve.make();
            } catch (DiskFull full) {
                LOG.warn("no room for the reserve: {}", full.getMessage());
            }
        }
        return reserve;
    }

    private String partial() {
        return name + ".partial";
    }

    private void make() throws IOException {
        folder.create(partial(), sizeBytes).close();
        folder.rename(partial(), name);
        folder.forceDirectory();
        isThere = true;
    }

    /// Frees its room.
    ///
    /// @return whether there was any
    public synchronized boolean giveUp() throws IOException {
        if (!isThere) {
            return false;
        }
        LOG.warn("the disk is full: the reserve of {} bytes is given up for seals and anchors", sizeBytes);
        folder.delete(name);
        folder.forceDirectory();
        isThere = false;
        return true;
    }

    /// @throws DiskFull if it was given up, and there is no room for it yet
    private synchronized void restore() throws IOException {
        if (isThere) {
            return;
        }
        try {
            make();
        } catch (DiskFull full) {
            throw new DiskFull("the reserve for seals and anchors comes first, and there is no room for it", full);
        }
        LOG.info("the reserve of {} bytes is there again", sizeBytes);
    }

    /// The disk of a journal that the reserve is kept for.
    public Disk behind(Disk disk) {
        return new ForwardingDisk(disk) {
            @Override
            public DiskFile create(String file, long size) throws IOException {
                try {
                    return super.create(file, size);
                } catch (DiskFull full) {
                    if (!giveUp()) {
                        throw full;
                    }
                    return super.create(file, size);
                }
            }
        };
    }

    /// The disk of a journal that takes no room before the reserve has its own.
    public Disk ahead(Disk disk) {
        return new ForwardingDisk(disk) {
            @Override
            public DiskFile create(String file, long size) throws IOException {
                restore();
                return super.create(file, size);
            }
        };
    }
}
