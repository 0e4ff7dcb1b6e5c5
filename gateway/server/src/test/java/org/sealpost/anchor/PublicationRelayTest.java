package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.journal.JournalFull;
import org.sealpost.journal.LostLeaf;
import org.sealpost.lodging.Publication.Kind;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.Body;
import org.sealpost.record.CborReader;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Origin;
import org.sealpost.record.References;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;
import org.sealpost.seal.Leaves;

/// A relay of publications over a log, a journal and a folder, and the model of a ledger.
class PublicationRelayTest {
    private static final Origin ORIGIN = new Origin("relay/test");
    private static final SoftwareKey KEY = SoftwareKey.p256ForTests(4);
    private static final JournalConfig ENTRIES = new JournalConfig("entries", 1 << 18, 16 << 10, 1 << 16);
    private static final JournalConfig PUBLISHED =
            new JournalConfig("published-test", 1 << 19, PublicationRelay.MAX_ENTRY_SIZE_BYTES, 1 << 17);
    private static final JournalConfig FINISHED =
            new JournalConfig("finished-test", 1 << 19, FinishedPublications.MAX_ENTRY_SIZE_BYTES, 1 << 17);

    @TempDir
    Path data;

    private final ModelPublications ledger = new ModelPublications(2);
    private FaultyDisk disk = new FaultyDisk();
    private FaultyDisk finishedDisk = new FaultyDisk();
    private long begin = PublicationConfig.BEHIND_THE_LOG;
    private boolean thins;
    private final FaultyDisk log = new FaultyDisk();
    private final Set<Long> hidden = new HashSet<>();
    private final List<KeyPair> recipients = new ArrayList<>();
    private List<PublicationConfig.Published> profiles =
            List.of(new PublicationConfig.Published("crane.lift", Kind.COMMITMENTS, Duration.ofMinutes(1)));
    private Journal entries;
    private Optional<Leaves> leaves = Optional.empty();
    private Journal published;
    private Journal finished;
    private PublicationRelay relay;
    private long nanos;
    private PublicationOrders orders = PublicationOrders.NONE;
    private Supplier<Optional<Withheld>> withheld = Optional::empty;

    @BeforeEach
    void open() throws Exception {
        entries = Journal.open(log, ENTRIES, 0);
        grow("other", 3);
        start();
    }

    @AfterEach
    void close() throws IOException {
        published.close();
        finished.close();
        entries.close();
    }

    private void start() throws IOException {
        published = Journal.open(disk, PUBLISHED, 0);
        finished = Journal.open(finishedDisk, FINISHED, 0);
        var config = new PublicationConfig(
                        "test",
                        profiles,
                        600,
                        4,
                        Duration.ofSeconds(1),
                        3,
                        InstantSource.system(),
                        () -> nanos,
                        () -> orders)
                .beginningWith(begin);
        var source = new PublicationRelay.Log(
                ORIGIN,
                KEY.spki(),
                0,
                entries,
                leaves.orElseGet(() -> Leaves.of(entries)),
                entries::size,
                hidden::contains);
        relay = PublicationRelay.open(
                thins ? config.withThinning(40) : config,
                source,
                new PublicationSigner(KEY, Duration.ofSeconds(1), () -> withheld.get()),
                published,
                Optional.of(FinishedPublications.open(finished)),
                folder(),
                ledger,
                recipients.stream().map(pair -> (ECPublicKey) pair.getPublic()).toList());
    }

    /// Another process, which finds what is on the disk.
    private void restart() throws IOException {
        published.close();
        finished.close();
        disk.kill();
        finishedDisk.kill();
        start();
    }

    private Path folder() {
        return data.resolve("publishing-test");
    }

    private void grow(String profile, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            var body = body(profile + " " + entries.size() + "." + i);
            entries.append(new HeaderLeaf(profile, 1, SourceKind.HTTP, body.commitment()).encode(), body.encode());
        }
        entries.force();
    }

    private static Body body(String said) {
        var salts = new byte[4][];
        for (int i = 0; i < 4; i++) {
            salts[i] =
                    Merkle.leafHash((said + i).getBytes(StandardCharsets.UTF_8)).toBytes();
        }
        var clock = new ClockReading(
                1_790_000_000_123L,
                ClockReading.State.UNTRUSTED,
                ClockReading.Source.NONE,
                OptionalLong.empty(),
                new byte[16],
                1);
        return Body.of(
                new Source("crane-7", Optional.empty(), "/v1/records"),
                clock,
                new Content("text/plain", said.getBytes(StandardCharsets.UTF_8)),
                References.NONE,
                salts);
    }

    private void steps(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            relay.step();
            if (i % 4 == 3) ledger.mine();
            nanos += Duration.ofMillis(300).toNanos();
        }
    }

    private List<String> held() {
        return ledger.held().values().stream()
                .map(ModelPublications.Held::publication)
                .map(each -> each.kind() + " " + each.first() + "+" + each.count())
                .toList();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void runsOfConsecutiveRecordsOfAProfileArePublished() throws Exception {
        grow("crane.lift", 2);
        grow("other", 1);
        grow("crane.lift", 130);
        grow("other", 1);
        steps(40);
        assertEquals(List.of("COMMITMENTS 3+2", "COMMITMENTS 6+100", "COMMITMENTS 106+30"), held());
        var first = ledger.held().get(1L).publication();
        for (int i = 0; i < 2; i++) {
            var leaf = (HeaderLeaf)
                    org.sealpost.record.Leaf.parse(entries.read(3 + i).leaf());
            assertArrayEquals(leaf.commitment().toBytes(), Arrays.copyOfRange(first.content(), 32 * i, 32 * (i + 1)));
        }
        assertEquals(List.of(), files());
        assertEquals(0, relay.waiting());
        assertEquals(Optional.empty(), relay.trouble());
    }

    @Test
    void aRunIsAsLongAsTheLedgerTakesCommitments() throws Exception {
        ledger.takeAtMost(2);
        grow("crane.lift", 5);
        grow("other", 1);
        steps(40);
        assertEquals(List.of("COMMITMENTS 3+2", "COMMITMENTS 5+2", "COMMITMENTS 7+1"), held());
    }

    @Test
    void whatCannotBePreparedIsToldAndHoldsBackNothing() throws Exception {
        ledger.setBack(Set.of(1L));
        grow("crane.lift", 200);
        steps(8);
        assertEquals(List.of("COMMITMENTS 103+100"), held());
        assertEquals("cannot be endorsed", relay.trouble().orElseThrow().cause());
        ledger.setBack(Set.of());
        steps(60);
        assertEquals(List.of("COMMITMENTS 3+100", "COMMITMENTS 103+100"), held());
        assertEquals(Optional.empty(), relay.trouble());
    }

    /// A run that could grow waits for more, and nothing from before it was ordered is published.
    @Test
    void aRunWaitsForMore() throws Exception {
        grow("crane.lift", 2);
        steps(10);
        assertEquals(List.of(), held());
        assertEquals(1, relay.waiting());
        grow("crane.lift", 1);
        steps(10);
        nanos += Duration.ofMinutes(1).toNanos();
        steps(20);
        assertEquals(List.of("COMMITMENTS 3+3"), held());
    }

    @Test
    void aNewProfileBeginsWhereTheLogEnds() throws Exception {
        grow("crane.lift", 1);
        grow("other", 1);
        steps(20);
        profiles = List.of(
                new PublicationConfig.Published("crane.lift", Kind.COMMITMENTS, Duration.ZERO),
                new PublicationConfig.Published("other", Kind.COMMITMENTS, Duration.ZERO));
        restart();
        grow("other", 2);
        steps(20);
        assertEquals(List.of("COMMITMENTS 3+1", "COMMITMENTS 5+2"), held());
    }

    /// What a log took over from another origin nobody else publishes. What is set later begins where it ends.
    @Test
    void whereNothingWasPublishedItMayBeginWithWhatIsThere() throws Exception {
        published.close();
        finished.close();
        disk = new FaultyDisk();
        finishedDisk = new FaultyDisk();
        begin = 2;
        profiles = List.of(new PublicationConfig.Published("other", Kind.COMMITMENTS, Duration.ZERO));
        start();
        grow("crane.lift", 1);
        restart();
        assertEquals(
                Map.of("other", 2L),
                PublicationRelay.standing(published, finished).unmade());
        steps(20);
        assertEquals(List.of("COMMITMENTS 2+1"), held());
        assertEquals(
                Map.of("other", 3L),
                PublicationRelay.standing(published, finished).unmade());

        profiles = List.of(
                new PublicationConfig.Published("crane.lift", Kind.COMMITMENTS, Duration.ZERO),
                new PublicationConfig.Published("other", Kind.COMMITMENTS, Duration.ZERO));
        restart();
        grow("crane.lift", 1);
        steps(20);
        assertEquals(List.of("COMMITMENTS 2+1", "COMMITMENTS 4+1"), held());
    }

    /// Between every two steps the process ends; what was never finished is deleted.
    @Test
    void aProcessThatEndsCostsNothing() throws Exception {
        grow("crane.lift", 1);
        grow("other", 1);
        grow("crane.lift", 1);
        grow("other", 1);
        for (int i = 0; i < 40; i++) {
            steps(1);
            if (i % 5 == 2) ledger.mine();
            Files.writeString(folder().resolve("0000000000000000099.request"), "nobody's");
            Files.writeString(folder().resolve("0000000000000000001.request.tmp"), "never finished");
            restart();
            assertFalse(files().contains("0000000000000000099.request"));
            assertFalse(files().contains("0000000000000000001.request.tmp"));
        }
        assertEquals(List.of("COMMITMENTS 3+1", "COMMITMENTS 5+1"), held());
        assertEquals(1, ledger.offeredFor(1));
        assertEquals(1, ledger.offeredFor(2));
        assertEquals(List.of(), files());
    }

    /// Two threads are one too many: the second one signs what the first one has signed meanwhile.
    /// The fold refuses that, and what it refuses is in no journal.
    @Test
    void whatDoesNotFollowIsToldAndNotWritten() throws Exception {
        grow("crane.lift", 1);
        grow("other", 1);
        ledger.whilePreparing(() -> {
            try {
                relay.step();
            } catch (IOException | AnchorageSetback e) {
                throw new AssertionError(e);
            }
        });
        var refused = assertThrows(EntryRefused.class, () -> steps(10));
        var told = relay.trouble().orElseThrow();
        assertEquals(refused.getMessage(), told.cause());
        assertTrue(told.cause().contains("publications test"), told.cause());
        assertTrue(told.cause().contains("Prepared, does not follow"), told.cause());
        assertTrue(told.urgent());
        long size = published.size();
        restart();
        assertEquals(size, published.size());
        steps(40);
        assertEquals(List.of("COMMITMENTS 3+1"), held());
        assertEquals(Optional.empty(), relay.trouble());
    }

    @Test
    void aFaultThatWasToldIsOverOnceItGoesOn() throws Exception {
        grow("crane.lift", 1);
        grow("other", 1);
        ledger.whilePreparing(() -> {
            try {
                relay.step();
            } catch (IOException | AnchorageSetback e) {
                throw new AssertionError(e);
            }
        });
        assertThrows(EntryRefused.class, () -> steps(10));
        steps(40);
        assertEquals(Optional.empty(), relay.trouble());
        assertEquals(List.of("COMMITMENTS 3+1"), held());
        assertEquals(1, ledger.offeredFor(1));
    }

    /// More profiles than an entry may have: nobody who reads the journal would take it.
    @Test
    void anEntryThatNobodyCouldReadIsNotWritten() throws Exception {
        var before = profiles;
        var many = new ArrayList<PublicationConfig.Published>();
        for (int i = 0; i <= PublicationEntry.MAX_PROFILES; i++) {
            many.add(new PublicationConfig.Published("profile-" + i, Kind.COMMITMENTS, Duration.ZERO));
        }
        profiles = many;
        restart();
        assertTrue(relay.trouble().orElseThrow().urgent());
        assertThrows(EntryRefused.class, () -> steps(1));
        profiles = before;
        restart();
        grow("crane.lift", 1);
        grow("other", 1);
        steps(40);
        assertEquals(List.of("COMMITMENTS 3+1"), held());
        assertEquals(Optional.empty(), relay.trouble());
    }

    /// Harmless: number and digest are the same.
    @Test
    void aRequestThatIsGoneOrAlteredIsSignedAnew() throws Exception {
        grow("crane.lift", 1);
        grow("other", 1);
        for (int i = 0; i < 20 && files().isEmpty(); i++) relay.step();
        Files.writeString(folder().resolve(files().getFirst()), "altered");
        restart();
        steps(30);
        assertEquals(List.of("COMMITMENTS 3+1"), held());
        assertEquals(List.of(), files());
    }

    @Test
    void aJournalThatWasLostTakesNoNumberTwice() throws Exception {
        grow("crane.lift", 1);
        grow("other", 1);
        steps(20);
        assertEquals(List.of("COMMITMENTS 3+1"), held());
        loseJournals();
        assertEquals(Optional.empty(), fold().reached());
        assertEquals(Optional.empty(), relay.identity());
        grow("crane.lift", 1);
        grow("other", 1);
        steps(20);
        assertEquals(Set.of(1L, 2L), ledger.held().keySet());
        assertEquals(List.of("COMMITMENTS 3+1", "COMMITMENTS 5+1"), held(), "nothing from before is published again");
        assertEquals(Optional.empty(), relay.trouble());
    }

    /// Nobody knows of it any more, and what comes next gets its number: that is told, and what is to be done then
    /// helps.
    @Test
    void whatWasOutWhenTheJournalWasLostIsTold() throws Exception {
        grow("crane.lift", 1);
        grow("other", 1);
        for (int i = 0; i < 20 && ledger.offeredFor(1) == 0; i++) relay.step();
        loseJournals();
        assertEquals(List.of(), files());
        grow("crane.lift", 1);
        grow("other", 1);
        for (int i = 0; i < 20 && !relay.isOpen(1); i++) relay.step();
        for (int i = 0; i < 3; i++) ledger.mine();
        nanos += Duration.ofMinutes(1).toNanos();
        assertThrows(AnchorageSetback.class, () -> steps(20));
        var trouble = relay.trouble().orElseThrow();
        assertTrue(trouble.urgent());
        assertTrue(trouble.cause().contains("holds something else under number 1 "), trouble.cause());
        assertTrue(trouble.remedy().contains("anchor resubmit test"), trouble.remedy());
        ledger.beAway(true);
        nanos += Duration.ofMinutes(1).toNanos();
        assertThrows(AnchorageSetback.class, relay::step);
        assertEquals(trouble.cause(), relay.trouble().orElseThrow().cause(), "whoever is away takes nothing back");
        ledger.beAway(false);
        loseJournals();
        grow("crane.lift", 1);
        grow("other", 1);
        steps(30);
        assertEquals(List.of("COMMITMENTS 3+1", "COMMITMENTS 7+1"), held());
        assertEquals(Optional.empty(), relay.trouble());
    }

    /// Their folders are gone, with what says how far it had come.
    private void loseJournals() throws IOException {
        published.close();
        finished.close();
        disk = new FaultyDisk();
        finishedDisk = new FaultyDisk();
        start();
    }

    /// The page says why a number waits, and others do not.
    @Test
    void oneNodesWordIsToldAndStopsNothing() throws Exception {
        ledger.lieAbout(1, false);
        grow("crane.lift", 1);
        grow("other", 1);
        grow("crane.lift", 1);
        grow("other", 1);
        steps(40);
        assertEquals(List.of("COMMITMENTS 5+1"), held());
        var trouble = relay.trouble().orElseThrow();
        assertEquals("no other node says so", trouble.cause());
        assertFalse(trouble.urgent());
        ledger.tellTheTruth();
        steps(40);
        assertEquals(List.of("COMMITMENTS 3+1", "COMMITMENTS 5+1"), held());
        assertEquals(Optional.empty(), relay.trouble());
    }

    // --- while nothing may be signed

    private static final Withheld CONTRADICTED = new Withheld("a ledger contradicts", "look for the other box", true);
    private static final Withheld NOT_BEGUN = new Withheld("nobody was asked yet", "none", false);

    private List<PublicationEntry> written() throws Exception {
        var written = new ArrayList<PublicationEntry>();
        for (long i = 0; i < published.size(); i++) {
            written.add(PublicationEntry.read(published.read(i).leaf()));
        }
        return written;
    }

    @Test
    void whatMayNotBeSignedGetsNoNumber() throws Exception {
        withheld = () -> Optional.of(CONTRADICTED);
        grow("crane.lift", 1);
        grow("other", 1);
        steps(20);
        assertEquals(2, written().size(), "opened, publishes");
        assertEquals(1, relay.waiting());
        var told = relay.trouble().orElseThrow();
        assertEquals("a ledger contradicts; look for the other box", told.cause() + "; " + told.remedy());
        assertTrue(told.urgent());
        ledger.beAway(true);
        steps(4);
        assertEquals(told, relay.trouble().orElseThrow());
        ledger.beAway(false);
        restart();
        steps(4);
        assertEquals(List.of(), held());
        withheld = Optional::empty;
        steps(20);
        assertEquals(List.of("COMMITMENTS 3+1"), held());
        assertEquals(Optional.empty(), relay.trouble());
    }

    /// It may have been signed before a ledger contradicted, and is out: what becomes of it is recorded.
    @Test
    void whatIsUnderWayIsAskedForAndNotSentWhileNothingMayBeSigned() throws Exception {
        grow("crane.lift", 1);
        grow("other", 1);
        for (int i = 0; i < 20 && ledger.offeredFor(1) == 0; i++) relay.step();
        withheld = () -> Optional.of(CONTRADICTED);
        steps(20);
        assertEquals(List.of("COMMITMENTS 3+1"), held());
        assertEquals(0, relay.waiting());
        assertEquals("a ledger contradicts", relay.trouble().orElseThrow().cause());

        withheld = Optional::empty;
        grow("crane.lift", 1);
        grow("other", 1);
        untilSignedAndLost();
        long offered = ledger.offeredFor(2);
        withheld = () -> Optional.of(CONTRADICTED);
        ledger.replaceAfter(Duration.ofSeconds(1));
        restart();
        steps(40);
        assertEquals(offered, ledger.offeredFor(2));
        assertEquals(1, held().size());
        withheld = Optional::empty;
        steps(20);
        assertEquals(List.of("COMMITMENTS 3+1", "COMMITMENTS 5+1"), held());
    }

    /// Else nothing of the log could be given up meanwhile.
    @Test
    void theLogIsLookedAtThoughNothingMayBeSigned() throws Exception {
        publishPayloads(Kind.PAYLOADS);
        withheld = () -> Optional.of(NOT_BEGUN);
        grow("other", 5000);
        grow("crane.lift", 1);
        steps(8);
        assertEquals(5003, relay.neededFrom());
        assertEquals(1, relay.waiting());
    }

    @Test
    void whatIsToBeErasedIsGivenUpThoughNothingMayBeSigned() throws Exception {
        publishPayloads(Kind.PAYLOADS);
        grow("crane.lift", 1);
        untilSignedAndLost();
        withheld = () -> Optional.of(CONTRADICTED);
        hidden.add(3L);
        assertFalse(relay.isClear(3, 4));
        steps(8);
        assertTrue(relay.isClear(3, 4));
        assertEquals(List.of(), files());
        assertEquals(List.of(), held(), "that the number is nobody's is signed, too");
        withheld = Optional::empty;
        steps(40);
        assertEquals(List.of("GIVEN_UP 0+0"), held());
    }

    /// A log that nobody can read holds up neither what is to be erased nor what landed.
    @Test
    void whatIsToBeErasedIsGivenUpThoughTheLogCannotBeRead() throws Exception {
        var stored = Leaves.of(entries);
        var readable = new AtomicInteger(Integer.MAX_VALUE);
        leaves = Optional.of(new Leaves() {
            @Override
            public long size() {
                return stored.size();
            }

            @Override
            public byte[] leaf(long index) throws IOException {
                return stored.leaf(index);
            }

            @Override
            public void scanBytes(long from, int max, Journal.LeafBytes visitor) throws IOException {
                if (from >= readable.get()) throw new IOException("no bundle holds entry " + from);
                stored.scanBytes(from, (int) Math.min(max, readable.get() - from), visitor);
            }
        });
        publishPayloads(Kind.PAYLOADS);
        grow("crane.lift", 1);
        untilSignedAndLost();
        withheld = () -> Optional.of(NOT_BEGUN);
        hidden.add(3L);
        readable.set((int) entries.size());
        grow("crane.lift", 1);
        for (int i = 0; i < 8; i++) {
            assertThrows(IOException.class, relay::step);
            ledger.mine();
            nanos += Duration.ofMillis(300).toNanos();
        }
        assertTrue(relay.isClear(3, 4));
        assertEquals(List.of(), files());
        var told = relay.trouble().orElseThrow();
        assertTrue(told.cause().contains("no bundle holds entry 4"), told.cause());
        assertTrue(told.urgent());

        withheld = Optional::empty;
        for (int i = 0; i < 20 && relay.lastFinal().isEmpty(); i++) {
            assertThrows(IOException.class, relay::step);
            ledger.mine();
            nanos += Duration.ofMillis(300).toNanos();
        }
        assertEquals(Optional.of(1L), relay.lastFinal(), "what is out is sent, and recorded, all the same");
        readable.set(Integer.MAX_VALUE);
        grow("other", 1);
        steps(40);
        assertEquals(List.of("GIVEN_UP 0+0", "PAYLOADS 4+1"), held());
        assertEquals(Optional.empty(), relay.trouble());
    }

    /// A ledger contradicts while a move is under way.
    @Test
    void whatMayNotBeSignedAmidstAMoveIsNotSigned() throws Exception {
        grow("crane.lift", 1);
        grow("other", 1);
        var asked = new AtomicInteger();
        withheld = () -> asked.getAndIncrement() == 0 ? Optional.empty() : Optional.of(CONTRADICTED);
        for (int i = 0; i < 3 && asked.get() < 2; i++) {
            asked.set(0);
            try {
                relay.step();
            } catch (AnchorageSetback e) {
                assertEquals("a ledger contradicts", e.getMessage());
            }
        }
        assertTrue(asked.get() > 1);
        steps(20);
        assertEquals(List.of(), files());
        assertEquals(0, ledger.offeredFor(1));
        assertTrue(relay.trouble().orElseThrow().urgent());
    }

    /// Of two causes the one that somebody should look at is told.
    @Test
    void whatIsToPassByItselfHidesNothingThatDoesNot() throws Exception {
        grow("crane.lift", 1);
        grow("other", 1);
        for (int i = 0; i < 20 && ledger.offeredFor(1) == 0; i++) relay.step();
        withheld = () -> Optional.of(NOT_BEGUN);
        ledger.beAway(true);
        nanos += Duration.ofSeconds(2).toNanos();
        assertThrows(AnchorageSetback.class, relay::step);
        assertEquals("nobody was asked yet", relay.trouble().orElseThrow().cause());
        assertFalse(relay.trouble().orElseThrow().urgent());
        ledger.beAway(false);
        ledger.becomeAnother();
        nanos += Duration.ofSeconds(2).toNanos();
        assertThrows(AnchorageSetback.class, relay::step);
        assertTrue(relay.trouble().orElseThrow().cause().contains("is another ledger for publications now"));
        withheld = () -> Optional.of(CONTRADICTED);
        nanos += Duration.ofSeconds(2).toNanos();
        assertThrows(AnchorageSetback.class, relay::step);
        assertEquals("a ledger contradicts", relay.trouble().orElseThrow().cause());
    }

    /// Whoever orders to send again knows of both.
    @Test
    void whatIsMissingIsToldBesideWhyNothingMayBeSigned() throws Exception {
        ledger.loseNothing();
        restart();
        grow("crane.lift", 1);
        grow("other", 1);
        steps(40);
        for (var why : List.of(CONTRADICTED, NOT_BEGUN)) {
            long number = ledger.held().keySet().iterator().next();
            ledger.rollBackBelow(number);
            withheld = () -> Optional.of(why);
            for (int i = 0; i < 2; i++) missesForAMinute();
            var told = relay.trouble().orElseThrow();
            assertTrue(told.cause().contains(why.cause()), told.cause());
            assertTrue(told.cause().contains("final there: number " + number + ":"), told.cause());
            assertTrue(told.remedy().contains(why.remedy()), told.remedy());
            assertTrue(told.remedy().contains("anchor resubmit test has what is missing"), told.remedy());
            assertTrue(told.urgent());

            orders = new PublicationOrders(new RelayOrders(false, number), Map.of());
            for (int i = 0; i < 2; i++) missesForAMinute();
            assertEquals(Set.of(), ledger.held().keySet());
            withheld = Optional::empty;
            nanos += Duration.ofMinutes(1).toNanos();
            steps(40);
            assertEquals(Set.of(number + 1), ledger.held().keySet());
            assertEquals(Optional.empty(), relay.trouble());
        }
    }

    private void missesForAMinute() {
        nanos += Duration.ofMinutes(1).toNanos();
        assertThrows(AnchorageSetback.class, relay::step);
    }

    /// What is to pass by itself hides no red one either where the move itself went well.
    @Test
    void whatWasSetAsideIsToldBesideWhatIsToPassByItself() throws Exception {
        grow("crane.lift", 1);
        grow("other", 1);
        ledger.refuseNext();
        steps(20);
        assertEquals(1, relay.setAside().size());
        withheld = () -> Optional.of(NOT_BEGUN);
        steps(4);
        var both = relay.trouble().orElseThrow();
        assertEquals("publication 1 was set aside: refused; besides, nobody was asked yet", both.cause());
        assertTrue(both.remedy().contains("take-up test 1"), both.remedy());
        assertTrue(both.remedy().endsWith("; of the other: none"), both.remedy());
        assertTrue(both.urgent());
        withheld = () -> Optional.of(CONTRADICTED);
        steps(4);
        assertEquals("a ledger contradicts", relay.trouble().orElseThrow().cause());
    }

    @Test
    void aJournalOfAnotherRelayIsRefused() throws Exception {
        steps(3);
        published.close();
        disk.kill();
        published = Journal.open(disk, PUBLISHED, 0);
        published.append(new byte[] {1}, new byte[0]);
        published.force();
        published.close();
        disk.kill();
        finished.close();
        assertTrue(assertThrows(IOException.class, this::start).getMessage().contains("journal of publications"));
    }

    /// What is signed is sent at once; lost on its way, it is not there before it is given up.
    private void untilSignedAndLost() throws Exception {
        ledger.loseNext(false);
        for (int i = 0; i < 20 && files().isEmpty(); i++) relay.step();
    }

    /// A setback comes between number and request.
    private void untilMade() throws Exception {
        ledger.refuseToPrepareAfter(0);
        for (int i = 0; i < 20 && !relay.isOpen(1); i++) {
            try {
                relay.step();
            } catch (AnchorageSetback expected) {
                assertEquals("prepares none", expected.getMessage());
            }
        }
        ledger.refuseToPrepareAfter(Integer.MAX_VALUE);
        assertTrue(relay.isOpen(1));
    }

    private void publishPayloads(Kind kind) throws IOException {
        profiles = List.of(new PublicationConfig.Published("crane.lift", kind, Duration.ZERO));
        restart();
    }

    @Test
    void payloadsAreTheBytesOfTheSlot() throws Exception {
        publishPayloads(Kind.PAYLOADS);
        grow("crane.lift", 2);
        steps(20);
        assertEquals(List.of("PAYLOADS 3+2"), held());
        var in = new CborReader(ledger.held().get(1L).publication().content());
        assertEquals(2, in.array(100));
        for (int i = 0; i < 2; i++) {
            var said = new String(Content.parse(in.bytes(1000)).payload(), StandardCharsets.UTF_8);
            assertEquals("crane.lift 3." + i, said);
        }
        in.end();
    }

    /// A record that was ordered to be erased goes from what is under way before anybody is told that it is gone.
    @Test
    void anErasedRecordIsTakenOutOfWhatIsUnderWay() throws Exception {
        publishPayloads(Kind.PAYLOADS);
        grow("crane.lift", 3);
        untilSignedAndLost();
        hidden.add(4L);
        assertFalse(relay.isClear(4, 5));
        assertTrue(relay.isClear(0, 3));
        steps(2);
        assertEquals(List.of(), files());
        assertTrue(relay.isClear(4, 5));
        steps(60);
        assertEquals(List.of("GIVEN_UP 0+0", "PAYLOADS 3+1", "PAYLOADS 5+1"), held());
        restart();
        steps(10);
        assertEquals(3, held().size(), "nothing is owed");
    }

    /// What came first is waited for, and is not to be taken back.
    @Test
    void whatIsThereAlreadyIsWaitedFor() throws Exception {
        publishPayloads(Kind.PAYLOADS);
        grow("crane.lift", 3);
        for (int i = 0; i < 20 && ledger.held().isEmpty(); i++) steps(1);
        hidden.add(4L);
        assertFalse(relay.isClear(4, 5));
        steps(30);
        assertTrue(relay.isClear(4, 5));
        assertEquals(List.of("PAYLOADS 3+3"), held());
    }

    @Test
    void aRecordErasedBeforeItsTurnIsNotPublished() throws Exception {
        publishPayloads(Kind.PAYLOADS);
        hidden.add(4L);
        grow("crane.lift", 3);
        steps(40);
        assertEquals(List.of("PAYLOADS 3+1", "PAYLOADS 5+1"), held());
    }

    @Test
    void whatIsOwedIsNeeded() throws Exception {
        assertEquals(Long.MAX_VALUE, relay.neededFrom(), "commitments need no payload");
        publishPayloads(Kind.PAYLOADS);
        grow("crane.lift", 2);
        grow("other", 2);
        relay.step();
        relay.step();
        relay.step();
        assertEquals(3, relay.neededFrom());
        steps(40);
        assertEquals(7, relay.neededFrom());
    }

    /// Else nothing of the log could be given up as long as the ledger is away.
    @Test
    void theLogIsLookedAtWhileTheLedgerIsAway() throws Exception {
        publishPayloads(Kind.PAYLOADS);
        grow("crane.lift", 2);
        steps(40);
        ledger.beAway(true);
        nanos += Duration.ofMinutes(1).toNanos();
        for (int i = 1; i <= 3; i++) {
            grow("other", 2);
            assertThrows(AnchorageSetback.class, relay::step);
            assertEquals(5 + 2 * i, relay.neededFrom());
        }
    }

    @Test
    void whatDoesNotFitIsPublishedInPieces() throws Exception {
        publishPayloads(Kind.PAYLOADS);
        for (int i = 0; i < 3; i++) growBy("x".repeat(4000));
        steps(40);
        assertEquals(List.of("PAYLOADS 3+2", "PAYLOADS 5+1"), held());
    }

    @Test
    void encryptedPayloadsAreForTheirRecipients() throws Exception {
        var pairs = KeyPairGenerator.getInstance("EC");
        pairs.initialize(new ECGenParameterSpec("secp256r1"));
        for (int i = 0; i < 2; i++) recipients.add(pairs.generateKeyPair());
        publishPayloads(Kind.ENCRYPTED_PAYLOADS);
        grow("crane.lift", 2);
        for (int i = 0; i < 10 && files().size() < 2; i++) {
            relay.step();
            restart();
        }
        steps(40);
        assertEquals(List.of("ENCRYPTED_PAYLOADS 3+2"), held());
        assertEquals(List.of(), files());
        byte[] content = ledger.held().get(1L).publication().content();
        for (var recipient : recipients) {
            var in = new CborReader(EncryptedContent.open(content, (ECPrivateKey) recipient.getPrivate())
                    .orElseThrow());
            assertEquals(2, in.array(100));
        }
        var stranger = (ECPrivateKey) pairs.generateKeyPair().getPrivate();
        assertEquals(Optional.empty(), EncryptedContent.open(content, stranger));
    }

    /// Ciphertext cannot be made again: its number is nobody's, and its records get another.
    @Test
    void encryptedContentThatIsGoneIsMadeUnderAnotherNumber() throws Exception {
        publishEncryptedPayloads();
        grow("crane.lift", 1);
        untilMade();
        Files.delete(folder().resolve("0000000000000000001.content"));
        steps(60);
        assertEquals(List.of("GIVEN_UP 0+0", "ENCRYPTED_PAYLOADS 3+1"), held());
    }

    /// Its ciphertext went when it was final, so it is made anew.
    @Test
    void encryptedPayloadsThatAChainLostArePublishedUnderOtherNumbers() throws Exception {
        publishEncryptedPayloads();
        grow("crane.lift", 1);
        steps(40);
        assertEquals(List.of("ENCRYPTED_PAYLOADS 3+1"), held());
        ledger.rollBackBelow(1);
        nanos += Duration.ofMinutes(1).toNanos();
        var missing = assertThrows(AnchorageSetback.class, relay::step);
        assertTrue(missing.getMessage().contains("what was final there: number 1: "), missing.getMessage());
        assertFalse(relay.trouble().orElseThrow().urgent(), "it may be another node for a moment");
        nanos += Duration.ofMinutes(1).toNanos();
        assertThrows(AnchorageSetback.class, relay::step);
        assertTrue(relay.trouble().orElseThrow().urgent());
        restart();
        for (int i = 0; i < 8; i++) ledger.mine();
        assertThrows(AnchorageSetback.class, relay::step);
        nanos += Duration.ofMinutes(5).toNanos();
        steps(40);
        assertEquals(List.of("ENCRYPTED_PAYLOADS 3+1"), held());
        assertEquals(Set.of(2L), ledger.held().keySet());
        assertEquals(Optional.empty(), relay.trouble());
        assertEquals(List.of(), files());
    }

    /// Nobody waits, at no start, for what can never come again.
    @Test
    void payloadsThatAreGoneAndThatAChainLostAreNotMissed() throws Exception {
        publishPayloads(Kind.PAYLOADS);
        grow("crane.lift", 1);
        for (int i = 0; i < 8; i++) grow("other", 200);
        grow("crane.lift", 1);
        steps(60);
        assertEquals(2, held().size());
        // Leaves of entries that are given up stay.
        try (var archive = Journal.open(new FaultyDisk(), ENTRIES, 0)) {
            entries.scan(0, Integer.MAX_VALUE, entry -> archive.append(entry.leaf(), new byte[0]));
            archive.force();
            leaves = Optional.of(Leaves.of(archive));
            entries.recycle(1000);
            assertTrue(entries.firstIndex() > 4);
            restart();
            orders = new PublicationOrders(RelayOrders.NONE, Map.of(2L, new PublicationOrders.Order(true, 1)));
            ledger.rollBackBelow(1);
            requireNothingMissed();
        }
    }

    private void requireNothingMissed() throws Exception {
        for (int i = 0; i < 2; i++) {
            nanos += Duration.ofMinutes(1).toNanos();
            relay.step();
            assertEquals(Optional.empty(), relay.trouble());
            restart();
        }
        relay.step();
        assertEquals(0, ledger.held().size());
    }

    private void publishEncryptedPayloads() throws Exception {
        var pairs = KeyPairGenerator.getInstance("EC");
        pairs.initialize(new ECGenParameterSpec("secp256r1"));
        recipients.add(pairs.generateKeyPair());
        publishPayloads(Kind.ENCRYPTED_PAYLOADS);
    }

    /// Its own word is that the records get another number; a person's word over the same number is for good.
    @Test
    void anOrderCountsWhileItIsGivenUpAnyway() throws Exception {
        publishEncryptedPayloads();
        grow("crane.lift", 1);
        untilMade();
        Files.delete(folder().resolve("0000000000000000001.content"));
        for (int i = 0; i < 20 && !relay.isClear(3, 4); i++) relay.step();
        orders = new PublicationOrders(RelayOrders.NONE, Map.of(1L, new PublicationOrders.Order(true, 3)));
        steps(60);
        assertEquals(List.of("GIVEN_UP 0+0"), held());
        assertEquals(entries.size(), relay.neededFrom());
    }

    @Test
    void aPayloadThatHasNoRoomIsSetAside() throws Exception {
        publishEncryptedPayloads();
        growBy("x".repeat(12_000));
        grow("crane.lift", 1);
        steps(60);
        assertEquals(List.of("ENCRYPTED_PAYLOADS 4+1"), held());
        assertEquals("too large", relay.setAside().getFirst().cause());
    }

    private void growBy(String said) throws IOException {
        var body = body(said);
        entries.append(new HeaderLeaf("crane.lift", 1, SourceKind.HTTP, body.commitment()).encode(), body.encode());
        entries.force();
    }

    @Test
    void contentThatCannotBeReadHoldsBackNothing() throws Exception {
        publishEncryptedPayloads();
        grow("crane.lift", 1);
        untilMade();
        var content = folder().resolve("0000000000000000001.content");
        Files.move(content, data.resolve("kept"));
        Files.createDirectory(content);
        grow("other", 1);
        grow("crane.lift", 1);
        steps(40);
        assertEquals(List.of("ENCRYPTED_PAYLOADS 5+1"), held());
        assertTrue(relay.trouble().orElseThrow().cause().contains("publication 1 cannot be read"));
        Files.delete(content);
        Files.move(data.resolve("kept"), content);
        steps(40);
        assertEquals(List.of("ENCRYPTED_PAYLOADS 3+1", "ENCRYPTED_PAYLOADS 5+1"), held());
        assertEquals(Optional.empty(), relay.trouble());
    }

    /// What no entry names is asked for by nobody, so it does not stay.
    @Test
    void contentGoesWhoseEntryHadNoRoom() throws Exception {
        publishEncryptedPayloads();
        grow("crane.lift", 1);
        steps(20);
        disk.capacity(1);
        for (int size : new int[] {30_000, 300, 1}) {
            assertThrows(JournalFull.class, () -> {
                for (int i = 0; i < 1000; i++) {
                    published.append(new byte[size], new byte[0]);
                    published.force();
                }
            });
        }
        grow("crane.lift", 1);
        assertThrows(JournalFull.class, () -> steps(10));
        assertEquals(1, files().size());
        hidden.add(4L);
        assertFalse(relay.isClear(4, 5));
        relay.step();
        assertEquals(List.of(), files());
        assertTrue(relay.isClear(4, 5));
    }

    /// Nothing waits for records that are published no more: neither retention nor another number.
    @Test
    void whatIsErasedOfARunIsOwedNoMore() throws Exception {
        publishPayloads(Kind.PAYLOADS);
        grow("crane.lift", 3);
        untilSignedAndLost();
        hidden.add(5L);
        steps(60);
        assertEquals(List.of("GIVEN_UP 0+0", "PAYLOADS 3+2"), held());
        assertEquals(6, relay.neededFrom());
        grow("crane.lift", 1);
        untilSignedAndLost();
        hidden.add(6L);
        steps(60);
        assertEquals(List.of("GIVEN_UP 0+0", "PAYLOADS 3+2", "GIVEN_UP 0+0"), held());
        assertEquals(7, relay.neededFrom());
        restart();
        steps(10);
        assertEquals(7, relay.neededFrom());
    }

    /// What was captured before is not published either once the profile is put back.
    @Test
    void payloadsOfAProfileThatIsTakenOutArePublishedNoMore() throws Exception {
        publishPayloads(Kind.PAYLOADS);
        grow("crane.lift", 2);
        untilSignedAndLost();
        var before = profiles;
        profiles = List.of(new PublicationConfig.Published("other", Kind.COMMITMENTS, Duration.ZERO));
        restart();
        steps(40);
        assertEquals(List.of("GIVEN_UP 0+0"), held());
        assertEquals(Long.MAX_VALUE, relay.neededFrom());
        assertTrue(relay.isClear(3, 5));
        profiles = before;
        restart();
        grow("crane.lift", 1);
        steps(40);
        assertEquals(List.of("GIVEN_UP 0+0", "PAYLOADS 5+1"), held());
    }

    // --- a log that is damaged

    /// Alters what the log's disk holds of these bytes.
    private void rot(byte[] wanted) throws IOException {
        for (var name : log.whereIs(wanted)) {
            byte[] bytes = log.contents(name);
            for (int at = 0; at + wanted.length <= bytes.length; at++) {
                if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) log.flipBit(name, at, 0);
            }
        }
    }

    private void rotPayload(String said) throws IOException {
        rot(said.getBytes(StandardCharsets.UTF_8));
    }

    private void rotLeaf(long index) throws IOException {
        rot(entries.read(index).leaf());
    }

    /// One with a number is given up, and those beside the lost one get another.
    @Test
    void aPayloadThatIsDamagedIsGone() throws Exception {
        publishPayloads(Kind.PAYLOADS);
        grow("crane.lift", 3);
        untilMade();
        entries.closeSegment();
        rotPayload("crane.lift 3.1");
        restart();
        steps(80);
        assertEquals(List.of("GIVEN_UP 0+0", "PAYLOADS 3+1", "PAYLOADS 5+1"), held());
        assertEquals(6, relay.neededFrom());
    }

    @Test
    void aPayloadThatWasDamagedBeforeItsTurnIsPassedOver() throws Exception {
        publishPayloads(Kind.PAYLOADS);
        grow("crane.lift", 3);
        entries.closeSegment();
        rotPayload("crane.lift 3.0");
        steps(40);
        assertEquals(List.of("PAYLOADS 4+2"), held());
    }

    @Test
    void aLeafThatIsDamagedIsPassedOver() throws Exception {
        grow("crane.lift", 3);
        grow("other", 1);
        entries.closeSegment();
        rotLeaf(4);
        steps(40);
        assertEquals(List.of("COMMITMENTS 3+1", "COMMITMENTS 5+1"), held());
        assertEquals(Optional.empty(), relay.trouble());
    }

    @Test
    void aCommitmentWhoseLeafIsDamagedIsGivenUp() throws Exception {
        grow("crane.lift", 3);
        grow("other", 1);
        untilMade();
        entries.closeSegment();
        rotLeaf(4);
        restart();
        steps(80);
        assertEquals(List.of("GIVEN_UP 0+0", "COMMITMENTS 3+1", "COMMITMENTS 5+1"), held());
    }

    /// As a salvage leaves it.
    @Test
    void aLeafThatIsLostIsPassedOver() throws Exception {
        grow("crane.lift", 1);
        LostLeaf.append(entries, new byte[32]);
        grow("crane.lift", 1);
        grow("other", 1);
        steps(40);
        assertEquals(List.of("COMMITMENTS 3+1", "COMMITMENTS 5+1"), held());
    }

    @Test
    void whatKeepsItWaitingIsShownWhileSomethingIsUnderWay() throws Exception {
        var since = InstantSource.system().instant();
        ledger.delayBy(new Trouble("nobody confirms it", "look at the nodes", since, false));
        relay.step();
        assertEquals(Optional.empty(), relay.trouble());
        grow("crane.lift", 1);
        grow("other", 1);
        for (int i = 0; i < 10; i++) relay.step();
        var now = relay.trouble().orElseThrow();
        assertEquals(new Trouble("nobody confirms it", "look at the nodes", since, false), now);
        // As where the clock was set: how long it lasts is no matter of that.
        var before = since.minus(Duration.ofMinutes(31));
        ledger.delayBy(new Trouble("nobody confirms it", "look at the nodes", before, false));
        assertFalse(relay.trouble().orElseThrow().urgent());
        nanos += Duration.ofMinutes(29).toNanos();
        relay.step();
        assertFalse(relay.trouble().orElseThrow().urgent());
        nanos += Duration.ofMinutes(1).toNanos();
        assertTrue(relay.trouble().orElseThrow().urgent());
        steps(20);
        assertEquals(List.of("COMMITMENTS 3+1"), held());
        assertEquals(Optional.empty(), relay.trouble());
    }

    @Test
    void whatNeverBecomesFinalIsShownWithWhoIsAsked() throws Exception {
        grow("crane.lift", 1);
        grow("other", 1);
        ledger.stopFinalising(true);
        steps(20);
        assertEquals(Optional.empty(), relay.trouble());
        nanos += Duration.ofMinutes(10).toNanos();
        var told = relay.trouble().orElseThrow();
        assertTrue(told.cause().startsWith("publication 1 is in block "), told.cause());
        assertTrue(told.cause().endsWith("; asked is node 1"), told.cause());
        assertFalse(told.urgent());
        nanos += Duration.ofMinutes(20).toNanos();
        assertTrue(relay.trouble().orElseThrow().urgent());
        ledger.stopFinalising(false);
        steps(8);
        assertEquals(Optional.empty(), relay.trouble());
    }

    @Test
    void whatWasSetAsideIsShownAndTakenUpByOrder() throws Exception {
        grow("crane.lift", 1);
        grow("other", 1);
        ledger.refuseNext();
        steps(20);
        var aside = relay.setAside();
        assertEquals(1, aside.size());
        assertEquals("refused", aside.getFirst().cause());
        assertTrue(relay.trouble().orElseThrow().remedy().contains("take-up test 1"));
        assertEquals(List.of(), files());
        orders = new PublicationOrders(RelayOrders.NONE, Map.of(1L, new PublicationOrders.Order(false, 3)));
        steps(20);
        assertEquals(List.of("COMMITMENTS 3+1"), held());
        assertEquals(Optional.empty(), relay.trouble());
    }

    /// One stays set aside for as long as nobody looks after it, and that is no reason to say nothing of the others.
    @Test
    void whatHangsIsShownBesideWhatWasSetAside() throws Exception {
        grow("crane.lift", 1);
        grow("other", 1);
        ledger.refuseNext();
        steps(20);
        assertEquals(1, relay.setAside().size());
        ledger.stopFinalising(true);
        grow("crane.lift", 1);
        grow("other", 1);
        steps(20);
        nanos += Duration.ofMinutes(10).toNanos();
        var both = relay.trouble().orElseThrow();
        assertTrue(both.cause().startsWith("publication 2 is in block "), both.cause());
        assertTrue(both.cause().endsWith("; besides, publication 1 was set aside: refused"), both.cause());
        assertTrue(both.remedy().contains("validators"), both.remedy());
        assertTrue(both.remedy().contains("take-up test 1"), both.remedy());
        assertTrue(both.urgent());
        assertFalse(both.since().isBefore(relay.setAside().getFirst().since()));
        ledger.delayBy(new Trouble("nobody confirms it", "look at the nodes", both.since(), false));
        assertTrue(relay.trouble().orElseThrow().cause().startsWith("nobody confirms it; besides, "));
        ledger.stopFinalising(false);
        steps(8);
        assertEquals(
                "publication 1 was set aside: refused",
                relay.trouble().orElseThrow().cause());
    }

    /// What was set aside before them is as it was, and is taken up.
    @Test
    void oldEntriesAreGivenUpAndNothingElse() throws Exception {
        thins = true;
        restart();
        ledger.refuseNext();
        for (int i = 0; i < 80; i++) {
            grow("crane.lift", 1);
            grow("other", 1);
            steps(4);
        }
        steps(20);
        restart();
        var aside = relay.setAside();
        var standing = PublicationRelay.standing(published, finished);
        assertEquals(
                List.of(1L),
                aside.stream().map(PublicationRelay.SetAside::number).toList());
        assertEquals(79, ledger.held().size());
        assertEquals(0, published.firstIndex(), "not in the first hour");
        nanos += Duration.ofHours(1).toNanos();
        steps(8);
        assertTrue(published.firstIndex() > 100, "it begins with entry " + published.firstIndex());
        assertTrue(published.size() - published.firstIndex() >= 40);
        assertEquals(standing, PublicationRelay.standing(published, finished));
        restart();
        assertEquals(aside, relay.setAside());
        assertTrue(relay.isOpen(1));
        assertFalse(relay.isOpen(30));
        assertEquals(Optional.of(ledger.identity()), relay.identity());
        grow("crane.lift", 1);
        grow("other", 1);
        orders = new PublicationOrders(RelayOrders.NONE, Map.of(1L, new PublicationOrders.Order(false, 3)));
        steps(20);
        assertEquals("COMMITMENTS 3+1", held().getFirst());
        assertEquals(81, ledger.held().size());
        assertEquals(
                81,
                ledger.held().keySet().stream().mapToLong(each -> each).max().orElseThrow());
    }

    /// Many payloads are erased in a long life before they are there.
    @Test
    void aRunThatIsErasedIsNotKeptAsOwed() throws Exception {
        profiles = List.of(new PublicationConfig.Published("crane.photo", Kind.PAYLOADS, Duration.ofSeconds(1)));
        thins = true;
        restart();
        long erased = entries.size();
        for (int i = 0; i < 2; i++) {
            ledger.refuseNext();
            grow("crane.photo", 1);
            grow("other", 1);
            steps(12);
        }
        assertEquals(2, relay.setAside().size());
        hidden.add(erased);
        steps(20);
        assertEquals(1, fold().owedAgain().size());
        for (int i = 0; i < 50; i++) {
            grow("crane.photo", 1);
            grow("other", 1);
            steps(4);
        }
        nanos += Duration.ofHours(1).toNanos();
        steps(8);
        assertTrue(published.firstIndex() > 100, "it begins with entry " + published.firstIndex());
        assertEquals(List.of(), fold().owedAgain());
        assertEquals(1, relay.setAside().size());
        restart();
        assertEquals(1, relay.setAside().size());
    }

    private PublicationProgress fold() throws IOException {
        return PublicationJournal.read(published, Optional.of(FinishedPublications.open(finished)));
    }
}
