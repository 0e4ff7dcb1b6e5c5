package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.Leaves;

/// Orders to erase in the directory of an origin that ended, whose bytes are still there: no gateway removes them.
///
/// @param count 1 at least
record LeftOrders(String origin, long count) {
    /// @throws IOException if it cannot be told
    static Optional<LeftOrders> in(Path data) throws IOException {
        try (var entries = StoredLog.journal(data, SalvageSwap.ENTRIES, 0);
                var erasures = EarlierLog.erasures(data, entries)) {
            long count = erasures.waiting();
            if (count == 0) return Optional.empty();
            var log = Commissioning.existing(Leaves.unchecked(entries, data.resolve(LeafArchive.FOLDER)))
                    .orElseThrow(() -> new IOException(data + " holds no log"));
            return Optional.of(new LeftOrders(log.origin().name(), count));
        }
    }

    String words() {
        return (count == 1 ? "1 order" : count + " orders") + " to erase in " + origin
                + " waits for bytes to be removed, which no gateway does there";
    }
}
