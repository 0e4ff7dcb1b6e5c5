package org.sealpost.anchor;

import java.io.IOException;
import java.time.Instant;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.journal.Journal;
import org.sealpost.lodging.OriginId;

/// What a relay of publications writes down of the ledger that it reached, for tests that are not of this package.
public final class ReachedLedger {
    private ReachedLedger() {}

    /// @param journal that is empty
    public static void write(Journal journal, String name, OriginId origin, AnchorIdentity ledger) throws IOException {
        for (var entry : new PublicationEntry[] {
            new PublicationEntry.Opened(name, origin), new PublicationEntry.Reached(Instant.EPOCH, 1, ledger)
        }) {
            journal.append(entry.toBytes(), new byte[0]);
        }
        journal.force();
    }
}
