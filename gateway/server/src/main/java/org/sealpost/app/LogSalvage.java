package org.sealpost.app;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.journal.Damage;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Examination;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalFailed;
import org.sealpost.journal.Salvage;
import org.sealpost.merkle.Frontier;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.ClockReading;
import org.sealpost.seal.KeptHashes;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.SealLog;

/// `sealpost journal salvage`: makes a new `entries` journal of what is left of a damaged one, so that the log goes on
/// where the newest seal can still be led to, and puts it in its place when it is told to.
final class LogSalvage {
    static final int DONE = 0;
    static final int REFUSED = 1;
    private static final int MOST_TOLD = 100;
    private static final byte[] NO_HASH = new byte[Hash.SIZE];
    private static final String NEW_ORIGIN =
            ", so this log cannot go on: keep the data directory, and begin a new origin that goes on from it, by"
                    + " sealpost origin succeed --reason damaged; --as-is makes"
                    + " a journal of what is left, which no gateway opens";

    private final GatewayConfig config;
    private final Path to;
    private final Supplier<ClockReading> clock;
    private final PrintStream out;

    /// @param to where the new journal is made
    LogSalvage(GatewayConfig config, Path to, Supplier<ClockReading> clock, PrintStream out) {
        this.config = config;
        this.to = to.toAbsolutePath().normalize();
        this.clock = clock;
        this.out = out;
    }

    /// @return the exit code
    int run(boolean asIs, boolean apply) throws IOException {
        var data = config.data().toAbsolutePath().normalize();
        if (apply && !data.equals(to.getParent())) {
            return refuse(to + " does not lie in " + data + ", where the journals are: name a folder there");
        }
        if (apply && asIs) return refuse("no gateway opens a journal made --as-is, so it is not applied");
        // Held all the time: with the seals open elsewhere no gateway starts.
        try (var seals = JournalCommand.seals(data)) {
            if (apply) Successor.refuseEnded(data);
            if (isMade()) {
                if (isOutdated(data, seals)) {
                    return refuse(to + " is of an older state of the journal: delete it and salvage again");
                }
            } else {
                int made = make(data, seals, asIs);
                if (made != DONE || !isMade()) return made;
            }
            return apply ? apply(data) : DONE;
        } catch (JournalFailed e) {
            throw new IOException(to + " cannot be written: " + e.getMessage(), e);
        }
    }

    private boolean isMade() throws IOException {
        return Files.isDirectory(to) && Salvage.isFinished(DirectoryDisk.toRead(to));
    }

    /// Whether the journal is not the one any more of which this was made: a gateway may have taken records since,
    /// which would be lost. Not asked where a swap has begun, since no gateway starts then.
    private boolean isOutdated(Path data, SealLog seals) throws IOException {
        var entries = data.resolve(SalvageSwap.ENTRIES);
        if (!Files.isDirectory(entries)) return false;
        var damaged = DirectoryDisk.toRead(entries);
        try (var _ = damaged.lock()) {
            var found = Examination.of(damaged, SalvageSwap.ENTRIES, seals.sealedSize());
            var note = Salvage.note(DirectoryDisk.toRead(to));
            return note.isEmpty() || !SalvageNote.isOf(note.get(), found);
        }
    }

    private int make(Path data, SealLog seals, boolean asIs) throws IOException {
        var entries = data.resolve(SalvageSwap.ENTRIES);
        if (!Files.isDirectory(entries)) {
            return refuse(data + " holds no journal 'entries', and " + to + " no salvaged one");
        }
        var damaged = DirectoryDisk.toRead(entries);
        try (var _ = damaged.lock()) {
            var salvage = Salvage.of(damaged, SalvageSwap.ENTRIES, seals.sealedSize());
            var found = salvage.examination();
            if (found.isWhole()) {
                out.println("the journal is whole: there is nothing to salvage");
                return DONE;
            }
            JournalCommand.print(found, out);
            var plan = plan(salvage, seals, data);
            if (plan.obstacle.isPresent() && !asIs) return refuse(plan.obstacle.get());
            var note = SalvageNote.of(found, clock.get(), NotedActs.somebodyHere(), plan.obstacle.isPresent());
            salvage.writeTo(
                    DirectoryDisk.open(to),
                    LogParts.entriesConfig(config),
                    index -> hash(plan.kept, index, seals.sealedSize())
                            .map(Hash::toBytes)
                            .orElse(NO_HASH),
                    note);
        }
        out.println("made " + to);
        return DONE;
    }

    /// What stands for the leaves that are gone.
    ///
    /// @param obstacle why the log cannot go on with it; empty if it can
    private record Plan(KeptHashes kept, Optional<String> obstacle) {}

    private Plan plan(Salvage salvage, SealLog seals, Path data) throws IOException {
        var plans = new ArrayList<Plan>();
        for (var kept : KeptHashes.inEachOrder(data.resolve("log"), data.resolve(LeafArchive.FOLDER))) {
            var plan = new Plan(kept, obstacle(salvage, seals, kept));
            if (plan.obstacle.isEmpty()) return plan;
            plans.add(plan);
        }
        return plans.getFirst();
    }

    /// A leaf that no seal covers yet has no hash that anybody signed: zeros stand for it.
    private static Optional<Hash> hash(KeptHashes kept, long index, long sealedSize) throws IOException {
        return index < sealedSize ? kept.leaf(index) : Optional.of(Hash.of(NO_HASH));
    }

    /// Why the log cannot go on with what is left; empty if it can.
    private Optional<String> obstacle(Salvage salvage, SealLog seals, KeptHashes kept) throws IOException {
        var walk = new Walk(kept, seals.sealedSize());
        for (long index = 0; index < salvage.examination().firstIndex(); index++) walk.byHash(index);
        salvage.leaves(walk);
        if (walk.genesisLost) return Optional.of("entry 0, which names the origin and its keys, is gone" + NEW_ORIGIN);
        if (!walk.unknown.isEmpty()) {
            return Optional.of("the leaves of " + told(walk.unknown) + " are gone, and neither the tree's tiles nor"
                    + " the bundles in " + LeafArchive.FOLDER + " hold their hashes" + NEW_ORIGIN);
        }
        var newest = seals.newest();
        if (newest.isPresent() && !newest.get().root().equals(walk.frontier.root())) {
            return Optional.of("what is left, with the hashes that are kept of the rest, has root "
                    + walk.frontier.root().hex() + ", but the newest seal says "
                    + newest.get().root().hex() + ": the hash of one of "
                    + told(leavesGone(salvage.examination())) + " is not known" + NEW_ORIGIN);
        }
        return Optional.empty();
    }

    private static List<Range> leavesGone(Examination found) {
        return found.damages().stream()
                .filter(Damage::leavesGone)
                .map(damage -> new Range(damage.firstIndex(), damage.lastIndex()))
                .toList();
    }

    private record Range(long first, long last) {
        @Override
        public String toString() {
            return first == last ? "entry " + first : "entries " + first + " to " + last;
        }
    }

    private static String told(List<Range> ranges) {
        var text = String.join(
                ", ", ranges.stream().limit(MOST_TOLD).map(Range::toString).toList());
        return ranges.size() > MOST_TOLD ? text + ", and " + (ranges.size() - MOST_TOLD) + " more ranges" : text;
    }

    /// Leads from the leaves to the root of the newest seal.
    private static final class Walk implements Journal.LeafVisitor {
        private final KeptHashes kept;
        private final long sealedSize;
        private final Frontier frontier = Frontier.empty((_, _, _) -> {});
        private final List<Range> unknown = new ArrayList<>();
        private boolean genesisLost;

        Walk(KeptHashes kept, long sealedSize) {
            this.kept = kept;
            this.sealedSize = sealedSize;
        }

        @Override
        public void visit(long index, byte[] leaf) {
            if (index < sealedSize) frontier.append(Merkle.leafHash(leaf));
        }

        @Override
        public void lost(long index, byte[] leafHash) throws IOException {
            if (leafHash.length == Hash.SIZE) {
                if (index < sealedSize) frontier.append(Hash.of(leafHash));
                return;
            }
            genesisLost |= index == 0;
            byHash(index);
        }

        /// Of an entry that was lost or given up.
        void byHash(long index) throws IOException {
            if (index >= sealedSize) return;
            var hash = kept.leaf(index);
            if (hash.isPresent()) {
                frontier.append(hash.get());
            } else if (!unknown.isEmpty() && unknown.getLast().last == index - 1) {
                unknown.add(new Range(unknown.removeLast().first, index));
            } else {
                unknown.add(new Range(index, index));
            }
        }
    }

    private int apply(Path data) throws IOException {
        var made = DirectoryDisk.toRead(to);
        var note = Salvage.note(made);
        if (note.isPresent() && SalvageNote.isAsIs(note.get())) {
            return refuse(to + " was made --as-is, and no gateway opens it");
        }
        var name = String.valueOf(to.getFileName());
        var damaged = SalvageSwap.run(DirectoryDisk.open(data), name);
        out.println(name + " is now entries, and what was damaged is " + damaged
                + ": start the gateway; it puts into the log what was lost");
        return DONE;
    }

    private int refuse(String sentence) {
        System.err.println("sealpost: " + sentence);
        return REFUSED;
    }
}
