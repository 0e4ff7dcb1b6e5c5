package org.sealpost.archive.range;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.sealpost.journal.Disk;

/// Where a mirror lies; the seam where tests cut it off between any two steps.
interface MirrorPlace {
    /// What lies in it; nothing if it is not there at all. Files that were being written are passed over.
    List<String> names() throws IOException;

    /// @param path with `/` between its parts
    Optional<byte[]> read(String path, int maxBytes) throws IOException;

    /// Replaces a file as a whole. Its content is durable when this returns, its name after [#settle].
    void write(String path, byte[] bytes) throws IOException;

    /// Makes the names durable of what was written.
    void settle() throws IOException;

    Disk journal(String kind) throws IOException;

    /// The folder of [org.sealpost.seal.Tree]'s tiles: they are derived, and checked whenever they are read.
    Path tiles();
}
