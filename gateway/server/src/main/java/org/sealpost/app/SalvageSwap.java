package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.sealpost.journal.Disk;

/// Puts a salvaged journal in the place of the damaged one, which stays beside it. Cut at any moment, the same call
/// completes it.
final class SalvageSwap {
    static final String ENTRIES = "entries";
    private static final String DAMAGED = ENTRIES + ".damaged-";

    private SalvageSwap() {}

    /// @param data the data directory, by the names in it
    /// @param made the name of a salvaged journal that is complete
    /// @return the name that the damaged journal has now
    static String run(Disk data, String made) throws IOException {
        var names = data.list();
        if (names.contains(ENTRIES)) {
            data.rename(ENTRIES, DAMAGED + nextNumber(names));
            data.forceDirectory();
        }
        data.rename(made, ENTRIES);
        data.forceDirectory();
        return DAMAGED + (nextNumber(data.list()) - 1);
    }

    private static long nextNumber(List<String> names) {
        long number = 1;
        while (names.contains(DAMAGED + number)) number++;
        return number;
    }

    /// @throws StartRefused if a swap has begun and not ended: a new log must not begin in the gap
    static void refuseHalfDone(Path data) throws IOException {
        if (Files.exists(data.resolve(ENTRIES))) return;
        if (Files.exists(data.resolve(DAMAGED + 1))) {
            throw new StartRefused(
                    data + " holds a damaged journal that was put aside, and none in its place: a salvage was"
                            + " interrupted",
                    "run the same sealpost journal salvage --apply again");
        }
    }
}
