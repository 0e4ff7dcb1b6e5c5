package org.sealpost.hsm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `<pin-file>.lock`, held by one holder on this machine from reading a PIN until the token has answered to it,
/// so that nobody tries a PIN that another is just changing.
///
/// The system's lock belongs to the whole process, and is lost as soon as the process closes any channel to the
/// file. So who else of this process holds it is known before the file is opened.
final class PinLock implements AutoCloseable {
    // Guarded by itself.
    private static final Set<Path> HELD_HERE = new HashSet<>();

    private final Path file;
    private final FileChannel channel;

    private PinLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    interface Opening {
        FileChannel open() throws IOException;
    }

    /// Empty if somebody holds it, in this process or in another.
    ///
    /// @param file by its real path
    static Optional<PinLock> take(Path file, Opening opening) throws IOException {
        synchronized (HELD_HERE) {
            if (!HELD_HERE.add(file)) {
                return Optional.empty();
            }
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            channel = opening.open();
            taken = channel.tryLock() != null;
            return taken ? Optional.of(new PinLock(file, channel)) : Optional.empty();
        } finally {
            if (!taken) {
                release(file, channel);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            release(file, channel);
        }
    }

    /// The file first: who comes next in this process must not be robbed of its lock by our closing.
    private static void release(Path file, @Nullable FileChannel channel) throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            synchronized (HELD_HERE) {
                HELD_HERE.remove(file);
            }
        }
    }
}
