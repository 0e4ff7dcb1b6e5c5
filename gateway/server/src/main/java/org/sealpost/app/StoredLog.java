package org.sealpost.app;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.sealpost.app.inspect.ReadingDisk;
import org.sealpost.archive.range.RangeImport;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.seal.HandOverLog;
import org.sealpost.seal.JournalLeaves;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.SealedHead;
import org.sealpost.seal.Tree;

/// A log as it lies in a data directory, or in a mirror, read without a change to its journals: their disk may be full,
/// or mounted read-only. Nobody is kept from writing there, which is for the caller to see to. Any thread.
///
/// @param sealed     the newest head; of a mirror that of which it has all entries
/// @param checkpoint if that is of at most as many entries
/// @param leaves     of all entries, also of those that the journal gave up, checked by the tree
record StoredLog(
        SealLog seals,
        Journal entries,
        LogIdentity identity,
        Optional<SealedHead> sealed,
        Optional<Checkpoint> checkpoint,
        Tree tree,
        Leaves leaves) {
    /// @param firstName of the genesis' sealing key
    /// @param held      gets what is to be closed
    /// @throws StartRefused if there is none, or it was altered
    static StoredLog open(Path data, String firstName, List<Closeable> held) throws IOException {
        var seals = SealLog.open(journal(data, SealLog.KIND, 0), journal(data, SealLog.KEPT_KIND, 0));
        held.add(seals::close);
        boolean isMirror = RangeImport.isMirror(data);
        // What a mirror was promised it need not have reached.
        var entries = journal(data, SalvageSwap.ENTRIES, isMirror ? 0 : seals.sealedSize());
        held.add(entries::close);
        var unchecked = Leaves.unchecked(entries, data.resolve(LeafArchive.FOLDER));
        var genesis = Commissioning.existing(unchecked)
                .orElseThrow(() -> new StartRefused(data + " holds no log yet", "start the gateway once"));
        if (isMirror) {
            var mirror = CarriedMirror.read(data, unchecked, seals, genesis);
            return of(data, seals, entries, mirror.identity(), Optional.of(mirror.sealed()), mirror.checkpoint());
        }
        var identity = identity(data, unchecked, seals, genesis, firstName);
        var checkpoint = seals.newestCheckpoint().filter(note -> note.head().size() <= seals.sealedSize());
        return of(data, seals, entries, identity, seals.newest(), checkpoint);
    }

    private static StoredLog of(
            Path data,
            SealLog seals,
            Journal entries,
            LogIdentity identity,
            Optional<SealedHead> sealed,
            Optional<Checkpoint> checkpoint)
            throws IOException {
        var folder = data.resolve(LeafArchive.FOLDER);
        var tree = Tree.open(
                data.resolve("log"),
                new JournalLeaves(Leaves.unchecked(entries, folder), identity.keys()),
                sealed.map(SealedHead::size).orElse(0L),
                sealed.map(SealedHead::root));
        var leaves = LeafArchive.open(folder, tree).with(entries);
        return new StoredLog(seals, entries, identity, sealed, checkpoint, tree, leaves);
    }

    private static LogIdentity identity(Path data, Leaves leaves, SealLog seals, LogIdentity genesis, String firstName)
            throws IOException {
        if (!Files.isDirectory(data.resolve(HandOverLog.KIND))) {
            return LoggedKeys.checked(new HandOverLog.Found(genesis, Optional.empty()), seals, firstName)
                    .identity();
        }
        try (var handOvers = HandOverLog.open(journal(data, HandOverLog.KIND, 0))) {
            return LoggedKeys.checked(handOvers.in(leaves, genesis), seals, firstName)
                    .identity();
        }
    }

    /// Opened to be read and never written, whatever its entries' sizes.
    static Journal journal(Path data, String kind, long floor) throws IOException {
        return Journal.open(
                ReadingDisk.of(data.resolve(kind)), new JournalConfig(kind, 1 << 20, 1024, 64 << 10), floor);
    }
}
