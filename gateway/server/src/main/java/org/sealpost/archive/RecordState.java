package org.sealpost.archive;

import java.util.Locale;

/// How far a record has come.
public enum RecordState {
    /// Durable in the journal.
    CAPTURED,
    /// Under a signature of the HSM.
    SEALED,
    /// Covered by a head that was seen on an anchorage.
    ANCHORED,
    /// Covered by a head that is final on an anchorage.
    FINAL;

    /// As clients read it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
