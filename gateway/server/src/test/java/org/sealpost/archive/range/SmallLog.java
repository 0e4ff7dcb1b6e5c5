package org.sealpost.archive.range;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.Body;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HandOver;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.KeyRole;
import org.sealpost.record.Origin;
import org.sealpost.record.References;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;
import org.sealpost.record.Suite;
import org.sealpost.seal.JournalLeaves;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.Sealer;
import org.sealpost.seal.SealerConfig;
import org.sealpost.seal.SealingKeys;
import org.sealpost.seal.SoftwareKey;
import org.sealpost.seal.Tree;

/// A box's log in a folder, as a range is taken from it. Two of one key and origin have the same genesis.
public final class SmallLog implements AutoCloseable {
    final Journal entries;
    final SealLog seals;
    final Tree tree;
    final LeafArchive archive;
    LogIdentity identity;
    private Sealer sealer;
    private long micros = 1;

    public SmallLog(Path folder, SoftwareKey key, String origin) throws IOException {
        entries = Journal.open(
                DirectoryDisk.open(folder.resolve("entries")), new JournalConfig("entries", 1 << 16, 8192, 1 << 14), 0);
        seals = SealLog.open(small(folder, SealLog.KIND), small(folder, SealLog.KEPT_KIND));
        var genesis = new Genesis(
                new Origin(origin),
                Suite.SHA256_P256,
                List.of(new Genesis.Key(KeyRole.SEAL, key.spki(), "test")),
                "test",
                clock(),
                new byte[32],
                Optional.empty());
        entries.append(new GenesisLeaf(genesis).encode(), new byte[0]);
        entries.force();
        identity = LogIdentity.of(genesis);
        tree = Tree.open(folder.resolve("log"), new JournalLeaves(entries, identity.keys()), 0, Optional.empty());
        archive = LeafArchive.open(folder.resolve(LeafArchive.FOLDER), tree);
        sealer = sealer(key);
    }

    private Sealer sealer(SoftwareKey key) {
        return new Sealer(
                identity,
                entries,
                tree,
                seals,
                new SealingKeys(key, Optional.empty()),
                this::tick,
                SealerConfig.DEFAULT,
                () -> {});
    }

    /// From here on another key seals, and the one before says nothing to it.
    public SmallLog breakTo(SoftwareKey next) throws Exception {
        var keys = identity.keys();
        var handOver = new HandOver(
                keys.handOvers().size() + 1,
                entries.size(),
                identity.genesisHash().toBytes(),
                keys.last().thumbprint().toBytes(),
                new Genesis.Key(KeyRole.SEAL, next.spki(), "test"),
                HandOver.Reason.LOST,
                clock(),
                List.of(new byte[] {1}));
        var digest = MessageDigest.getInstance("SHA-256").digest(handOver.toBeSigned());
        var leaf = new HandOverLeaf(
                handOver,
                Optional.empty(),
                next.sign(digest, Duration.ofSeconds(1)).get());
        entries.append(leaf.encode(), new byte[0]);
        entries.force();
        identity = new LogIdentity(identity.genesis(), keys.after(leaf.encode()));
        sealer = sealer(next);
        return this;
    }

    private static Journal small(Path folder, String kind) throws IOException {
        return Journal.open(
                DirectoryDisk.open(folder.resolve(kind)), new JournalConfig(kind, 1 << 16, 4096, 1 << 14), 0);
    }

    private static ClockReading clock() {
        return new ClockReading(
                1_790_000_000_123L,
                ClockReading.State.UNTRUSTED,
                ClockReading.Source.NONE,
                OptionalLong.empty(),
                new byte[16],
                1);
    }

    /// A second passes with each look.
    private ClockReading tick() {
        micros += 1_000_000;
        var clock = clock();
        return new ClockReading(
                clock.timeMillis(), clock.state(), clock.source(), clock.maxErrorMillis(), clock.bootId(), micros);
    }

    /// Appends records whose content says what it is given, and their number; seals them, and makes a
    /// checkpoint.
    public SmallLog grow(int count, String said) throws Exception {
        for (int i = 0; i < count; i++) {
            long index = entries.size() + i;
            var body = body(said + " " + index);
            var leaf = new HeaderLeaf("default", 1, SourceKind.HTTP, body.commitment());
            entries.append(leaf.encode(), body.encode());
        }
        entries.force();
        while (sealer.step() > 0) {}
        return this;
    }

    private static Body body(String said) {
        var salts = new byte[4][];
        for (int i = 0; i < 4; i++) {
            salts[i] = Merkle.leafHash((said + " salt " + i).getBytes(StandardCharsets.UTF_8))
                    .toBytes();
        }
        return Body.of(
                new Source("crane-7", Optional.empty(), "/v1/records"),
                clock(),
                new Content("text/plain", said.getBytes(StandardCharsets.UTF_8)),
                References.NONE,
                salts);
    }

    public RangeSource source() {
        return source(index -> false);
    }

    RangeSource source(LongPredicate hidden) {
        return new RangeSource(
                identity,
                entries,
                archive.with(entries),
                tree,
                seals.newest().orElseThrow(),
                seals.newestCheckpoint(),
                List.of(),
                hidden);
    }

    /// Has the journal give up whole segments of what lies below.
    void giveUp(long below) throws IOException {
        entries.closeSegment();
        long kept = 0;
        for (long more = archive.keep(entries, below); more > kept; more = archive.keep(entries, below)) kept = more;
        entries.recycle(kept);
    }

    @Override
    public void close() throws IOException {
        entries.close();
        seals.close();
    }
}
