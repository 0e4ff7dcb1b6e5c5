package org.sealpost.archive.erasure;

import java.io.IOException;
import java.util.Optional;
import org.sealpost.journal.Journal;

/// Where the journal of erasures lies, which a box that was never told to erase anything does not have.
public interface ErasureStore {
    /// Opens the journal; empty if there is none yet.
    Optional<Journal> existing() throws IOException;

    /// Begins the journal, with the first order.
    ///
    /// @throws org.sealpost.journal.JournalFull if there is no room
    Journal begin() throws IOException;

    /// How large an entry of the journal is at most.
    int MAX_ENTRY_SIZE_BYTES = KeptSlots.MAX_BODY_BYTES + (128 << 10);
}
