package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.sealpost.anchor.Relay;
import org.sealpost.anchor.RelayConfig;
import org.sealpost.anchor.SealedHeads;
import org.sealpost.anchor.local.LocalLedger;
import org.sealpost.archive.Archive;
import org.sealpost.archive.ErasingPolicies;
import org.sealpost.archive.Finality;
import org.sealpost.archive.RecordSearch;
import org.sealpost.archive.Retention;
import org.sealpost.archive.RetentionPolicy;
import org.sealpost.archive.erasure.Eraser;
import org.sealpost.archive.erasure.Erasure;
import org.sealpost.archive.erasure.ErasureScribe;
import org.sealpost.archive.erasure.ErasureSite;
import org.sealpost.archive.erasure.ErasureStore;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.archive.index.IndexSearch;
import org.sealpost.archive.index.Indexer;
import org.sealpost.archive.index.TermHash;
import org.sealpost.capture.CaptureMetrics;
import org.sealpost.capture.CapturedRecord;
import org.sealpost.capture.Intake;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.capture.IntakeOutcome;
import org.sealpost.capture.Reply;
import org.sealpost.capture.Window;
import org.sealpost.control.ActScribe;
import org.sealpost.control.ControlLog;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.hsm.SigningKey;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Disk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.profile.Profile;
import org.sealpost.profile.Profiles;
import org.sealpost.record.HandOver;
import org.sealpost.record.SourceKind;
import org.sealpost.seal.FaultyBundles;
import org.sealpost.seal.HandOverLog;
import org.sealpost.seal.JournalLeaves;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.PacedSeals;
import org.sealpost.seal.Rotation;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.SealedHead;
import org.sealpost.seal.Sealer;
import org.sealpost.seal.SealerConfig;
import org.sealpost.seal.SealingKeys;
import org.sealpost.seal.Tree;
import org.sealpost.stage.BrokenPromises;
import org.sealpost.stage.Doorbell;
import org.sealpost.stage.Stage;

/// One life of a box: its stages over the disks of a [SimulatedWorld], turned by hand on one thread.
final class SimulatedBox {
    private static final int SEGMENT_BYTES = 1 << 17;
    private static final long KEPT_BYTES = 3 * SEGMENT_BYTES;
    private static final Duration DROPPED_AFTER = Duration.ofHours(3);

    /// Seals that are not thinned, and how many are given up at once.
    private static final int NEWEST_SEALS = 4;

    private static final int SEALS_AT_ONCE = 4;

    /// The profile by whose business key, a container, records are found, and whose records policies erase.
    static final String PROFILE = "gate";

    /// One whose records stay.
    static final String KEPT_PROFILE = "note";

    private static final Profiles PROFILES =
            Profiles.of(List.of(new Profile(PROFILE, 1, Optional.of("/container")), new Profile(KEPT_PROFILE, 1)));

    final LogIdentity identity;
    final Journal entries;
    final SealLog seals;
    final Tree tree;
    final Archive archive;
    final Intake intake;
    final Relay local;
    final Relay chain;
    final Leaves leaves;
    final Erasures erasures;
    final ControlLog control;
    final ActScribe actScribe;
    final Indexer indexer;
    final RecordSearch search;
    final ErasingPolicies policies;
    final List<Stage> stages;

    /// How long an order to erase waits for the segment that is written to.
    static final Duration ERASE_WITHIN = Duration.ofMillis(500);

    /// @param tiles what lies there is real, stays, and can be made again
    SimulatedBox(SimulatedWorld world, Path tiles, int rememberedKeys) throws IOException {
        seals = seals(world);
        entries = entries(world, seals);
        var unchecked = Leaves.unchecked(entries, new FaultyBundles(world.leaves));
        var existing = Commissioning.existing(unchecked);
        var genesis = existing.isPresent()
                ? existing.get()
                : Commissioning.commission(
                        entries,
                        "simulated",
                        Commissioning.keys("test", world.keys.getFirst().spki(), List.of(), Optional.empty()),
                        "test",
                        Optional.empty(),
                        world::clock,
                        world.random);
        identity = LoggedKeys.checked(handOvers(world).in(unchecked, genesis), seals, "seal")
                .identity();
        tree = Tree.open(
                tiles,
                new JournalLeaves(unchecked, identity.keys()),
                seals.sealedSize(),
                seals.newest().map(SealedHead::root));
        var sealer = new Sealer(
                identity,
                entries,
                tree,
                seals,
                new SealingKeys(world.key(identity.keys().last()), Optional.empty()),
                world::clock,
                new SealerConfig(Duration.ofMillis(100), Duration.ofSeconds(1), 7),
                () -> {});
        var surroundings =
                new Intake.Surroundings(world::clock, world::nanos, world::salt, () -> 0, new Doorbell(), broken -> {});
        intake = Intake.open(
                new IntakeConfig(1024, 1000, 1 << 20, rememberedKeys, 0, 100, Duration.ofSeconds(1)),
                surroundings,
                PROFILES,
                new CaptureMetrics(),
                entries,
                new Window(world.window, new byte[Window.SECRET_SIZE], new Doorbell()));
        var heads = new SealedHeads(seals, tree, identity);
        local = Relay.open(
                relay(world, "local"),
                journal(world, world.anchorsLocal, "anchors-local"),
                LocalLedger.open(journal(world, world.localLedger, "local-ledger"), Map.of(), world.random),
                heads);
        chain = Relay.open(
                relay(world, "chain"), journal(world, world.anchorsChain, "anchors-chain"), world.ledger, heads);
        var leafArchive = LeafArchive.open(new FaultyBundles(world.leaves), tree);
        leaves = leafArchive.with(entries);
        var finality = new Finality(List.of(local, chain));
        var retention = new Retention(
                new RetentionPolicy(Optional.of(DROPPED_AFTER), OptionalLong.of(KEPT_BYTES)),
                new Retention.Log(entries, seals, leafArchive),
                finality,
                new Retention.Surroundings(world::clock, intake::neededFrom, _ -> Optional.empty(), this::noteGivenUp));
        sealer.thinAllBut(size -> local.holds(size) || chain.holds(size));
        erasures = Erasures.open(erasureStore(world), entries, world::clock, NEVER_ENDS, 1024);
        policies = SimulatedPolicies.of(
                world,
                new ErasingPolicies.Log(entries, seals),
                erasures,
                finality,
                new ErasingPolicies.Surroundings(world::clock, world::nanos, intake::neededFrom, ERASE_WITHIN));
        var eraser = new Eraser(
                erasures,
                entries,
                erasureSite(),
                ERASE_WITHIN,
                world::nanos,
                () -> world.clock().time());
        control = ControlLog.open(journal(world, world.control, ControlLog.KIND), world::clock, NEVER_ENDS);
        actScribe = new ActScribe(control, (key, content) -> copy("control", "sealpost.act", key, content));
        indexer = Indexer.open(
                () -> world.index,
                entries,
                new TermHash(new byte[Window.SECRET_SIZE]),
                PROFILES,
                new Indexer.Surroundings(
                        world::isFull, world::nanos, () -> world.clock().time()));
        stages = List.of(
                intake.writer(),
                sealer,
                local,
                chain,
                intake.keyFiler(),
                retention,
                eraser,
                new ErasureScribe(erasures, (key, content) -> copy("erasures", "sealpost.erasure", key, content)),
                actScribe,
                indexer,
                policies);
        archive = new Archive(identity, entries, leaves, tree, seals, List.of(local, chain), _ -> List.of(), erasures);
        search = new IndexSearch(indexer, archive::find);
    }

    void offer(String profile, Optional<String> key, String payload, Consumer<IntakeOutcome> answer) {
        var record = new CapturedRecord(
                SourceKind.HTTP,
                "client",
                key,
                "/v1/records",
                profile,
                "application/json",
                payload.getBytes(StandardCharsets.UTF_8));
        intake.offer(record, answering(answer));
    }

    /// The simulation ends a life by itself when something must not be tried again.
    private static final BrokenPromises NEVER_ENDS = new BrokenPromises() {
        @Override
        public boolean include(Throwable thrown) {
            return false;
        }

        @Override
        public void end(String stage, Throwable thrown) {}
    };

    private static ErasureStore erasureStore(SimulatedWorld world) {
        return new ErasureStore() {
            @Override
            public Optional<Journal> existing() throws IOException {
                boolean isThere = world.erasures.list().stream().anyMatch(name -> name.matches("[0-9]{16}\\.segment"));
                return isThere ? Optional.of(begin()) : Optional.empty();
            }

            @Override
            public Journal begin() throws IOException {
                return Journal.open(
                        world.erasures, new JournalConfig(Erasures.KIND, 1 << 16, 16 << 10, 1 << 15, world.random), 0);
            }
        };
    }

    private ErasureSite erasureSite() {
        return new ErasureSite() {
            @Override
            public Optional<String> heldBack(ClosedSegment segment) {
                if (policies.isAmidst(segment)) return Optional.of("a policy");
                if (intake.hasFiledKeysBelow(segment.nextIndex())) return Optional.empty();
                intake.endSegment(segment.number());
                return Optional.of("keys");
            }

            @Override
            public Optional<String> leftBehind(ClosedSegment segment) {
                if (!intake.keysFollow(segment)) return Optional.of("files of keys");
                return indexer.isOfPresentUse(segment.number()) ? Optional.empty() : Optional.of("files of the index");
            }

            @Override
            public Optional<String> toBePublished(List<IndexRange> ranges) {
                return Optional.empty();
            }

            @Override
            public Optional<String> otherCopies(Erasure order) {
                return Optional.empty();
            }

            @Override
            public Optional<String> close(long segmentNumber) {
                if (!entries.isReadyForNextSegment()) return Optional.of("space for the next segment");
                intake.endSegment(segmentNumber);
                return Optional.empty();
            }
        };
    }

    /// As IntakeTrail does.
    private long copy(String where, String profile, String key, byte[] content) throws IOException {
        return switch (offerOfTheBox(where, profile, key, content)) {
            case IntakeOutcome.Accepted(var receipt) -> receipt.index();
            case IntakeOutcome.Repeated(var first) -> first.index();
            case IntakeOutcome.Busy _ -> throw new IOException("busy");
            case IntakeOutcome.Refused(var problem) -> throw new IOException(problem.title());
            case IntakeOutcome.Conflict(var first) ->
                throw new AssertionError("entry " + first.index() + " is another " + key);
        };
    }

    /// As RetentionParts does.
    private void noteGivenUp(long first, long next, RetentionPolicy.Rule rule) throws IOException {
        var key = "retention-" + first + "-" + next;
        var content = RetentionParts.content(first, next, rule);
        switch (offerOfTheBox("retention", RetentionParts.PROFILE, key, content)) {
            case IntakeOutcome.Accepted _, IntakeOutcome.Repeated _, IntakeOutcome.Conflict _ -> {}
            case IntakeOutcome.Busy _ -> throw new IOException("busy");
            case IntakeOutcome.Refused(var problem) -> assertEquals(507, problem.status(), problem.title());
        }
    }

    private IntakeOutcome offerOfTheBox(String where, String profile, String key, byte[] content) {
        var outcome = new AtomicReference<IntakeOutcome>();
        var record = new CapturedRecord(
                SourceKind.BOX, "sealpost", Optional.of(key), where, profile, "application/json", content);
        intake.offer(record, answering(outcome::set));
        // Nobody else turns the writer here.
        if (outcome.get() == null) intake.writer().step();
        return outcome.get();
    }

    private static Reply answering(Consumer<IntakeOutcome> answer) {
        return new Reply() {
            @Override
            public Executor executor() {
                return Runnable::run;
            }

            @Override
            public void answer(IntakeOutcome outcome) {
                answer.accept(outcome);
            }
        };
    }

    TrustStore trust() throws Exception {
        var text = TrustFile.naming(
                identity.origin(), identity.genesisHash(), identity.keys().keys());
        return new TrustStore(List.of(TrustFile.parse("simulated", text.getBytes(StandardCharsets.UTF_8))));
    }

    /// Hands the log of a box that does not run over to another key.
    static void rotate(SimulatedWorld world, HandOver.Reason reason) throws Exception {
        try (var seals = seals(world);
                var entries = entries(world, seals);
                var handOvers = handOvers(world)) {
            var leaves = Leaves.unchecked(entries, new FaultyBundles(world.leaves));
            var genesis = Commissioning.existing(leaves);
            if (genesis.isEmpty()) return;
            var identity = handOvers.in(leaves, genesis.get()).identity();
            var next = world.newKey();
            boolean lost = reason == HandOver.Reason.LOST;
            Optional<SigningKey> old = lost
                    ? Optional.empty()
                    : Optional.of(world.key(identity.keys().last()));
            var chain = lost ? List.of(new byte[] {0x30, 0}) : List.<byte[]>of();
            new Rotation(identity, entries, handOvers, world::clock, Duration.ofSeconds(1))
                    .run(old, new Rotation.Order(next, "test", reason, chain));
        }
    }

    private static SealLog seals(SimulatedWorld world) throws IOException {
        return PacedSeals.open(
                journal(world, world.seals, SealLog.KIND),
                journal(world, world.sealsKept, SealLog.KEPT_KIND),
                NEWEST_SEALS,
                SEALS_AT_ONCE);
    }

    private static Journal entries(SimulatedWorld world, SealLog seals) throws IOException {
        return Journal.open(
                world.entries,
                new JournalConfig("entries", SEGMENT_BYTES, 16 << 10, 1 << 16, world.random),
                seals.sealedSize());
    }

    private static HandOverLog handOvers(SimulatedWorld world) throws IOException {
        return HandOverLog.open(journal(world, world.handOvers, HandOverLog.KIND));
    }

    private static RelayConfig relay(SimulatedWorld world, String name) {
        return RelayConfig.of(name)
                .withPoll(Duration.ofMillis(50))
                .withRecheck(Duration.ofSeconds(5))
                .withClocks(() -> Instant.ofEpochMilli(world.clock().timeMillis()), world::nanos);
    }

    private static Journal journal(SimulatedWorld world, Disk disk, String kind) throws IOException {
        int maxEntry = Math.max(Relay.MAX_ENTRY_SIZE_BYTES, 8192);
        int group = (2 * maxEntry + 4095) / 4096 * 4096;
        return Journal.open(disk, new JournalConfig(kind, 4 * group, maxEntry, group, world.random), 0);
    }
}
