package org.sealpost.admin;

import java.util.Optional;

/// The records of origins that a box goes on from. Any thread.
public interface EarlierRecords {
    /// Of an origin of this name; empty if there is none, or it cannot be read now.
    Optional<RecordPages> of(String origin);

    /// Whether there may be others, which cannot be read now.
    boolean areMissing();
}
