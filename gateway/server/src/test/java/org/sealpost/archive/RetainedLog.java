package org.sealpost.archive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.LongFunction;
import org.sealpost.archive.erasure.NoErasures;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.journal.Disk;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.KeyRole;
import org.sealpost.record.Leaf;
import org.sealpost.record.Origin;
import org.sealpost.record.References;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;
import org.sealpost.record.Suite;
import org.sealpost.seal.JournalLeaves;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.SealedHead;
import org.sealpost.seal.Sealer;
import org.sealpost.seal.SealerConfig;
import org.sealpost.seal.SealingKeys;
import org.sealpost.seal.SoftwareKey;
import org.sealpost.seal.Tree;

/// A log of small segments on given disks, of which the beginning may be gone, opened in the order of the
/// gateway; with retention over it, and all that it asks of others in the hands of the test.
final class RetainedLog implements AutoCloseable {
    static final long BEGINNING = 1_790_000_000_000L;
    private static final int PADDING = 300;
    private static final int GROUP = 20;

    final Journal entries;
    final SealLog seals;
    final LogIdentity identity;
    final Tree tree;
    final LeafArchive leafArchive;
    final Leaves leaves;
    final Archive archive;
    private final Sealer sealer;
    private final Random random = new Random(5);

    final FakeAnchored evm = new FakeAnchored("evm", true);
    final FakeAnchored fabric = new FakeAnchored("fabric", true);
    final List<String> notes = new ArrayList<>();
    ClockReading.State clockState = ClockReading.State.SYNCED;
    long nowMillis = BEGINNING;
    long neededFrom = Long.MAX_VALUE;
    Optional<IOException> trailFailure = Optional.empty();

    /// What comes to pass while the log is told what goes.
    Runnable meanwhile = () -> {};

    RetainedLog(Disk entriesDisk, Disk sealsDisk, Path folder, SoftwareKey key) throws IOException {
        seals = SealLog.open(
                Journal.open(sealsDisk, new JournalConfig(SealLog.KIND, 1 << 16, 4096, 1 << 14), 0),
                Journal.open(new FaultyDisk(), new JournalConfig(SealLog.KEPT_KIND, 1 << 16, 4096, 1 << 14), 0));
        entries = Journal.open(entriesDisk, new JournalConfig("entries", 1 << 16, 4096, 1 << 15), seals.sealedSize());
        if (entries.size() == 0) {
            var genesis = new Genesis(
                    new Origin("test/1"),
                    Suite.SHA256_P256,
                    List.of(new Genesis.Key(KeyRole.SEAL, key.spki(), "test")),
                    "test",
                    now(),
                    new byte[32],
                    Optional.empty());
            entries.append(new GenesisLeaf(genesis).encode(), new byte[0]);
            entries.force();
        }
        var unchecked = Leaves.unchecked(entries, folder.resolve(LeafArchive.FOLDER));
        identity = identity(unchecked);
        tree = Tree.open(
                folder.resolve("log"),
                new JournalLeaves(unchecked, identity.keys()),
                seals.sealedSize(),
                seals.newest().map(SealedHead::root));
        leafArchive = LeafArchive.open(folder.resolve(LeafArchive.FOLDER), tree);
        leaves = leafArchive.with(entries);
        sealer = new Sealer(
                identity,
                entries,
                tree,
                seals,
                new SealingKeys(key, Optional.empty()),
                this::now,
                SealerConfig.DEFAULT,
                () -> {});
        archive = new Archive(
                identity, entries, leaves, tree, seals, List.of(evm, fabric), _ -> List.of(), NoErasures.over(entries));
    }

    private static LogIdentity identity(Leaves leaves) throws IOException {
        try {
            return LogIdentity.of(((GenesisLeaf) Leaf.parse(leaves.leaf(0))).genesis());
        } catch (CborMalformed e) {
            throw new IOException(e);
        }
    }

    ClockReading now() {
        return new ClockReading(
                nowMillis, clockState, ClockReading.Source.NTP, OptionalLong.empty(), new byte[16], nowMillis * 1000);
    }

    /// What the entry's record says; nothing else says it.
    static String payload(long index) {
        return "payload of entry " + index + ".";
    }

    /// Records, and one seal over all of them.
    void capture(int count) throws Exception {
        capture(count, _ -> "default");
    }

    /// @param profile of the entry at an index
    void capture(int count, LongFunction<String> profile) throws Exception {
        long first = entries.size();
        for (int i = 0; i < count; i++) {
            var salts = new byte[4][32];
            for (var salt : salts) random.nextBytes(salt);
            var text = payload(first + i) + " ".repeat(PADDING);
            var body = Body.of(
                    new Source("crane", Optional.empty(), "test"),
                    now(),
                    new Content("text/plain", text.getBytes(StandardCharsets.UTF_8)),
                    References.NONE,
                    salts);
            var kind = profile.apply(first + i).startsWith("sealpost.") ? SourceKind.BOX : SourceKind.HTTP;
            entries.append(
                    new HeaderLeaf(profile.apply(first + i), 1, kind, body.commitment()).encode(), body.encode());
            if (i % GROUP == GROUP - 1) entries.force();
        }
        entries.force();
        while (sealer.step() > 0) {}
    }

    void allFinal() {
        evm.finalSize = seals.sealedSize();
        fabric.finalSize = seals.sealedSize();
    }

    static RetentionPolicy dropAfter(Duration age) {
        return new RetentionPolicy(Optional.of(age), OptionalLong.empty());
    }

    static RetentionPolicy maxSize(long bytes) {
        return new RetentionPolicy(Optional.empty(), OptionalLong.of(bytes));
    }

    Retention retention(RetentionPolicy policy) {
        return retention(policy, new Finality(List.of(evm, fabric)));
    }

    Retention retention(RetentionPolicy policy, Finality finality) {
        return new Retention(
                policy,
                new Retention.Log(entries, seals, leafArchive),
                finality,
                new Retention.Surroundings(this::now, () -> neededFrom, _ -> Optional.empty(), (first, next, rule) -> {
                    if (trailFailure.isPresent()) throw trailFailure.get();
                    meanwhile.run();
                    notes.add(first + "-" + next + " " + rule.key());
                }));
    }

    List<byte[]> allLeaves() throws IOException {
        var all = new ArrayList<byte[]>();
        leaves.scan(0, Integer.MAX_VALUE, (_, leaf) -> all.add(leaf));
        return all;
    }

    TrustStore trust() throws Exception {
        var text = TrustFile.naming(
                identity.origin(), identity.genesisHash(), identity.keys().keys());
        return new TrustStore(List.of(TrustFile.parse("box.trust", text.getBytes(StandardCharsets.UTF_8))));
    }

    @Override
    public void close() throws IOException {
        entries.close();
        seals.close();
    }
}
