package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.record.Origin;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.Leaves;

/// Orders to erase in the log of an origin that ended, whose bytes are still there: no gateway removes them.
///
/// @param count 1 at least
record LeftOrders(Origin origin, long count) {
    /// Empty if there are none.
    static Optional<LeftOrders> of(Origin origin, Erasures erasures) {
        long count = erasures.waiting();
        return count == 0 ? Optional.empty() : Optional.of(new LeftOrders(origin, count));
    }

    /// The same of a directory.
    ///
    /// @throws IOException if it cannot be told
    static Optional<LeftOrders> in(Path data) throws IOException {
        try (var entries = StoredLog.journal(data, SalvageSwap.ENTRIES, 0);
                var erasures = EarlierLog.erasures(data, entries)) {
            return Commissioning.existing(Leaves.unchecked(entries, data.resolve(LeafArchive.FOLDER)))
                    .flatMap(log -> of(log.origin(), erasures));
        }
    }

    String cause() {
        return "bytes that were ordered to be erased are still there, and no gateway removes them: "
                + (count == 1 ? "1 order" : count + " orders");
    }

    /// For whoever has stopped the gateway that goes on.
    ///
    /// @param config its configuration file
    String remedy(String config) {
        return "sealpost erase --config " + config + " --origin " + origin;
    }
}
