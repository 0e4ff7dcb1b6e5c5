package org.sealpost.anchor;

import java.io.IOException;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;

/// What this box kept of an anchorage that answers once ([Capabilities#answersOnce]) and remembers nothing itself: all
/// that tells which heads are there.
public interface OwnProofs {
    /// What [Anchorage#find] of such an anchorage answers.
    ///
    /// @throws IOException if what was kept cannot be read
    Finding find(OriginId origin, long size, Hash root) throws IOException;
}
