package org.sealpost.app.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.sealpost.archive.erasure.ErasureItem;
import org.sealpost.archive.erasure.ErasureStore;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.CborMalformed;

/// Which entries were ordered to be erased, as the journal beside that of the entries says: what they say is
/// not shown here either, though their bytes may still be there.
public final class OrderedErasures {
    private static final int SEGMENT_BYTES = 8 << 20;
    private static final int GROUP_BYTES = 4 << 20;

    private OrderedErasures() {}

    /// @param entries the folder of the entries journal
    static LongPredicate beside(Path entries) {
        try {
            return in(entries.resolveSibling(Erasures.KIND));
        } catch (IOException | BrokenPromise e) {
            // What must not be shown cannot be told, so nothing is.
            return index -> true;
        }
    }

    /// @param folder of the journal of erasures; there is none before the first order
    /// @throws IOException   if it cannot be read
    /// @throws BrokenPromise if it is damaged
    public static LongPredicate in(Path folder) throws IOException {
        return found(folder).orElse(index -> false);
    }

    /// The same; empty if there is no order.
    public static Optional<LongPredicate> found(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) return Optional.empty();
        var ordered = new ArrayList<IndexRange>();
        read(folder, ordered);
        return ordered.isEmpty()
                ? Optional.empty()
                : Optional.of(index -> ordered.stream().anyMatch(range -> range.holds(index)));
    }

    private static void read(Path folder, List<IndexRange> ordered) throws IOException {
        var disk = ReadingDisk.of(folder);
        if (disk.list().stream().noneMatch(name -> name.matches("[0-9]{16}\\.segment"))) return;
        var config = new JournalConfig(Erasures.KIND, SEGMENT_BYTES, ErasureStore.MAX_ENTRY_SIZE_BYTES, GROUP_BYTES);
        try (var journal = Journal.open(disk, config, 0)) {
            journal.scanLeaves(journal.firstIndex(), Integer.MAX_VALUE, (position, leaf) -> {
                try {
                    if (ErasureItem.read(leaf) instanceof ErasureItem.Ordered order) ordered.addAll(order.ranges());
                } catch (CborMalformed e) {
                    throw new IOException("entry " + position + ": " + e.getMessage(), e);
                }
            });
        }
    }
}
