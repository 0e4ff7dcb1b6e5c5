package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.sealpost.archive.range.RangeImport;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Disk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.journal.Reserve;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Genesis;
import org.sealpost.record.KeyRole;
import org.sealpost.seal.JournalLeaves;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.SealedHead;
import org.sealpost.seal.SealingKeys;
import org.sealpost.seal.Tree;

/// What a box's log consists of on disk, opened in the one order that is safe: the seals tell how many entries
/// must be there, so the entries journal can tell a torn tail from damage; both tell what the tree must be.
///
/// @param leaves  of all entries, also of those that the journal gave up; those are checked by the tree
/// @param archive where they are kept before it does
record LogParts(
        SealLog seals,
        Journal entries,
        LogIdentity identity,
        SealingKeys keys,
        Tree tree,
        LeafArchive archive,
        Leaves leaves)
        implements AutoCloseable {
    private static final int GROUP_SIZE_BYTES = 4 << 20;
    private static final int SMALL_SEGMENT_BYTES = 4 << 20;
    private static final int SMALL_GROUP_BYTES = 64 << 10;
    private static final int SEALS_KEPT_ONES_AND_CONTROL = 3;

    /// @param reserve see [#reserve]
    static LogParts open(GatewayConfig config, Token token, Supplier<ClockReading> clock, Reserve reserve)
            throws IOException {
        if (RangeImport.isMirror(config.data())) {
            throw new StartRefused(
                    config.data() + " is a mirror that sealpost import made, and not a gateway's data directory",
                    "name another folder in data");
        }
        SalvageSwap.refuseHalfDone(config.data());
        SalvageNote.refuseAsIs(config.data());
        var seals = seals(config.data(), reserve::behind);
        try {
            var entries = Journal.open(
                    reserve.ahead(DirectoryDisk.open(config.data().resolve("entries"))),
                    entriesConfig(config),
                    seals.sealedSize());
            try {
                var folder = config.data().resolve(LeafArchive.FOLDER);
                var unchecked = Leaves.unchecked(entries, folder);
                var existing = Commissioning.existing(unchecked);
                var genesis = existing.isPresent() ? existing.get() : commission(config, token, clock, entries);
                var logged = LoggedKeys.read(
                        config.data(), unchecked, seals, genesis, config.token().sealKey());
                var identity = logged.identity();
                var keys = keys(config.token(), token, logged);
                var tree = Tree.open(
                        config.data().resolve("log"),
                        new JournalLeaves(unchecked, identity.keys()),
                        seals.sealedSize(),
                        seals.newest().map(SealedHead::root));
                var archive = LeafArchive.open(folder, tree);
                return new LogParts(seals, entries, identity, keys, tree, archive, archive.with(entries));
            } catch (IOException | RuntimeException e) {
                entries.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            seals.close();
            throw e;
        }
    }

    static JournalConfig entriesConfig(GatewayConfig config) {
        int maxEntry = config.intake().maxEntryBytes();
        int group = Math.max(GROUP_SIZE_BYTES, roundUp(2 * maxEntry));
        return TokenSettings.refusing(() -> new JournalConfig("entries", config.segmentSizeBytes(), maxEntry, group));
    }

    static SealLog seals(Path data) throws IOException {
        return seals(data, UnaryOperator.identity());
    }

    private static SealLog seals(Path data, UnaryOperator<Disk> guard) throws IOException {
        var newest = small(data, SealLog.KIND, SealLog.MAX_ENTRY_SIZE_BYTES, guard);
        try {
            return SealLog.open(newest, small(data, SealLog.KEPT_KIND, SealLog.MAX_ENTRY_SIZE_BYTES, guard));
        } catch (IOException | RuntimeException e) {
            newest.close();
            throw e;
        }
    }

    /// A journal of few and small entries.
    static Journal small(Path data, String kind, int maxEntrySizeBytes) throws IOException {
        return small(data, kind, maxEntrySizeBytes, UnaryOperator.identity());
    }

    /// @param guard of its disk
    static Journal small(Path data, String kind, int maxEntrySizeBytes, UnaryOperator<Disk> guard) throws IOException {
        int group = Math.max(SMALL_GROUP_BYTES, roundUp(2 * maxEntrySizeBytes));
        return Journal.open(
                guard.apply(DirectoryDisk.open(data.resolve(kind))),
                new JournalConfig(kind, Math.max(SMALL_SEGMENT_BYTES, 4 * group), maxEntrySizeBytes, group),
                0);
    }

    /// Opens what is kept on the disk for the small journals of this box: two segments of each.
    ///
    /// @throws StartRefused if nothing can be written there
    static Reserve reserve(GatewayConfig config) throws IOException {
        Files.createDirectories(config.data());
        if (!Files.isWritable(config.data())) throw StartRefused.readOnly(config.data());
        int journals = SEALS_KEPT_ONES_AND_CONTROL
                + config.anchorages().stream()
                        .mapToInt(AnchorageSettings::journals)
                        .sum();
        return Reserve.open(config.data().resolve("reserve.bin"), 2L * SMALL_SEGMENT_BYTES * journals);
    }

    @Override
    public void close() throws IOException {
        entries.close();
        seals.close();
    }

    private static LogIdentity commission(
            GatewayConfig config, Token token, Supplier<ClockReading> clock, Journal entries) throws IOException {
        var seal = token.key(KeySpec.unpinned(config.token().sealKey(), KeyKind.P256));
        return Commissioning.commission(
                entries,
                config.originWords(),
                firstKeys(config, token, seal),
                Version.TEXT,
                Optional.empty(),
                clock,
                new SecureRandom());
    }

    /// The keys that a genesis names.
    static List<Genesis.Key> firstKeys(GatewayConfig config, Token token, SigningKey seal) {
        List<byte[]> accounts = new ArrayList<>();
        for (var name : config.accountKeys()) {
            accounts.add(token.key(KeySpec.unpinned(name, KeyKind.SECP256K1)).spki());
        }
        Optional<byte[]> checkpoint = config.token()
                .checkpointKey()
                .map(name -> token.key(KeySpec.unpinned(name, KeyKind.ED25519)).spki());
        return Commissioning.keys(token.description(), seal.spki(), accounts, checkpoint);
    }

    /// From the second start on the keys are those that the log names, so a box can start while its token is
    /// away.
    private static SealingKeys keys(TokenSettings settings, Token token, LoggedKeys logged) {
        var keys = logged.identity().keys();
        var seal = token.key(
                KeySpec.pinned(logged.sealKey(), KeyKind.P256, keys.last().spki()));
        boolean broken =
                keys.handOvers().stream().anyMatch(leaf -> leaf.handOver().isBreak());
        // With the token of the sealing key this one may have gone, too; tools then see one line, not two.
        if (broken && settings.checkpointKey().isEmpty()) return new SealingKeys(seal, Optional.empty());
        var named = logged.identity().genesis().key(KeyRole.CHECKPOINT);
        Optional<SigningKey> checkpoint = named.map(key -> {
            var name = settings.checkpointKey()
                    .orElseThrow(() -> new ConfigRefused("token.checkpoint-key is missing; the origin has such a key"));
            return token.key(KeySpec.pinned(name, KeyKind.ED25519, key.spki()));
        });
        return new SealingKeys(seal, checkpoint);
    }

    private static int roundUp(int size) {
        return (size + 4095) / 4096 * 4096;
    }
}
