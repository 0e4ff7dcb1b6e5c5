package org.sealpost.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;
import org.sealpost.journal.ForwardingDisk;
import org.sealpost.journal.ForwardingFile;

/// A disk some of whose files cannot be read any more. Their names follow the files.
public final class UnreadableFiles extends ForwardingDisk {
    private final Set<String> names;

    /// @param names of the files that cannot be read; may change later
    public UnreadableFiles(Disk disk, Set<String> names) {
        super(disk);
        this.names = names;
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new File(super.open(name), name, names);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        super.rename(from, to);
        if (names.remove(from)) names.add(to);
        else names.remove(to);
    }

    @Override
    public void delete(String name) throws IOException {
        super.delete(name);
        names.remove(name);
    }

    private static final class File extends ForwardingFile {
        private final String name;
        private final Set<String> names;

        File(DiskFile file, String name, Set<String> names) {
            super(file);
            this.name = name;
            this.names = names;
        }

        @Override
        public int read(long offset, ByteBuffer target) throws IOException {
            if (names.contains(name)) throw new IOException(name + ": Input/output error");
            return super.read(offset, target);
        }
    }
}
