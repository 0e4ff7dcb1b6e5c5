package org.sealpost.seal;

import java.io.IOException;
import org.sealpost.journal.Journal;

/// A log of seals that is thinned after a handful of them, so that a short life sees it.
public final class PacedSeals {
    private PacedSeals() {}

    /// @param newest how many entries the journal keeps at least
    /// @param batch  how many are given up together
    public static SealLog open(Journal seals, Journal kept, int newest, int batch) throws IOException {
        return SealLog.open(seals, kept, new SealThinning.Pace(newest, batch, batch / 2));
    }
}
