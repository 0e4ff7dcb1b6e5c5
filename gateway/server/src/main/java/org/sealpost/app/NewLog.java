package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.sealpost.app.inspect.ReadingDisk;
import org.sealpost.archive.erasure.ErasableLeaf;
import org.sealpost.control.Act;
import org.sealpost.control.ControlLog;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.DurableFile;
import org.sealpost.journal.EntryState;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.journal.JournalEntry;
import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Genesis;
import org.sealpost.record.Origin;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;

/// The log that goes on from another, while it is begun: its genesis, the entry that names the old
/// one, what is taken over of it, the acts, and until when sensors were listened to. Each finds
/// what it has come to before, and refuses what it would not have made.
///
/// @param data of the old one
record NewLog(Path folder, Journal entries, Path data, OldLog old) implements AutoCloseable {
    // With what a disk of its own has, and a file whose writing was cut.
    private static final Set<String> EXPECTED =
            Set.of(SalvageSwap.ENTRIES, ControlLog.KIND, LastListened.FILE, LastListened.FILE + ".tmp", "lost+found");

    /// For reading alone.
    private static final JournalConfig ANY = new JournalConfig(SalvageSwap.ENTRIES, 1 << 20, 1024, 64 << 10);

    /// The log in a directory; empty if there is none. Changes nothing, and keeps nobody away.
    static Optional<LogIdentity> in(Path folder) throws IOException {
        try (var entries = Journal.open(ReadingDisk.of(folder.resolve(SalvageSwap.ENTRIES)), ANY, 0)) {
            return Commissioning.existing(leaves(folder, entries));
        }
    }

    /// What the log in a directory says of the old one, in the same way; empty if there is none, or it says
    /// nothing.
    static Optional<SuccessionEntries.Succeeds> says(Path folder) throws IOException {
        try (var entries = Journal.open(ReadingDisk.of(folder.resolve(SalvageSwap.ENTRIES)), ANY, 0)) {
            return SuccessionEntries.first(entries);
        }
    }

    /// Holds the directory, which is made if it is missing, for those whose the old one is.
    ///
    /// @param data the old one's directory
    /// @throws HsmRefusal if it holds anything that no succession makes, or is in use
    static NewLog open(Path folder, Path data, JournalConfig shape, OldLog old) throws IOException {
        refuseOthers(folder);
        DurableFile.makeDirectories(folder, PosixFilePermissions.asFileAttribute(Files.getPosixFilePermissions(data)));
        var disk = DirectoryDisk.open(folder.resolve(SalvageSwap.ENTRIES));
        return new NewLog(folder, StoppedLog.held(folder, () -> Journal.open(disk, shape, 0)), data, old);
    }

    /// @throws HsmRefusal if the directory holds anything that no succession makes: a gateway may have run
    ///     there
    static void refuseOthers(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        try (var files = Files.list(folder)) {
            var other = files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !EXPECTED.contains(name))
                    .sorted()
                    .findFirst();
            if (other.isPresent()) {
                throw new HsmRefusal(
                        folder + " holds " + other.get() + ", which no origin succeed made: give a directory that is"
                                + " empty or missing",
                        HsmCommand.REFUSED);
            }
        }
    }

    private static Leaves leaves(Path folder, Journal entries) {
        return Leaves.unchecked(entries, folder.resolve(LeafArchive.FOLDER));
    }

    /// Entry 0, in a group of its own.
    ///
    /// @param keys that it is to name; needed where there is none yet
    LogIdentity genesis(Optional<List<Genesis.Key>> keys, Supplier<ClockReading> clock) throws IOException {
        var existing = Commissioning.existing(leaves(folder, entries));
        if (existing.isEmpty()) {
            return Commissioning.commission(
                    entries,
                    words(old.previous().origin()),
                    keys.orElseThrow(),
                    Version.TEXT,
                    Optional.of(old.previous()),
                    clock,
                    new SecureRandom());
        }
        if (old.isNamedBy(existing.get())) return existing.get();
        throw new HsmRefusal(
                folder + " holds " + existing.get().origin() + ", which does not go on from "
                        + old.previous().origin() + ": give a directory that is empty or missing",
                HsmCommand.REFUSED);
    }

    /// What stands before the random suffix.
    private static String words(Origin origin) {
        int end = origin.name().lastIndexOf('/');
        return end < 0 ? origin.name() : origin.name().substring(0, end);
    }

    /// Entry 1, which names the old log as it lies there.
    void tie(SuccessionReason reason, Supplier<ClockReading> clock, String by) throws IOException {
        long[] taken = {0, 0};
        scanTaken(entry -> {
            if (taken[1] == 0) taken[0] = entry.index();
            taken[1]++;
        });
        var says = new SuccessionEntries.Succeeds(
                old.previous().origin(),
                Hash.of(old.previous().genesisHash()),
                reason,
                old.sealed(),
                old.root(),
                old.kept(),
                taken[0],
                taken[1]);
        if (entries.size() > 1) {
            if (!says.isSaidBy(entries.read(1))) throw otherThan();
            return;
        }
        var entry = says.encoded(clock.get(), by);
        entries.append(entry.leaf(), entry.body());
        entries.force();
    }

    /// The entries from 2 on: leaf and body byte for byte, and of what was ordered to be erased the leaf alone.
    ///
    /// @return how many there are
    long takeOver() throws IOException {
        long there = entries.size();
        long[] next = {SuccessionEntries.TAIL_AT};
        scanTaken(entry -> {
            boolean shows = entry.hasBody() && !old.hides().test(entry.index());
            long index = next[0]++;
            if (index < there) {
                if (!isCopy(entries.read(index), entry, shows)) throw otherThan();
            } else if (shows) {
                entries.append(entry.leaf(), entry.body());
            } else {
                entries.appendWithoutBody(entry.leaf(), EntryState.BODY_ERASED);
            }
        });
        if (there > next[0]) throw otherThan();
        entries.force();
        return next[0] - SuccessionEntries.TAIL_AT;
    }

    private static boolean isCopy(JournalEntry copy, JournalEntry entry, boolean shows) {
        return Arrays.equals(copy.leaf(), entry.leaf())
                && copy.hasBody() == shows
                && (!shows || Arrays.equals(copy.body(), entry.body()));
    }

    /// What the box says of itself is of its own log, and what was lost is in none.
    private void scanTaken(Journal.Visitor visitor) throws IOException {
        old.beyond().scan(entry -> {
            if (!entry.isLost() && ErasableLeaf.is(entry.leaf())) visitor.visit(entry);
        });
    }

    /// By which its owner's will is in force here as it was there.
    void takeOverActs(Supplier<ClockReading> clock) throws IOException {
        try (var control =
                ControlLog.open(LogParts.small(folder, ControlLog.KIND, Act.MAX_SIZE_BYTES), clock, new FatalEnd())) {
            if (!control.takeOver(old.acts())) throw otherThan();
        }
    }

    /// By which what the sensors may say until the gateway starts here becomes a gap, not silence.
    void takeOverWhenSensorsWereHeard() {
        var until = new LastListened(data).read();
        if (!until.isEmpty()) new LastListened(folder).write(until);
    }

    private HsmRefusal otherThan() {
        return new HsmRefusal(
                folder
                        + " was not begun of this log as it lies there now, and for this reason: it holds nothing that is"
                        + " not in " + data + ", so delete it, and give the same command again",
                HsmCommand.REFUSED);
    }

    @Override
    public void close() throws IOException {
        entries.close();
    }
}
