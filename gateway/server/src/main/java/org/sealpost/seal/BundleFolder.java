package org.sealpost.seal;

import java.io.IOException;
import java.util.Optional;

/// Where the bundles of a [LeafArchive] lie, as bytes under the paths of C2SP tlog-tiles. Any thread reads, one writes.
public interface BundleFolder {
    /// Empty if there is nothing of this name.
    Optional<byte[]> read(String path) throws IOException;

    /// What was there before is there until the new bytes are durable. They are when this returns, their name only
    /// after [#forceName].
    void write(String path, byte[] bytes) throws IOException;

    /// Has this file, and those beside it, found after a power cut.
    void forceName(String path) throws IOException;

    /// How an operator finds it.
    String place(String path);
}
