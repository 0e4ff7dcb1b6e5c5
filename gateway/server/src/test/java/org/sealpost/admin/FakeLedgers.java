package org.sealpost.admin;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.FinalHead;
import org.sealpost.anchor.HeadFile;
import org.sealpost.anchor.LodgedHead;
import org.sealpost.anchor.PublicationRelay;
import org.sealpost.control.ControlLog;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.ClockReading;
import org.sealpost.stage.BrokenPromises;

/// Ledgers whose states a test sets one by one, and a real journal of what is ordered about them.
final class FakeLedgers implements LedgerPages.Ledgers {
    private static final Hash HASH = Merkle.leafHash(new byte[] {7});

    final FaultyDisk disk = new FaultyDisk();
    final AtomicReference<Optional<String>> trial = new AtomicReference<>(Optional.empty());
    final ControlLog control;
    final AnchorageOrders orders;

    /// Whether the lines for trust files were asked for, each time.
    final List<Boolean> asked = new CopyOnWriteArrayList<>();

    /// The newest head file; whoever asks from more than it covers gets none.
    volatile Optional<HeadFile> head = Optional.empty();

    volatile List<LedgerState> states = List.of(
            new LedgerState(
                    "consortium",
                    Optional.of(new AnchorIdentity.Evm(1337, HASH, new byte[20], HASH)),
                    true,
                    true,
                    Optional.of("chain evm 1337 genesis <00> and so on"),
                    LongStream.range(0, LedgerState.MAX_HEADS)
                            .mapToObj(FakeLedgers::head)
                            .toList(),
                    233,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("anchorage.consortium.peers has <peer> more than once")),
            unreached(
                    new Anchored.Trouble(
                            "node http://127.0.0.1:8545: eth_chainId: it refuses connections",
                            "look whether the node runs and is reachable; it is asked again by itself",
                            FakeBox.NOW.minusSeconds(90)),
                    Optional.of(new PublishingState(
                            3,
                            Optional.of(Duration.ofMinutes(61)),
                            Optional.of(FakeBox.NOW.minusSeconds(300)),
                            Optional.of(16L),
                            List.of(new PublicationRelay.SetAside(
                                    17, 400, 100, "refused <for> good", FakeBox.NOW.minusSeconds(60))),
                            Optional.empty()))),
            new LedgerState(
                    "local",
                    Optional.of(new AnchorIdentity.Local(HASH)),
                    false,
                    false,
                    Optional.empty(),
                    List.of(head(0)),
                    1,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()));

    volatile List<EarlierHeads> earlier = List.of();

    FakeLedgers() throws IOException {
        var journal = new JournalConfig(ControlLog.KIND, 1 << 16, 1024, 1 << 12);
        control = ControlLog.open(Journal.open(disk, journal, 0), FakeLedgers::clock, new BrokenPromises() {
            @Override
            public boolean include(Throwable thrown) {
                return false;
            }

            @Override
            public void end(String stage, Throwable thrown) {
                throw new AssertionError(stage, thrown);
            }
        });
        orders = new AnchorageOrders(
                Set.of("consortium", "evm", "local"),
                control,
                trial::get,
                (name, number) -> name.equals("evm") && number == 17);
    }

    /// The chain that was never reached.
    static LedgerState unreached(Anchored.Trouble trouble, Optional<PublishingState> publishing) {
        return new LedgerState(
                "evm",
                Optional.empty(),
                true,
                false,
                Optional.empty(),
                List.of(),
                1_204_333,
                Optional.of(trouble),
                publishing,
                Optional.empty());
    }

    private static ClockReading clock() {
        return new ClockReading(
                FakeBox.NOW.toEpochMilli(),
                ClockReading.State.UNTRUSTED,
                ClockReading.Source.NONE,
                OptionalLong.empty(),
                new byte[16],
                0);
    }

    /// One in ten minutes; somebody else brought the third.
    static LodgedHead head(long before) {
        var since = FakeBox.NOW.minusSeconds(90 + 600 * before);
        return new LodgedHead(
                new FinalHead(1_204_100 - 100 * before, HASH, new Place(70_000 - 40 * before, HASH), since),
                before == 2 ? Optional.empty() : Optional.of(Duration.ofSeconds(12)));
    }

    Optional<byte[]> head(OptionalLong from) {
        return head.filter(file -> from.orElse(0) < file.head().size()).map(HeadFile::toBytes);
    }

    @Override
    public List<LedgerState> states(boolean named) {
        asked.add(named);
        return states;
    }
}
