package org.sealpost.app;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.sealpost.admin.HealthView;
import org.sealpost.archive.Archive;
import org.sealpost.archive.RecordSearch;
import org.sealpost.archive.index.IndexSearch;
import org.sealpost.archive.index.Indexer;
import org.sealpost.archive.index.TermHash;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.profile.Profiles;
import org.sealpost.stage.StageHealth;

/// The index of records: the stage that makes it, and what is asked of it.
record IndexParts(Indexer indexer, RecordSearch search) {
    /// @param secret   that of the window of keys
    /// @param diskFull whether there is no room for what can be made again
    static IndexParts open(
            Path data,
            byte[] secret,
            Journal entries,
            Profiles profiles,
            Archive archive,
            BooleanSupplier diskFull,
            Supplier<Instant> clock) {
        var folder = data.resolve("index");
        var indexer = Indexer.open(
                () -> DirectoryDisk.open(folder),
                entries,
                new TermHash(secret),
                profiles,
                new Indexer.Surroundings(diskFull, System::nanoTime, clock));
        return new IndexParts(indexer, new IndexSearch(indexer, archive::find));
    }

    HealthView.Part part(StageHealth stage) {
        if (stage.failing()) {
            return red(
                    stage.cause().orElse("unknown"),
                    "records are captured, and found by their ids; the index goes on by itself when its folder"
                            + " 'index' can be written and there is room",
                    stage.since());
        }
        return indexer.unreadable()
                .map(damage -> red(
                        (damage.count() == 1
                                        ? "entry " + damage.first()
                                        : damage.count() + " entries, the first one " + damage.first() + ",")
                                + " cannot be read, and so not be found: " + damage.cause(),
                        "stop the gateway, then sealpost journal examine; salvage lets the log go on without what is"
                                + " lost",
                        Optional.of(damage.since())))
                .orElseGet(() -> new HealthView.Part(name(), true, said(), "", Optional.empty()));
    }

    private HealthView.Part red(String cause, String remedy, Optional<Instant> since) {
        return new HealthView.Part(name(), false, cause, remedy, since);
    }

    private String name() {
        return indexer.name();
    }

    /// What should be known while nothing need be done.
    private String said() {
        if (!indexer.isComplete()) {
            return "the index is being made: not all entries from " + indexer.indexedBelow() + " on are found yet"
                    + setAside();
        }
        return setAside().isEmpty() ? "" : "the index is complete" + setAside();
    }

    private String setAside() {
        int count = indexer.setAside();
        if (count == 0) return "";
        return "; damaged files of it were set aside and made again (" + count
                + " in the folder index end in .bad: look at the disk; they may be deleted)";
    }
}
