package org.sealpost.ota.tuf;

import java.io.IOException;
import java.util.Optional;

/// What a box believed last. Each file is replaced whole or not at all, also by a power cut.
public interface TrustedStore {
    /// The bytes as they were received; none, too, if they are larger than any metadata may be.
    Optional<byte[]> load(Role role) throws IOException;

    /// On the disk when it returns.
    void replace(Role role, byte[] file) throws IOException;

    /// On the disk when it returns; harmless if there is none.
    void forget(Role role) throws IOException;
}
