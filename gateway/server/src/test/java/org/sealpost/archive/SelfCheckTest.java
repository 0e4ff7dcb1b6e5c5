package org.sealpost.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.archive.erasure.NoErasures;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.TrustUnusable;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.Body;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.KeyRole;
import org.sealpost.record.Origin;
import org.sealpost.record.References;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;
import org.sealpost.record.Suite;
import org.sealpost.seal.JournalLeaves;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.Sealer;
import org.sealpost.seal.SealerConfig;
import org.sealpost.seal.SealingKeys;
import org.sealpost.seal.SoftwareKey;
import org.sealpost.seal.Tree;

/// The self-check over a small log on a real disk, whose files are altered under it.
class SelfCheckTest {
    private static final ClockReading CLOCK = new ClockReading(
            1_790_000_000_123L,
            ClockReading.State.UNTRUSTED,
            ClockReading.Source.NONE,
            OptionalLong.empty(),
            new byte[16],
            1);
    private static final long HOUR = Duration.ofHours(1).toNanos();

    @TempDir
    private Path folder;

    private final SoftwareKey key = SoftwareKey.p256();
    private final Random random = new Random(7);
    private final List<String> kept = new ArrayList<>();
    private long nanos = 5;
    private long nanosALook;
    private int asked;
    private boolean verifierIsThere = true;
    private boolean verifierEnds;

    private final Map<Long, Optional<String>> indexParts = new TreeMap<>();
    private final SelfCheck.Index index = new SelfCheck.Index() {
        @Override
        public List<Long> parts() {
            return List.copyOf(indexParts.keySet());
        }

        @Override
        public Optional<String> objection(long firstEntry, RandomGenerator any) {
            return indexParts.getOrDefault(firstEntry, Optional.empty());
        }
    };

    private Journal entries;
    private SealLog seals;
    private Sealer sealer;
    private SelfCheck check;
    private SelfCheck.Log log;
    private TrustStore trust;

    @BeforeEach
    void open() throws IOException, TrustUnusable {
        // Small segments, so that most of them are closed and read anew.
        open(folder, 1 << 16);
    }

    private void open(Path home, int segmentBytes) throws IOException, TrustUnusable {
        entries = Journal.open(
                DirectoryDisk.open(home.resolve("entries")),
                new JournalConfig("entries", segmentBytes, 4096, 1 << 14),
                0);
        seals = SealLog.open(small(home, SealLog.KIND), small(home, SealLog.KEPT_KIND));
        var genesis = new Genesis(
                new Origin("test/1"),
                Suite.SHA256_P256,
                List.of(new Genesis.Key(KeyRole.SEAL, key.spki(), "test")),
                "test",
                CLOCK,
                new byte[32],
                Optional.empty());
        entries.append(new GenesisLeaf(genesis).encode(), new byte[0]);
        var identity = LogIdentity.of(genesis);
        var tree = Tree.open(home.resolve("log"), new JournalLeaves(entries, identity.keys()), 0, Optional.empty());
        sealer = new Sealer(
                identity,
                entries,
                tree,
                seals,
                new SealingKeys(key, Optional.empty()),
                () -> CLOCK,
                SealerConfig.DEFAULT,
                () -> {});
        trust = new TrustStore(List.of(TrustFile.parse(
                "box.trust",
                TrustFile.naming(
                                identity.origin(),
                                identity.genesisHash(),
                                identity.keys().keys())
                        .getBytes(StandardCharsets.UTF_8))));
        var archive = new Archive(
                identity,
                entries,
                Leaves.of(entries),
                tree,
                seals,
                List.of(),
                _ -> List.of(),
                NoErasures.over(entries));
        log = new SelfCheck.Log(archive, entries, seals, tree, home.resolve("log"), index);
        check = start();
    }

    private static Journal small(Path home, String kind) throws IOException {
        return Journal.open(DirectoryDisk.open(home.resolve(kind)), new JournalConfig(kind, 1 << 16, 4096, 1 << 14), 0);
    }

    @AfterEach
    void close() throws IOException {
        entries.close();
        seals.close();
    }

    private SelfCheck start() {
        return SelfCheck.open(
                log,
                this::objection,
                new SelfCheck.Memory() {
                    @Override
                    public Optional<List<String>> read() {
                        return kept.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(kept));
                    }

                    @Override
                    public void write(String text) {
                        kept.clear();
                        kept.addAll(text.lines().toList());
                    }
                },
                new SelfCheck.Surroundings(
                        () -> nanos += nanosALook, () -> Instant.ofEpochSecond(nanos / 1_000_000_000), random));
    }

    private Optional<String> objection(byte[] evidence) throws IOException {
        asked++;
        if (verifierEnds) throw new InterruptedIOException("ended with the gateway");
        if (!verifierIsThere) throw new IOException("no such program");
        var verdict = EvidenceVerifier.verify(evidence, trust, AnchorCheck.OFFLINE);
        return verdict.exitCode() == 0 ? Optional.empty() : Optional.of(verdict.toString());
    }

    /// Records of a fixed size, so that a test knows in which file one lies.
    private void capture(int count) throws Exception {
        capture(count, 4);
    }

    /// @param together so many are forced at a time
    private void capture(int count, int together) throws Exception {
        for (int i = 0; i < count; i++) {
            var salts = new byte[4][32];
            for (var salt : salts) random.nextBytes(salt);
            var body = Body.of(
                    new Source("crane", Optional.empty(), "test"),
                    CLOCK,
                    new Content("text/plain", new byte[600]),
                    References.NONE,
                    salts);
            entries.append(new HeaderLeaf("default", 1, SourceKind.HTTP, body.commitment()).encode(), body.encode());
            if (i % together == together - 1) entries.force();
        }
        entries.force();
        while (sealer.step() > 0) {}
    }

    private void turnOneRound() throws IOException {
        nanos += 24 * HOUR;
        int steps = 0;
        while (check.step() > 0) assertTrue(steps++ < 300, "a round is bounded");
    }

    /// Where in a file the body of an entry begins.
    private long placeOf(long index, Path file) throws IOException {
        var body = entries.read(index).body();
        var bytes = Files.readAllBytes(file);
        int place = 0;
        while (!Arrays.equals(bytes, place, place + body.length, body, 0, body.length)) place++;
        return place;
    }

    private List<String> words() {
        return check.findings().stream().map(SelfCheck.Finding::words).toList();
    }

    private static void flip(Path file, long offset) throws IOException {
        var bytes = Files.readAllBytes(file);
        bytes[(int) offset] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void aLogThatIsWholeIsFoundWell() throws Exception {
        capture(700);
        turnOneRound();
        assertEquals(List.of(), words());
        assertEquals(32, asked, "as many records are proved");
    }

    @Test
    void nothingIsLookedAtBeforeADayOfRunningTimeHasGoneAlsoOverRestarts() throws Exception {
        capture(20);
        for (int hour = 0; hour < 20; hour++) {
            nanos += HOUR;
            assertEquals(0, check.step());
        }
        check = start();
        nanos += 3 * HOUR;
        assertEquals(0, check.step());
        assertEquals(0, asked);
        nanos += 2 * HOUR;
        assertTrue(check.step() > 0, "the day is over: 20 hours, and 5 after the restart");
        check = start();
        assertEquals(0, check.step(), "a round that was cut off is not begun anew at each start");
    }

    @Test
    void anAlteredBodyIsNamedWithWhatTheJournalSaysOfIt() throws Exception {
        capture(28);
        var first = folder.resolve("entries/0000000000000000.segment");
        // In the fourth group or so; the tail of a segment is zeros.
        flip(first, 4096 * 5 + 700);
        turnOneRound();
        assertFalse(words().isEmpty(), "a body was altered");
        assertTrue(words().getFirst().startsWith("entry "), words()::toString);
        assertTrue(words().getFirst().contains("checksum"), words()::toString);
        assertTrue(check.findings().getFirst().remedy().contains("copy the data directory"));
    }

    /// What no single record would meet for long is met by reading all of a segment.
    @Test
    void aSegmentIsReadAsAWhole() throws Exception {
        capture(300);
        assertTrue(entries.closedSegments().size() > 3);
        flip(folder.resolve("entries/0000000000000000.segment"), 4096 * 5 + 700);
        var red = "segment of the entries from 0 on: ";
        int rounds = 0;
        while (words().stream().noneMatch(word -> word.startsWith(red) && word.contains("checksum"))) {
            assertTrue(rounds++ < 30, words()::toString);
            turnOneRound();
        }
        check = start();
        assertTrue(words().stream().anyMatch(word -> word.startsWith(red)), "a restart heals nothing");
        flip(folder.resolve("entries/0000000000000000.segment"), 4096 * 5 + 700);
        turnOneRound();
        assertEquals(List.of(), words(), "red is looked at first");
    }

    /// What a night does not come to is come to in another one; and red stays until that very place is well.
    @Test
    void whatLiesFarBehindInASegmentIsReadInSomeNight() throws Exception {
        close();
        open(folder.resolve("large"), 3 << 19);
        capture(2000, 12);
        var segment = entries.closedSegments().getFirst();
        assertTrue(segment.nextIndex() > 1030 && segment.nextIndex() < 2000, segment::toString);
        var file = folder.resolve("large/entries/0000000000000000.segment");
        long last = placeOf(segment.nextIndex() - 2, file);
        // So slow that one look is all for a night.
        nanosALook = Duration.ofSeconds(20).toNanos();
        flip(file, last);
        var red = "segment of the entries from 0 on, behind entry 1023: ";
        int rounds = 0;
        while (words().stream().noneMatch(word -> word.startsWith(red))) {
            assertTrue(rounds++ < 30, words()::toString);
            turnOneRound();
        }
        check = start();
        for (int round = 0; round < 3; round++) {
            turnOneRound();
            assertTrue(words().stream().anyMatch(word -> word.startsWith(red)), words()::toString);
        }
        flip(file, last);
        turnOneRound();
        assertEquals(List.of(), words());
    }

    /// Whoever can make the checksums anew can do so; the commitment in the leaf, and so the seal, is out of
    /// reach.
    @Test
    void aBodyThatIsNotTheLeafsIsFoundByTheVerifier() throws Exception {
        capture(10);
        var salts = new byte[4][32];
        var one = Body.of(
                new Source("crane", Optional.empty(), "test"),
                CLOCK,
                new Content("text/plain", new byte[] {1}),
                References.NONE,
                salts);
        var other = Body.of(
                new Source("crane", Optional.empty(), "test"),
                CLOCK,
                new Content("text/plain", new byte[] {2}),
                References.NONE,
                salts);
        long index = entries.append(
                new HeaderLeaf("default", 1, SourceKind.HTTP, one.commitment()).encode(), other.encode());
        entries.force();
        capture(3);
        turnOneRound();
        assertEquals(1, words().size(), words()::toString);
        assertTrue(words().getFirst().startsWith("entry " + index + ": "), words()::toString);
    }

    @Test
    void anAlteredTileIsRedUntilItIsWellAgainAlsoAfterARestart() throws Exception {
        capture(300);
        var tile = folder.resolve("log/tile/0/000");
        flip(tile, 99);
        turnOneRound();
        assertEquals(List.of("log/tile/0/000: it is not what the journal leads to"), words());
        var since = check.findings().getFirst().since();

        check = start();
        assertEquals(1, check.findings().size(), "a restart heals nothing");
        turnOneRound();
        assertEquals(since, check.findings().getFirst().since(), "it is red since it was first seen");

        flip(tile, 99);
        turnOneRound();
        assertEquals(List.of(), words());
        Files.delete(tile);
        turnOneRound();
        assertEquals(List.of(), words(), "one that is missing is made when it is needed");
        Files.write(tile, new byte[100]);
        turnOneRound();
        assertEquals(List.of(), words(), "and one that was cut off");
    }

    @Test
    void anAlteredSealIsNamed() throws Exception {
        for (int i = 0; i < 12; i++) capture(1);
        var segment = folder.resolve("seals/0000000000000000.segment");
        // The first seal's bytes begin behind the headers of segment, group and frame.
        flip(segment, 4096 + 64 + 48 + 60);
        turnOneRound();
        assertTrue(words().stream().anyMatch(word -> word.startsWith("seal over entry ")), words()::toString);
    }

    @Test
    void aPartOfTheIndexThatIsWrongIsRedUntilALaterRoundFindsItWell() throws Exception {
        capture(10);
        turnOneRound();
        assertEquals(List.of(), words(), "there is none yet");
        indexParts.put(131_072L, Optional.of("block 3 has another checksum"));
        turnOneRound();
        assertEquals(List.of("index of the entries from 131072 on: block 3 has another checksum"), words());
        assertTrue(check.findings().getFirst().remedy().contains(".bad"));
        check = start();
        assertEquals(1, words().size(), "a restart heals nothing");
        indexParts.put(131_072L, Optional.empty());
        turnOneRound();
        assertEquals(List.of(), words());
    }

    @Test
    void aVerifierThatCannotBeStartedIsRedAndSaysNothingOfTheRecords() throws Exception {
        capture(20);
        verifierIsThere = false;
        turnOneRound();
        assertEquals(List.of("verifier: no such program"), words());
        verifierIsThere = true;
        turnOneRound();
        assertEquals(List.of(), words());
    }

    @Test
    void aVerifierThatIsEndedWithTheGatewayLeavesNothingRed() throws Exception {
        capture(20);
        verifierEnds = true;
        turnOneRound();
        assertEquals(List.of(), words());
    }

    @Test
    void aMemoryThatIsNoneIsAsAnEmptyOne() throws Exception {
        for (var lines : List.of(
                List.of("something else"),
                List.of("sealpost-self-check 1", "ran long"),
                List.of("sealpost-self-check 1", "ran 5", "red yesterday entry:1 x"))) {
            kept.clear();
            kept.addAll(lines);
            check = start();
            assertEquals(List.of(), words());
        }
        kept.clear();
        kept.addAll(List.of("sealpost-self-check 1", "ran 5", "red 2026-11-01T00:00:00Z tile:1/3 it was altered"));
        check = start();
        assertEquals(List.of("log/tile/1/003: it was altered"), words());
    }
}
