package org.sealpost.ota.tuf;

/// Which rule a file was refused by.
public enum Rule {
    /// Not signed by enough of the keys that may.
    SIGNATURE,
    /// Older than what was known before (rollback), or not the version that was announced.
    VERSION,
    /// No longer to be trusted (freeze).
    EXPIRY,
    /// Not the file that other metadata describes (mix-and-match, arbitrary software).
    HASH,
    /// Larger than it may be (endless data).
    SIZE,
    /// Not what such a file looks like.
    FORM,
    /// Not there, though it must be.
    MISSING
}
