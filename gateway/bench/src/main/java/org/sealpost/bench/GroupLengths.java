package org.sealpost.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;
import org.sealpost.journal.ForwardingDisk;
import org.sealpost.journal.ForwardingFile;

/// A disk that notes what is written between one force and the next, and how long both take: the groups that a
/// program with nothing around it has to write again. The journal's writer is the only one who writes through
/// it; what is filled ahead is filled inside the disk below.
final class GroupLengths extends ForwardingDisk {
    private final List<Long> lengths = new ArrayList<>();
    private long unforced;
    private long nanos;

    GroupLengths(Disk disk) {
        super(disk);
    }

    /// Forgets what was noted so far. Writer's thread, as is all that follows.
    void begin() {
        lengths.clear();
        unforced = 0;
        nanos = 0;
    }

    List<Long> lengths() {
        return List.copyOf(lengths);
    }

    /// Time spent in writes and forces.
    long nanos() {
        return nanos;
    }

    private final class Noting extends ForwardingFile {
        Noting(DiskFile file) {
            super(file);
        }

        @Override
        public void write(long offset, ByteBuffer... sources) throws IOException {
            for (var source : sources) unforced += source.remaining();
            long start = System.nanoTime();
            super.write(offset, sources);
            nanos += System.nanoTime() - start;
        }

        @Override
        public void force() throws IOException {
            long start = System.nanoTime();
            super.force();
            nanos += System.nanoTime() - start;
            if (unforced > 0) lengths.add(unforced);
            unforced = 0;
        }
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new Noting(super.open(name));
    }
}
