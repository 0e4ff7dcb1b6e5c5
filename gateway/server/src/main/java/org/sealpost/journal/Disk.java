package org.sealpost.journal;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/// A directory of files as the journal needs it; the seam where tests put a disk that forgets, tears and lies.
///
/// Renaming, creating and deleting are durable only after [#forceDirectory]. Methods may be called by several threads.
public interface Disk {
    /// The names of all files, in no order.
    List<String> list() throws IOException;

    /// Opens a file that exists.
    DiskFile open(String name) throws IOException;

    /// Makes a file of zeros whose space is really taken, and forces it, so that later writes inside it need no space.
    ///
    /// @throws DiskFull if there is no room; nothing is left of the file then
    DiskFile create(String name, long sizeBytes) throws IOException;

    /// Makes a file that exists one of zeros again, and forces it. After an exception any part may be zeros.
    default void clear(String name) throws IOException {
        try (DiskFile file = open(name)) {
            Zeros.write(file, 0, file.size());
            file.force();
        }
    }

    /// Gives a file another name; whatever had that name is replaced.
    void rename(String from, String to) throws IOException;

    /// Gives a file a second name, which no file has.
    ///
    /// @throws UnsupportedOperationException if files have one name each here
    default void link(String name, String second) throws IOException {
        throw new UnsupportedOperationException("no file has a second name here");
    }

    void delete(String name) throws IOException;

    void forceDirectory() throws IOException;

    /// Keeps other processes, and other journals of this one, away until it is closed.
    ///
    /// @throws IOException if somebody else has it, saying so
    Closeable lock() throws IOException;

    /// Bytes that can still be written by this process.
    long usableBytes() throws IOException;

    /// Runs a task beside the writer (work ahead, such as filling the next segment); at most one at a time. A disk for
    /// tests may run it at once.
    void inBackground(Runnable task);
}
