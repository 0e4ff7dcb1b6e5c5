package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.admin.EarlierHeads;
import org.sealpost.admin.HealthView;
import org.sealpost.archive.Archive;
import org.sealpost.archive.erasure.Erasure;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.AnchorProofCheck;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.Line;
import org.sealpost.evidence.Standing;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.Verdict;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.EntryState;
import org.sealpost.journal.Journal;
import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.EntryEncoder;
import org.sealpost.record.Genesis;
import org.sealpost.record.Origin;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;

/// Origins that this one goes on from, read where they lie: what a release wrote, whose key was handed over, and which
/// is ended here.
@Timeout(600)
class EarlierOriginsTest {
    private static final Successor SOMEBODY_ELSE =
            new Successor(new Origin("another-port/00000000"), Hash.ofHex("ab".repeat(Hash.SIZE)));

    /// Of the entries 4, 6 and 46, the last of which is in the segment that was written to last.
    private static final Set<String> ERASED = Set.of(
            "\"run\":\"before\",\"number\":0", "\"run\":\"before\",\"number\":2", "\"run\":\"later\",\"number\":10");

    @TempDir
    private Path folder;

    private Path old;

    @BeforeEach
    void unpack() throws IOException {
        ReleasedFormatsTest.unpack("0.1", folder);
        old = Files.move(folder.resolve("data"), folder.resolve("old"));
    }

    // --- through the doors of the box that goes on

    /// As clients knew it: a record and its evidence, with the anchors that it had, and what was not sealed any more by
    /// its place in the present log. One directory that is not there stops nothing, and is said.
    @Test
    void recordsAndEvidenceAreAnsweredFromThem() throws Exception {
        var identity = identity(old);
        long tail = addTail();
        var certificate = SealingCertificatesTest.certificate(lastKey(), SealingCertificatesTest.keys());
        var chain = SealingCertificatesTest.pem(folder.resolve("chain.pem"), certificate);
        var present = succeed();
        Files.delete(chain);
        var config = RunningGateway.with(config("earlier = [\"gone\", \"old\"]"), "eraseWithin", Duration.ofSeconds(1));
        var before = contents(old);
        erase("--confirm", present, "3").well();
        byte[] ofOld;
        var origin = "/v1/origins/" + identity.origin() + "/records/";
        try (var box = RunningGateway.start(config)) {
            Await.until("the earlier origin is read", () -> box.get(origin + 4).statusCode() == 200);
            var record = RunningGateway.json(box.get(origin + 4));
            assertEquals(identity.origin().name(), record.required("origin").asText());
            assertEquals("sealed", record.required("state").asText(), "its ledger was its own");
            assertFalse(record.has("continuedAs"));

            var evidence = box.get(origin + 47 + "/evidence");
            ofOld = evidence.body();
            var proved = RunningGateway.verify(ofOld, storedTrust(), AnchorCheck.OFFLINE);
            assertEquals("later-11", proved.source().idempotencyKey().orElseThrow());
            assertFalse(proved.evidence().heads().getFirst().anchors().isEmpty());
            assertArrayEquals(
                    certificate,
                    proved.evidence().certificates().getFirst(),
                    "as the configuration of that time named it");
            var others = box.send(box.request(origin + 4, RunningGateway.GATE));
            assertEquals(404, others.statusCode(), "what another client handed over");

            assertContinued(box, origin, tail + 1, "2", present);
            assertContinued(box, origin, tail + 3, "3", present);
            Await.until(
                    "the order waits for what may have it as well",
                    () -> cause(box, "eraser").contains(folder.resolve("gone") + " may have them as well"));
            assertEquals(410, box.get(origin + (tail + 2)).statusCode(), "it was lost");
            assertEquals(404, box.get(origin + (tail + 4)).statusCode());
            assertEquals(404, box.get("/v1/records/" + (tail + 3)).statusCode(), "of the present origin");

            assertEquals(Optional.empty(), box.trouble("origin " + identity.origin()));
            var gone = box.trouble("origin " + folder.resolve("gone")).orElseThrow();
            assertTrue(gone.required("cause").asText().contains("there is no such directory"), gone::toString);
            assertEquals(
                    503,
                    box.get("/v1/origins/another-port/00000000/records/1").statusCode(),
                    "it may be the one that cannot be read");
            assertEquals(
                    201,
                    box.post("{}".getBytes(StandardCharsets.UTF_8), "goes-on").statusCode());
        }
        assertEquals(before, contents(old), "nothing was written there");
        var said = goesOnFrom(config, ofOld);
        assertEquals(Standing.CLAIMED, said.standing(), said.text());
        assertTrue(said.text().contains("claimed, by the same key, which sealed both: whoever has"), said.text());
    }

    /// By the command, as after a restore.
    ///
    /// @return the name that goes on
    private String succeed() throws IOException {
        var file = configOfOld().toString();
        var to = folder.resolve("data").toString();
        var done = Said.by("origin", "succeed", "--config", file, "--data", to, "--reason", "restored", "--json");
        var said = done.done();
        assertEquals("seal-2", said.required("seal-key").asText());
        return said.required("origin").asText();
    }

    private Path configOfOld() throws IOException {
        var text = Files.readString(folder.resolve("sealpost.toml"))
                .replace("data = \"data\"", "data = \"old\"")
                .replace("label = \"box\"", "label = \"box\"\ncertificates = \"chain.pem\"");
        return Files.writeString(folder.resolve("old.toml"), text);
    }

    /// What a verdict on entry 1 of the log that goes on says of that, beside evidence of the old one.
    private Line goesOnFrom(GatewayConfig config, byte[] old) throws Exception {
        var held = new ArrayList<Closeable>();
        var log = StoredLog.open(config.data(), "seal-2", held);
        try (var erasures = ErasureParts.open(
                config.data(), log.entries(), KernelClock.open(config.discipline()), new FatalEnd(), 1 << 20)) {
            var archive = new Archive(
                    log.identity(),
                    log.entries(),
                    log.leaves(),
                    log.tree(),
                    log.seals(),
                    List.of(),
                    _ -> List.of(),
                    erasures);
            var verdict = EvidenceVerifier.verify(
                    archive.evidence(1).orElseThrow(),
                    Optional.of(new EvidenceVerifier.OldLog(old, AnchorProofCheck.NONE)),
                    storedTrust(),
                    AnchorProofCheck.NONE,
                    AnchorCheck.OFFLINE);
            return assertInstanceOf(Verdict.Intact.class, verdict).lines().stream()
                    .filter(line -> line.subject().equals("goes on from"))
                    .findFirst()
                    .orElseThrow();
        } finally {
            for (var one : held.reversed()) one.close();
        }
    }

    /// What `/readyz` says of a part, also while it is well.
    private static String cause(RunningGateway box, String part) throws Exception {
        for (var node : RunningGateway.json(box.get("/readyz")).required("parts")) {
            if (node.required("name").asText().equals(part))
                return node.path("cause").asText();
        }
        throw new AssertionError("/readyz does not know " + part);
    }

    private static void assertContinued(RunningGateway box, String origin, long index, String id, String present)
            throws Exception {
        var answer = box.get(origin + index);
        assertEquals(200, answer.statusCode(), () -> RunningGateway.text(answer));
        JsonNode record = RunningGateway.json(answer);
        assertEquals("captured", record.required("state").asText());
        assertEquals(id, record.required("continuedAs").asText());
        assertEquals(present, record.required("continuedIn").asText());
        var evidence = box.get(origin + index + "/evidence");
        assertEquals(409, evidence.statusCode());
        assertTrue(
                RunningGateway.text(evidence).contains("/v1/origins/" + present + "/records/" + id + "/evidence"),
                () -> RunningGateway.text(evidence));
        assertEquals(200, box.get("/v1/records/" + id).statusCode());
    }

    /// What is there beyond the newest seal: an entry of the box's own, a record, a lost one, a record, all of which a
    /// cut left. The present log will have the two records.
    ///
    /// @return the index of the first
    private long addTail() throws Exception {
        try (var entries = entries(old, config(""))) {
            long first = entries.size();
            add(entries, SourceKind.BOX, "sealpost", "start");
            add(entries, SourceKind.HTTP, RunningGateway.CRANE.name(), "tail-1");
            var lost = encoded(SourceKind.HTTP, RunningGateway.CRANE.name(), "tail-2");
            entries.appendWithoutBody(lost.leaf(), EntryState.BODY_LOST);
            add(entries, SourceKind.HTTP, RunningGateway.CRANE.name(), "tail-3");
            entries.force();
            return first;
        }
    }

    /// The log that goes on, up to the tail, as `origin succeed` begins it.
    private LogIdentity begin(GatewayConfig config) throws Exception {
        var clock = KernelClock.open(config.discipline());
        Files.createDirectories(config.data());
        try (var token = config.token().open();
                var log = LogParts.open(config, token, clock, LogParts.reserve(config))) {
            add(log.entries(), SourceKind.BOX, "sealpost", "succeeds");
            try (var from = entries(old, config)) {
                for (long index : List.of(from.size() - 3, from.size() - 1)) {
                    var entry = from.read(index);
                    log.entries().append(entry.leaf(), entry.body());
                }
            }
            log.entries().force();
            return log.identity();
        }
    }

    private static Journal entries(Path data, GatewayConfig config) throws IOException {
        return Journal.open(DirectoryDisk.open(data.resolve("entries")), LogParts.entriesConfig(config), 0);
    }

    private static void add(Journal entries, SourceKind kind, String client, String key) throws IOException {
        var encoded = encoded(kind, client, key);
        entries.append(encoded.leaf(), encoded.body());
    }

    private static EntryEncoder.Encoded encoded(SourceKind kind, String client, String key) throws IOException {
        return new EntryEncoder()
                .encode(
                        new EntryEncoder.Profiled("default", 1),
                        kind,
                        new Source(client, Optional.of(key), "/v1/records"),
                        KernelClock.open(ClockReading.Source.SYSTEM).get(),
                        new Content("text/plain", key.getBytes(StandardCharsets.UTF_8)),
                        new byte[EntryEncoder.SALTS_SIZE]);
    }

    private GatewayConfig config(String origin) throws IOException {
        var text = Files.readString(folder.resolve("sealpost.toml"))
                .replace("words = \"test-port\"", origin)
                .replace("label = \"box\"", "label = \"box\"\nseal-key = \"seal-2\"");
        return GatewayConfig.read(Files.writeString(folder.resolve("this.toml"), text));
    }

    private TrustStore storedTrust() throws Exception {
        return new TrustStore(List.of(TrustFile.parse("box.trust", Files.readAllBytes(folder.resolve("box.trust")))));
    }

    private static Map<String, String> contents(Path directory) throws Exception {
        var contents = new TreeMap<String, String>();
        try (var files = Files.walk(directory)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                contents.put(file.toString(), HexFormat.of().formatHex(digest));
            }
        }
        return contents;
    }

    // --- several, one after the other

    /// What no seal of two covered lies in all three logs: each leads to the one behind it, and it is gone once it was
    /// erased in each.
    @Test
    void ofThreeEachLeadsToTheOneBehindIt() throws Exception {
        long tail = addTail();
        var chain = threeInARow();
        var config =
                RunningGateway.with(config("earlier = [\"old\", \"second\"]"), "eraseWithin", Duration.ofSeconds(1));
        try (var token = config.token().open();
                var log =
                        LogParts.open(config, token, KernelClock.open(config.discipline()), LogParts.reserve(config))) {
            assertEquals(2, Publications.begin(log), "published as all that no log before it sealed");
            assertEquals(5, log.entries().size());
        }
        erase("--confirm", chain.third, "3").well();
        try (var box = RunningGateway.start(config)) {
            var first = "/v1/origins/" + chain.first + "/records/";
            var second = "/v1/origins/" + chain.second + "/records/";
            Await.until(
                    "both are read",
                    () -> box.get(first + 4).statusCode() == 200
                            && box.get(second + 4).statusCode() == 200);
            assertContinued(box, first, tail + 1, "2", chain.second);
            assertContinued(box, second, 2, "2", chain.third);
            assertContinued(box, second, 4, "4", chain.third);
            assertEquals(200, box.get(first + 47 + "/evidence").statusCode());
            var verdict = RunningGateway.verify(box.awaitEvidence(2), box.trust(), AnchorCheck.OFFLINE);
            assertEquals("tail-1", verdict.source().idempotencyKey().orElseThrow());
            assertEquals(Optional.empty(), box.trouble("origin " + chain.first));
            assertEquals(Optional.empty(), box.trouble("origin " + chain.second));
            Await.until(
                    "the order waits for the others",
                    () -> cause(box, "eraser").contains("entry 3 of " + chain.second)
                            || cause(box, "eraser").contains("entry " + (tail + 3) + " of " + chain.first));
        }
        assertTrue(holds("tail-3"));
        var there =
                erase("--origin", chain.second, "--confirm", chain.second, "3").well();
        assertTrue(there.out().contains("entry " + (tail + 3) + " of " + chain.first + " in " + old), there.out());
        assertFalse(there.out().contains(" of " + chain.third), "it is ordered there");
        var done = erase("--origin", chain.first, "--confirm", chain.first, String.valueOf(tail + 3))
                .well();
        assertTrue(done.out().contains("Done: they are hidden, and their bytes are gone."), done.out());
        try (var box = RunningGateway.start(config)) {
            Await.until("it is gone in all three", () -> !holds("tail-3"));
            var evidence = new String(box.awaitEvidence(3), StandardCharsets.ISO_8859_1);
            assertFalse(evidence.contains("tail-3"), "its slots are withheld");
        }
        var both = erase("--confirm", chain.third, "2").well();
        for (var copy : List.of("entry " + (tail + 1) + " of " + chain.first, "entry 2 of " + chain.second))
            assertTrue(both.out().contains(copy), both.out());
        var before = erase("--origin", chain.first, "--confirm", chain.first, String.valueOf(tail + 1))
                .well();
        assertTrue(before.out().contains("entry 2 of " + chain.second + " in "), before.out());
    }

    /// @param first the name of the one in `old`, and so on; the third is in `data`
    private record Chain(String first, String second, String third) {}

    /// None that goes on was ever started, so that no seal of it is there. The second took a record of its own.
    private Chain threeInARow() throws Exception {
        var first = identity(old).origin().name();
        var certificate = SealingCertificatesTest.certificate(lastKey(), SealingCertificatesTest.keys());
        SealingCertificatesTest.pem(folder.resolve("chain.pem"), certificate);
        var second = succeed();
        var between = Files.move(folder.resolve("data"), folder.resolve("second"));
        try (var entries = entries(between, config(""))) {
            add(entries, SourceKind.HTTP, RunningGateway.CRANE.name(), "of the second");
            entries.force();
        }
        var file = Files.writeString(
                folder.resolve("second.toml"),
                Files.readString(folder.resolve("this.toml")).replace("data = \"data\"", "data = \"second\""));
        var done = Said.by(
                        "origin",
                        "succeed",
                        "--config",
                        file.toString(),
                        "--data",
                        folder.resolve("data").toString(),
                        "--reason",
                        "restored",
                        "--json")
                .done();
        return new Chain(first, second, done.required("origin").asText());
    }

    /// Whether a file of any of them has it.
    private boolean holds(String text) throws IOException {
        for (var log : List.of("old", "second", "data")) {
            try (var files = Files.walk(folder.resolve(log))) {
                for (var file : files.filter(Files::isRegularFile).toList()) {
                    if (Files.exists(file)
                            && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text))
                        return true;
                }
            }
        }
        return false;
    }

    /// What the one between them took is lost with it; those before it are still answered for, as the genesis of the
    /// one behind it names it.
    @Test
    void oneThatIsLostBetweenThemTakesThoseBeforeItNotAway() throws Exception {
        long tail = addTail();
        var chain = threeInARow();
        Trees.delete(folder.resolve("second"));
        var present = identity(folder.resolve("data"));
        config("earlier = [\"old\"]");
        var gap = "entries " + (tail + 1) + "-" + (tail + 3) + " of " + chain.first + " in " + old
                + " may be the same: they went on in " + chain.second;
        try (var earlier = new EarlierOrigins(present, noLeaves(), List.of(old), () -> Instant.EPOCH)) {
            earlier.step();
            assertTrue(earlier.parts().getFirst().well(), earlier.parts()::toString);
            assertTrue(earlier.of(chain.first).isPresent());
            var may = earlier.otherCopies(ordered(ErasureForm.BODY, 3, 4)).orElseThrow();
            assertTrue(may.startsWith(gap), may);
        }
        var here = erase("--confirm", chain.third, "3").well();
        assertTrue(here.out().contains(gap), here.out());

        var all = (tail + 1) + "-" + (tail + 3);
        var there = erase("--origin", chain.first, "--confirm", chain.first, String.valueOf(tail + 1));
        assertTrue(
                there.well().out().contains("so which of them are in " + chain.third + " cannot be told"),
                there::toString);
        erase("--origin", chain.first, "--confirm", chain.first, String.valueOf(tail + 3))
                .well();
        try (var earlier = new EarlierOrigins(present, noLeaves(), List.of(old), () -> Instant.EPOCH)) {
            earlier.step();
            assertEquals(Optional.empty(), earlier.otherCopies(ordered(ErasureForm.BODY, 3, 4)));
        }
        var salts = erase("--confirm", chain.third, "--salts", "2").well();
        assertTrue(salts.out().contains("entries " + all), "with what proves a copy: " + salts.out());
    }

    // --- what cannot be read, and what does not lead here

    @Test
    void whatIsWrongWithOneIsSaidAndIsLookedAtAgain() throws Exception {
        var ended = identity(old);
        var other = other();
        try (var earlier = new EarlierOrigins(other, noLeaves(), List.of(old), () -> Instant.EPOCH)) {
            assertTrue(red(earlier, 0).contains("has not ended: it has no file succeeded"), red(earlier, 0));
            Files.writeString(old.resolve("succeeded"), "soon\n");
            assertTrue(red(earlier, 0).contains("is not what sealpost origin succeed writes"), red(earlier, 0));
            SOMEBODY_ELSE.write(old);
            assertTrue(
                    red(earlier, 0).contains("goes on another-port/00000000, which is neither this origin nor"),
                    red(earlier, 0));
            assertTrue(earlier.areMissing());
            assertEquals(Optional.empty(), earlier.of(ended.origin().name()));

            new Successor(other.origin(), other.genesisHash()).write(old);
            earlier.step();
            assertFalse(earlier.areMissing());
            assertTrue(earlier.of(ended.origin().name()).isPresent());
            assertEquals("origin " + ended.origin(), earlier.parts().getFirst().name());
            assertTrue(earlier.parts().getFirst().well());
        }
        // What evidence lacks is looked for again, and the rest is there meanwhile.
        var certificates = Files.createFile(old.resolve(LeftCertificates.FILE));
        var proofs = Files.createDirectory(old.resolve("proofs-local")).resolve("0000000000000000.segment");
        Files.write(proofs, new byte[1 << 16]);
        try (var earlier = new EarlierOrigins(other, noLeaves(), List.of(old), () -> Instant.EPOCH)) {
            assertTrue(red(earlier, 0).contains("certificates.pem has 0 certificates"), red(earlier, 0));
            assertTrue(
                    red(earlier, 0).contains("; what proves the anchors on local cannot be read: "), red(earlier, 0));
            assertFalse(earlier.areMissing());
            Files.delete(proofs);
            assertFalse(red(earlier, 0).contains("what proves the anchors"), red(earlier, 0));
            assertTrue(earlier.of(ended.origin().name()).isPresent());
            Files.delete(certificates);
            earlier.step();
            assertTrue(earlier.parts().getFirst().well(), earlier.parts()::toString);
            assertEquals(1, earlier.heads().getFirst().newest().size());
        }
        var between = begin(config(""));
        new Successor(between.origin(), between.genesisHash()).write(old);
        var second = folder.resolve("data");
        new Successor(other.origin(), other.genesisHash()).write(second);
        try (var earlier = new EarlierOrigins(other, noLeaves(), List.of(old, second), () -> Instant.EPOCH)) {
            earlier.step();
            assertTrue(earlier.parts().stream().allMatch(HealthView.Part::well), "the oldest first");
            assertEquals(
                    List.of(ended.origin().name(), between.origin().name()),
                    earlier.heads().stream().map(EarlierHeads::origin).toList());
            assertEquals(1, earlier.heads().getFirst().newest().size(), "its local ledger");
            assertEquals(List.of(), earlier.heads().getLast().newest(), "no entry of it was sealed");
        }
        // A disk that goes away, and comes back.
        var away = folder.resolve("away");
        try (var earlier = new EarlierOrigins(other, noLeaves(), List.of(old, second), () -> Instant.EPOCH)) {
            earlier.step();
            Files.move(old, away);
            assertTrue(red(earlier, 0).contains("there is no such directory"), red(earlier, 0));
            assertEquals(
                    List.of(between.origin().name()),
                    earlier.heads().stream().map(EarlierHeads::origin).toList(),
                    "the others are told");
            Files.move(away, old);
            earlier.step();
            assertTrue(earlier.parts().getFirst().well());
        }
        var unreadable = new EarlierOrigins(other, noLeaves(), List.of(old, second), () -> Instant.EPOCH);
        unreadable.step();
        unreadable.close();
        assertEquals(
                List.of(ended.origin().name(), between.origin().name()),
                unreadable.heads().stream().map(EarlierHeads::origin).toList(),
                "the page is made, whatever their disk does");
        try (var earlier = new EarlierOrigins(other, noLeaves(), List.of(second, old), () -> Instant.EPOCH)) {
            assertTrue(red(earlier, 1).contains("named behind it"), red(earlier, 1));
        }
        new Successor(other.origin(), other.genesisHash()).write(old);
        // A damaged one, and a copy of another: which of the two would answer?
        var damaged = Files.createDirectories(folder.resolve("damaged/entries")).getParent();
        var copy = Files.createDirectory(folder.resolve("copy"));
        for (var kind : List.of("seals", "handovers")) copy(old.resolve(kind), damaged.resolve(kind));
        for (var kind : List.of("entries", "seals", "handovers")) copy(old.resolve(kind), copy.resolve(kind));
        for (var into : List.of(damaged, copy)) Files.copy(old.resolve("succeeded"), into.resolve("succeeded"));
        try (var earlier = new EarlierOrigins(other, noLeaves(), List.of(damaged, copy, old), () -> Instant.EPOCH)) {
            assertFalse(red(earlier, 0).isEmpty());
            assertTrue(red(earlier, 1).contains("which is there already"), red(earlier, 1));
            assertTrue(earlier.parts().getLast().well());
        }
    }

    /// A record that was never sealed there is damaged: what was is read all the same.
    @Test
    void aDamagedTailTakesNothingElseAway() throws Exception {
        var origin = identity(old).origin().name();
        long tail = addTail();
        var present = begin(config(""));
        new Successor(present.origin(), present.genesisHash()).write(old);
        try (var entries = entries(old, config(""))) {
            entries.closeSegment(); // the newest one is read whole when it is opened
            add(entries, SourceKind.HTTP, RunningGateway.CRANE.name(), "tail-4");
            entries.force();
        }
        try (var behind = StoredLog.journal(folder.resolve("data"), "entries", 0)) {
            try (var log = EarlierLog.open(old)) {
                assertEquals(OptionalLong.of(2), log.continuedAs(tail + 1, Leaves.of(behind)));
            }
            spoil("tail-3");
            try (var log = EarlierLog.open(old)) {
                assertEquals(OptionalLong.empty(), log.continuedAs(tail + 1, Leaves.of(behind)));
                assertTrue(log.archive().find(4).isPresent());
                assertTrue(log.archive().evidence(47).isPresent());
            }
        }
        try (var earlier = new EarlierOrigins(present, noLeaves(), List.of(old), () -> Instant.EPOCH)) {
            assertTrue(red(earlier, 0).startsWith("which records behind its newest seal go on"), red(earlier, 0));
            assertTrue(earlier.of(origin).isPresent());
        }
    }

    /// By the command, with the gateway stopped: nothing else removes bytes there. An order that was given before is
    /// in force, and comes to its end with the next one.
    @Test
    void whatIsErasedInAnEarlierOneIsGoneWithTheCommand() throws Exception {
        var origin = identity(old).origin().name();
        var settings = config("earlier = [\"old\"]");
        var present = begin(settings);
        new Successor(present.origin(), present.genesisHash()).write(old);
        var clock = KernelClock.open(settings.discipline());
        try (var entries = entries(old, settings);
                var erasures = ErasureParts.open(old, entries, clock, new FatalEnd(), 1 << 20)) {
            erasures.order("user test", "a request", ErasureForm.BODY, List.of(new IndexRange(6, 7)));
        }
        try (var log = EarlierLog.open(old)) {
            assertEquals(Optional.empty(), log.archive().find(6));
            assertTrue(log.archive().erased(6).isPresent());
            var file = log.archive().evidence(6).orElseThrow();
            assertFalse(new String(file, StandardCharsets.ISO_8859_1).contains("before-2"), "all slots are withheld");
        }
        Files.write(Files.createDirectory(old.resolve("window")).resolve("keys"), new byte[] {1});
        assertEquals(ERASED, held(), "also what is hidden, and what was written last");
        try (var earlier = new EarlierOrigins(present, noLeaves(), List.of(old), () -> Instant.EPOCH)) {
            assertTrue(red(earlier, 0).endsWith("no gateway removes them: 1 order"), red(earlier, 0));
            var remedy = earlier.parts().getFirst().remedy();
            assertTrue(remedy.contains("sealpost erase --config FILE --origin " + origin), remedy);
        }

        var there = erase(configOfOld(), "--confirm", origin, "4");
        assertEquals(HsmCommand.REFUSED, there.code(), "no gateway would remove the bytes");
        assertTrue(
                there.err().contains(present.origin() + " goes on from it: give sealpost erase --origin"), there.err());
        assertEquals(HsmCommand.USAGE, erase().code(), "neither entries nor an origin");
        assertEquals(HsmCommand.USAGE, finish("--origin", origin, "4").code(), "no rule");
        try (var _ = StoppedLog.open(settings)) {
            assertEquals(HsmCommand.LATER, finish("--origin", origin).code(), "the gateway that reads there runs");
        }
        var finished = finish("--origin", origin);
        assertEquals(0, finished.code(), finished.err());
        assertEquals(2, held().size());
        try (var earlier = new EarlierOrigins(present, noLeaves(), List.of(old), () -> Instant.EPOCH)) {
            earlier.step();
            assertTrue(earlier.parts().getFirst().well());
        }

        var refused = erase("--origin", "another-port/00000000", "4");
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("origin.earlier names no directory of another-port/00000000"), refused.err());
        assertTrue(refused.err().contains("has " + origin), refused.err());

        var done = erase("--origin", origin, "--confirm", origin, "4", "46");
        assertEquals(0, done.code(), done.err());
        assertTrue(done.out().contains("their bytes are gone"), done.out());
        assertEquals(Set.of(), held());
        assertFalse(Files.exists(old.resolve("window")), "what was derived from entries");
        try (var log = EarlierLog.open(old)) {
            assertTrue(log.archive().erased(4).orElseThrow().kept().isPresent());
            assertTrue(log.archive().erased(46).isPresent());
            assertTrue(log.archive().find(47).isPresent());
            assertTrue(log.archive().evidence(46).isPresent());
        }
        var salts = erase("--origin", origin, "--salts", "--confirm", origin, "4");
        assertEquals(0, salts.code(), salts.err());
        assertTrue(salts.out().contains("their bytes are gone"), salts.out());
        try (var log = EarlierLog.open(old)) {
            assertEquals(Optional.empty(), log.archive().erased(4).orElseThrow().kept());
        }
    }

    /// What was taken over lies in both logs, and whoever orders it in one hears of the other; the gateway's
    /// own order waits for that.
    @Test
    void whatLiesInBothIsGoneOnceItIsErasedInBoth() throws Exception {
        var origin = identity(old).origin().name();
        long first = addTail() + 1;
        var both = first + "-" + (first + 2);
        var certificate = SealingCertificatesTest.certificate(lastKey(), SealingCertificatesTest.keys());
        SealingCertificatesTest.pem(folder.resolve("chain.pem"), certificate);
        var name = succeed();
        var present = identity(folder.resolve("data"));
        config("earlier = [\"old\"]");
        try (var earlier = new EarlierOrigins(present, noLeaves(), List.of(old), () -> Instant.EPOCH)) {
            var opened = earlier.otherCopies(ordered(ErasureForm.BODY, 2, 4)).orElseThrow();
            assertTrue(opened.contains("is being opened"), opened);
            earlier.step();
            var there = earlier.otherCopies(ordered(ErasureForm.BODY, 2, 4)).orElseThrow();
            assertTrue(there.startsWith("entries " + both + " of " + origin + " in " + old), there);
            assertTrue(there.endsWith("--origin " + origin + " --rule WHY " + both), there);
            var second = earlier.otherCopies(ordered(ErasureForm.BODY_AND_SALTS, 3, 9))
                    .orElseThrow();
            assertTrue(second.endsWith("--rule WHY --salts " + (first + 2)), second);
            assertEquals(Optional.empty(), earlier.otherCopies(ordered(ErasureForm.BODY, 4, 9)));
        }
        var gone = folder.resolve("gone");
        try (var earlier = new EarlierOrigins(present, noLeaves(), List.of(gone), () -> Instant.EPOCH)) {
            earlier.step();
            var away = earlier.otherCopies(ordered(ErasureForm.BODY, 2, 3)).orElseThrow();
            assertTrue(away.startsWith(gone + " may have them as well, and cannot be read"), away);
        }

        var here = erase("--confirm", name, "2").well();
        assertTrue(here.out().contains("entry " + first + " of " + origin + " in " + old), here.out());
        var there = erase("--origin", origin, "--confirm", origin, both).well();
        assertTrue(there.out().contains("Done in this log"), there.out());
        assertTrue(there.out().contains("entries 2-3 of " + name + " are the same records"), there.out());
        var rest = erase("--confirm", name, "3").well();
        assertFalse(rest.out().contains("the same record"), rest.out());
        var done = finish("--origin", origin).well();
        assertTrue(done.out().contains("Done: they are hidden, and their bytes are gone."), done.out());
        try (var earlier = new EarlierOrigins(present, noLeaves(), List.of(old), () -> Instant.EPOCH)) {
            earlier.step();
            assertEquals(Optional.empty(), earlier.otherCopies(ordered(ErasureForm.BODY, 2, 4)));
            var kept = earlier.otherCopies(ordered(ErasureForm.BODY_AND_SALTS, 2, 4))
                    .orElseThrow();
            assertTrue(kept.endsWith("--salts " + both), "with what proves a copy: " + kept);
        }

        config("earlier = []");
        var unnamed = erase("--salts", "--confirm", name, "2").well();
        assertTrue(unnamed.out().contains("The directory of " + origin + " may have them as well"), unnamed.out());
        Files.write(old.resolve("seals/0000000000000000.segment"), new byte[8192]);
        config("earlier = [\"old\"]");
        var damaged = finish("--origin", origin);
        assertEquals(HsmCommand.BROKEN, damaged.code(), damaged.err());
        assertTrue(damaged.err().contains("only whoever deletes it erases what it has"), damaged.err());
    }

    private static Erasure ordered(ErasureForm form, long first, long next) throws IOException {
        var at = KernelClock.open(ClockReading.Source.SYSTEM).get();
        return new Erasure(0, at, "user test", "a request", form, List.of(new IndexRange(first, next)));
    }

    /// What it cannot be removed from waits, and is said; all else is removed.
    @Test
    void aDamagedSegmentHoldsUpItsOwnOrdersOnly() throws Exception {
        var origin = identity(old).origin().name();
        var present = begin(config("earlier = [\"old\"]"));
        new Successor(present.origin(), present.genesisHash()).write(old);
        spoil("\"run\":\"before\",\"number\":1");

        var done = erase("--origin", origin, "--confirm", origin, "6", "46");

        assertEquals(0, done.code(), done.err());
        assertTrue(done.out().contains("wait: nothing can be erased from a damaged segment"), done.out());
        assertFalse(held().contains("\"run\":\"later\",\"number\":10"), "in another segment");
        var again = erase("--origin", origin, "--confirm", origin, "47");
        assertEquals(0, again.code(), again.err());
        assertTrue(again.out().contains("order "), again.out());
    }

    /// Alters what lies in some segment of the old log.
    private void spoil(String text) throws IOException {
        try (var files = Files.list(old.resolve("entries"))) {
            for (var file : files.toList()) {
                var all = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                if (!all.contains(text)) continue;
                Files.write(
                        file, all.replace(text, text.toUpperCase(Locale.ROOT)).getBytes(StandardCharsets.ISO_8859_1));
                return;
            }
        }
        throw new AssertionError("it is not there: " + text);
    }

    private Said erase(String... more) {
        return erase(folder.resolve("this.toml"), more);
    }

    private static Said erase(Path config, String... more) {
        var words = new ArrayList<>(List.of("erase", "--config", config.toString(), "--rule", "a request"));
        words.addAll(List.of(more));
        return Said.by(words);
    }

    /// Without a rule.
    private Said finish(String... more) {
        var words = new ArrayList<>(
                List.of("erase", "--config", folder.resolve("this.toml").toString()));
        words.addAll(List.of(more));
        return Said.by(words);
    }

    /// Which of them some file there holds.
    private Set<String> held() throws IOException {
        var held = new TreeSet<String>();
        try (var files = Files.walk(old)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                for (var one : ERASED) if (text.contains(one)) held.add(one);
            }
        }
        return held;
    }

    /// @return what is said of one after it was looked at
    private static String red(EarlierOrigins earlier, int at) {
        earlier.step();
        HealthView.Part part = earlier.parts().get(at);
        assertFalse(part.well(), part::toString);
        assertFalse(part.remedy().isEmpty());
        return part.cause();
    }

    /// The key that sealed last in the old log.
    private byte[] lastKey() throws IOException {
        var held = new ArrayList<Closeable>();
        try {
            return StoredLog.open(old, "", held).identity().keys().last().spki();
        } finally {
            for (var one : held.reversed()) one.close();
        }
    }

    private LogIdentity identity(Path data) throws IOException {
        try (var entries = entries(data, config(""))) {
            return Commissioning.existing(Leaves.of(entries)).orElseThrow();
        }
    }

    /// A log that goes on, of which no more than its name is looked at.
    private LogIdentity other() throws IOException {
        var genesis = identity(old).genesis();
        return LogIdentity.of(new Genesis(
                new Origin("test-port/0badcafe"),
                genesis.suite(),
                genesis.keys(),
                genesis.software(),
                genesis.clock(),
                genesis.nonce(),
                Optional.empty()));
    }

    private static Leaves noLeaves() {
        return new Leaves() {
            @Override
            public long size() {
                return 0;
            }

            @Override
            public byte[] leaf(long index) {
                throw new IndexOutOfBoundsException("no entry " + index);
            }

            @Override
            public void scanBytes(long from, int max, Journal.LeafBytes visitor) {}
        };
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.list(from)) {
            for (var file : files.toList()) Files.copy(file, to.resolve(file.getFileName()));
        }
    }
}
