package org.sealpost.app;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.app.inspect.OrderedErasures;
import org.sealpost.app.inspect.ReadingDisk;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.range.RangeImport;
import org.sealpost.archive.range.RangeSource;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.journal.DirectoryDisk;
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

/// The log of a gateway that does not run, held so that none can be started meanwhile, and read without a
/// change to its journals: their disk may be full, or mounted read-only.
record CarriedLog(RangeSource source, List<Closeable> held) implements AutoCloseable {
    /// @throws StartRefused if there is nothing to be carried
    /// @throws IOException  if a gateway runs there, or it cannot be read
    static CarriedLog open(GatewayConfig config) throws IOException {
        return open(config.data(), config.token().sealKey());
    }

    /// @param firstName of the genesis' sealing key
    static CarriedLog open(Path data, String firstName) throws IOException {
        SalvageSwap.refuseHalfDone(data);
        SalvageNote.refuseAsIs(data);
        if (!Files.isDirectory(data.resolve(SealLog.KIND)) || !Files.isDirectory(data.resolve(SalvageSwap.ENTRIES))) {
            throw new StartRefused(data + " holds no log", "name the configuration of the gateway that has it");
        }
        var held = new ArrayList<Closeable>();
        try {
            return new CarriedLog(source(data, firstName, held), held);
        } catch (IOException | RuntimeException e) {
            close(held);
            throw e;
        }
    }

    private static RangeSource source(Path data, String firstName, List<Closeable> held) throws IOException {
        // In the gateway's order.
        for (var kind : List.of(SealLog.KIND, SalvageSwap.ENTRIES)) {
            held.add(DirectoryDisk.toRead(data.resolve(kind)).lock());
        }
        var seals = SealLog.open(journal(data, SealLog.KIND, 0), journal(data, SealLog.KEPT_KIND, 0));
        held.add(seals::close);
        var newest = seals.newest()
                .orElseThrow(() -> new StartRefused(
                        "no entry of the log in " + data + " is sealed yet",
                        "start the gateway with its token, then export"));
        boolean isMirror = RangeImport.isMirror(data);
        // What a mirror was promised it need not have reached.
        var entries = journal(data, SalvageSwap.ENTRIES, isMirror ? 0 : newest.size());
        held.add(entries::close);
        var leaves = Leaves.unchecked(entries, data.resolve(LeafArchive.FOLDER));
        var genesis = Commissioning.existing(leaves)
                .orElseThrow(() -> new StartRefused(data + " holds no log yet", "start the gateway once"));
        if (isMirror) {
            var mirror = CarriedMirror.read(data, leaves, seals, genesis);
            return source(data, entries, mirror.identity(), mirror.sealed(), mirror.checkpoint());
        }
        var checkpoint = seals.newestCheckpoint().filter(note -> note.head().size() <= newest.size());
        return source(data, entries, identity(data, leaves, seals, genesis, firstName), newest, checkpoint);
    }

    private static RangeSource source(
            Path data, Journal entries, LogIdentity identity, SealedHead sealed, Optional<Checkpoint> checkpoint)
            throws IOException {
        var folder = data.resolve(LeafArchive.FOLDER);
        var tree = Tree.open(
                data.resolve("log"),
                new JournalLeaves(Leaves.unchecked(entries, folder), identity.keys()),
                sealed.size(),
                Optional.of(sealed.root()));
        return new RangeSource(
                identity,
                entries,
                LeafArchive.open(folder, tree).with(entries),
                tree,
                sealed,
                checkpoint,
                List.of(),
                OrderedErasures.in(data.resolve(Erasures.KIND)));
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

    private static Journal journal(Path data, String kind, long floor) throws IOException {
        return Journal.open(
                ReadingDisk.of(data.resolve(kind)), new JournalConfig(kind, 1 << 20, 1024, 64 << 10), floor);
    }

    private static void close(List<Closeable> held) throws IOException {
        for (var one : held.reversed()) one.close();
    }

    @Override
    public void close() throws IOException {
        close(held);
    }
}
