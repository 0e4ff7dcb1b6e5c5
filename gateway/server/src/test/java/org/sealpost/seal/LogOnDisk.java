package org.sealpost.seal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.journal.Disk;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.KeyRole;
import org.sealpost.record.Origin;
import org.sealpost.record.Suite;

/// A log for tests: entries and seals journals on given disks, tiles in a folder, opened in the order of the gateway.
final class LogOnDisk {
    static final ClockReading CLOCK = new ClockReading(
            1_790_000_000_123L,
            ClockReading.State.UNTRUSTED,
            ClockReading.Source.NONE,
            OptionalLong.empty(),
            new byte[16],
            1);

    final SoftwareKey key;
    final HandOverLog handOvers;
    final Journal entries;
    final SealLog seals;
    final Tree tree;
    final LeafArchive archive;
    final Leaves leaves;
    final Sealer sealer;
    final LogIdentity identity;
    long micros = 1_000_000;

    LogOnDisk(Disk entriesDisk, Disk sealsDisk, Path tiles, SoftwareKey key) throws IOException {
        this(entriesDisk, sealsDisk, new FaultyDisk(), tiles, List.of(key));
    }

    /// @param keys those that the token holds, the first one first
    LogOnDisk(Disk entriesDisk, Disk sealsDisk, Disk handOversDisk, Path tiles, List<SoftwareKey> keys)
            throws IOException {
        seals = SealLog.open(
                Journal.open(sealsDisk, new JournalConfig("seals", 1 << 16, 4096, 16384), 0),
                Journal.open(new FaultyDisk(), new JournalConfig("seals-kept", 1 << 16, 4096, 16384), 0),
                new SealThinning.Pace(50, 40, 7));
        entries = Journal.open(entriesDisk, new JournalConfig("entries", 1 << 20, 4096, 1 << 18), seals.sealedSize());
        var genesis = new Genesis(
                new Origin("test/1"),
                Suite.SHA256_P256,
                List.of(new Genesis.Key(KeyRole.SEAL, keys.getFirst().spki(), "test")),
                "test",
                CLOCK,
                new byte[32],
                Optional.empty());
        if (entries.size() == 0) {
            entries.append(new GenesisLeaf(genesis).encode(), new byte[0]);
            entries.force();
        }
        handOvers =
                HandOverLog.open(Journal.open(handOversDisk, new JournalConfig("handovers", 1 << 16, 4096, 16384), 0));
        var unchecked = Leaves.unchecked(entries, tiles.resolve(LeafArchive.FOLDER));
        identity = handOvers.in(unchecked, LogIdentity.of(genesis)).identity();
        key = keys.stream()
                .filter(held ->
                        Arrays.equals(held.spki(), identity.keys().last().spki()))
                .findFirst()
                .orElseThrow();
        tree = Tree.open(
                tiles,
                new JournalLeaves(unchecked, identity.keys()),
                seals.sealedSize(),
                seals.newest().map(SealedHead::root));
        archive = LeafArchive.open(tiles.resolve(LeafArchive.FOLDER), tree);
        leaves = archive.with(entries);
        sealer = new Sealer(
                identity,
                entries,
                tree,
                seals,
                new SealingKeys(key, Optional.empty()),
                this::now,
                SealerConfig.DEFAULT,
                () -> {});
    }

    /// Appends entries that differ, in one group.
    void capture(int count) throws IOException {
        long next = entries.size();
        for (int i = 0; i < count; i++) entries.append(("entry " + (next + i)).getBytes(), new byte[0]);
        entries.force();
    }

    /// Keeps the leaves of what lies below an index, and has the journal give up whole segments of it.
    void giveUp(long below) throws IOException {
        long kept = 0;
        for (long more = archive.keep(entries, below); more > kept; more = archive.keep(entries, below)) kept = more;
        entries.recycle(kept);
    }

    ClockReading now() {
        return new ClockReading(
                CLOCK.timeMillis(), CLOCK.state(), CLOCK.source(), CLOCK.maxErrorMillis(), CLOCK.bootId(), micros);
    }

    void close() throws IOException {
        handOvers.close();
        entries.close();
        seals.close();
    }
}
