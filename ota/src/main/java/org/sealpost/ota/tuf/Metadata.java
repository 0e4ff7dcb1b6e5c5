package org.sealpost.ota.tuf;

import java.time.Instant;

/// What one of the four files says.
///
/// Unknown members are not in here; they stay in [Signed], whose bytes are what was signed.
public sealed interface Metadata permits Root, Timestamp, Snapshot, Targets {
    Role role();

    /// Counts from 1.
    long version();

    /// From this moment on the file is no longer to be trusted. To the second.
    Instant expires();

    static void check(long version, Instant expires) {
        if (version < 1 || version > Fields.MAX_WHOLE) throw new IllegalArgumentException("version " + version);
        if (expires.getNano() != 0)
            throw new IllegalArgumentException("expiry has no fractions of a second: " + expires);
    }
}
