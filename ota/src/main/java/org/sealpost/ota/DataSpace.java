package org.sealpost.ota;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// How much of the data partition a bundle may take: what capture needs stays free.
///
/// @param folder         on that partition
/// @param maxUsedPercent above which nothing is fetched
record DataSpace(Path folder, int maxUsedPercent) {
    /// Why there is no room for so many more bytes; empty if there is.
    Optional<String> missingFor(long bytes) {
        try {
            var store = Files.getFileStore(folder);
            long total = store.getTotalSpace();
            long used = total - store.getUsableSpace() + bytes;
            long allowed = total / 100 * maxUsedPercent;
            if (used < allowed) return Optional.empty();
            return Optional.of(("no room: %d MiB more are needed for it to stay below %d %% of the data partition;"
                            + " make room, or use a box with a larger disk")
                    .formatted(((used - allowed) >> 20) + 1, maxUsedPercent));
        } catch (IOException e) {
            return Optional.of("no room: how full the data partition is cannot be told: " + e.getMessage());
        }
    }
}
