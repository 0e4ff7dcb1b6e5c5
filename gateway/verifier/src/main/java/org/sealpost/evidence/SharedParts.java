package org.sealpost.evidence;

import java.util.Optional;
import org.sealpost.merkle.Hash;

/// What several proofs of anchors in one file have in common: bridge headers, config blocks (docs/relay.md §10).
public interface SharedParts {
    /// The part with this SHA-256; the array is the caller's.
    Optional<byte[]> named(Hash sha256);
}
