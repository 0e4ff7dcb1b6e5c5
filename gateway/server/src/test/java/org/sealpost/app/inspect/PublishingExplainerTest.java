package org.sealpost.app.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.app.inspect.Explanation.Standing;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborWriter;

/// The folder and the journal of publications, in the bytes of docs/formats.md §27.
class PublishingExplainerTest {
    private static final byte[] REQUEST = "a request".getBytes(StandardCharsets.UTF_8);
    private static final byte[] CONTENT = "what nobody else may read".getBytes(StandardCharsets.UTF_8);
    private static final byte[] SOME = new byte[32];

    @TempDir
    private Path data;

    private Path folder;

    @BeforeEach
    void aPublicationUnderWay() throws Exception {
        folder = Files.createDirectory(data.resolve("publishing-evm"));
        try (var journal = journal()) {
            append(
                    journal,
                    new CborWriter()
                            .array(4)
                            .text("sealpost-published")
                            .integer(1)
                            .text("evm")
                            .bytes(SOME));
            var profile = entry(4, 12, 40)
                    .array(1)
                    .array(3)
                    .text("crane.photo")
                    .integer(3)
                    .integer(40);
            append(journal, profile);
            var reached = entry(5, 13, 7);
            new AnchorIdentity.Evm(1337, Hash.of(SOME), new byte[20], Hash.of(SOME)).write(reached);
            append(journal, reached);
            append(
                    journal,
                    entry(8, 1, 7)
                            .integer(3)
                            .integer(41)
                            .integer(2)
                            .bytes(sha256(CONTENT))
                            .bytes(SOME));
            append(journal, prepared(REQUEST));
        }
    }

    private static CborWriter prepared(byte[] request) throws Exception {
        return entry(7, 2, 7).bytes(SOME).integer(0).bytes(sha256(request)).integer(0);
    }

    private Journal journal() throws Exception {
        var sizes = new JournalConfig("published-evm", 1 << 20, 32 << 10, 64 << 10);
        return Journal.open(DirectoryDisk.open(data.resolve("published-evm")), sizes, 0);
    }

    private static CborWriter entry(int count, int type, long number) {
        return new CborWriter()
                .array(count)
                .integer(type)
                .integer(1_790_000_000_000L)
                .integer(number);
    }

    private static void append(Journal journal, CborWriter entry) throws Exception {
        journal.append(entry.toBytes(), new byte[0]);
        journal.force();
    }

    private static byte[] sha256(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    private static Explanation of(Path file) throws Exception {
        return new Inspection(20, true).of(file);
    }

    @Test
    void theJournalIsToldInWords() throws Exception {
        var told = of(data.resolve("published-evm/0000000000000000.segment"));
        assertEquals(Standing.WHOLE, told.standing(), told::toString);
        assertEquals(5, told.items().size(), told::toString);
        var at = ", 2026-09-21T14:13:20Z";
        assertEquals("0: begins: publications to evm", told.items().get(0));
        assertEquals(
                "1: publishes crane.photo as payloads for recipients from entry 40 on, with 40 entries in the log" + at,
                told.items().get(1));
        assertEquals(
                "2: reached: kind evm, numbers begin at 7" + at, told.items().get(2));
        assertEquals(
                "3: publication 7: made, payloads for recipients, entries 41 to 42" + at,
                told.items().get(3));
        assertEquals("4: publication 7: prepared" + at, told.items().get(4));
    }

    /// In the bytes of docs/formats.md §30; and what is on its way is found behind it.
    @Test
    void whatIsKeptOfTheJournalIsToldInWords() throws Exception {
        var sizes = new JournalConfig("finished-evm", 1 << 20, 40 << 10, 128 << 10);
        try (var journal = journal();
                var finished = Journal.open(DirectoryDisk.open(data.resolve("finished-evm")), sizes, 0)) {
            var finals = new CborWriter().array(2).integer(1).array(2);
            ended(finals, 5, 1, 3, 2, false);
            ended(finals, 6, 3, 9, 1, true);
            append(finished, finals);
            append(
                    finished,
                    new CborWriter().array(2).integer(3).bytes(journal.read(3).leaf()));
            append(
                    finished,
                    new CborWriter()
                            .array(10)
                            .integer(4)
                            .integer(1)
                            .bytes(sha256(journal.read(1).leaf()))
                            .integer(0)
                            .bytes(journal.read(0).leaf())
                            .nil()
                            .nil()
                            .nil()
                            .integer(0)
                            .integer(0));
        }
        var told = of(data.resolve("finished-evm/0000000000000000.segment"));
        assertEquals(Standing.WHOLE, told.standing(), told::toString);
        var at = ", 2026-09-21T14:13:20Z";
        assertEquals(
                "0: publication 5: commitments, entries 3 to 4, height 105" + at
                        + "; publication 6 given up, was: payloads for recipients, entry 9, height 106" + at,
                told.items().get(0));
        assertEquals(
                "1: to get another number: publication 7: made, payloads for recipients, entries 41 to 42" + at,
                told.items().get(1));
        assertEquals("2: kept of what lies before entry 1", told.items().get(2));
        var request = Files.write(folder.resolve("0000000000000000007.request"), REQUEST);
        assertEquals("published-evm names it", of(request).facts().get("journal"));
    }

    private static void ended(CborWriter out, long number, int kind, long first, int count, boolean givenUp) {
        out.array(9)
                .integer(1_790_000_000_000L)
                .integer(number)
                .integer(kind)
                .integer(first)
                .integer(count)
                .bytes(SOME)
                .integer(100 + number)
                .bytes(SOME)
                .bool(givenUp);
    }

    /// Whoever may see payloads sees none here either: what is on its way may be ordered to be erased.
    @Test
    void whatLiesInTheFolderIsComparedWithTheJournal() throws Exception {
        var request = Files.write(folder.resolve("0000000000000000007.request"), REQUEST);
        var content = Files.write(folder.resolve("0000000000000000007.content"), CONTENT);
        for (var file : new Path[] {request, content}) {
            var whole = of(file);
            assertEquals(Standing.WHOLE, whole.standing(), whole::toString);
            assertEquals("published-evm names it", whole.facts().get("journal"));
            assertEquals("7", whole.facts().get("publication"));
            assertFalse(
                    whole.toString().contains("nobody else") || whole.toString().contains("a request"));
        }
        Files.write(request, CONTENT);
        var altered = of(request);
        assertEquals(Standing.DAMAGED, altered.standing(), altered::toString);
        assertTrue(altered.facts().get("damaged").contains("it is signed anew"), altered::toString);
        Files.write(content, REQUEST);
        var lost = of(content);
        assertEquals(Standing.DAMAGED, lost.standing(), lost::toString);
        assertTrue(lost.facts().get("damaged").contains("is given up"), lost::toString);
    }

    /// The file is there before the entry that names it, so both are looked at twice.
    @Test
    void whatAGatewayReplacesMeanwhileIsNotDamaged() throws Exception {
        var request = Files.write(folder.resolve("0000000000000000007.request"), CONTENT);
        var between = meanwhile(request, () -> {
            try (var journal = journal()) {
                append(journal, entry(4, 8, 7).text("a dearer one takes its place at its nonce"));
                append(journal, prepared(SOME));
            }
        });
        assertEquals(Standing.WHOLE, between.standing(), between::toString);
        assertTrue(between.facts().get("journal").endsWith("look again"), between::toString);
        var named = meanwhile(request, () -> Files.write(request, SOME));
        assertEquals("published-evm names it", named.facts().get("journal"), named::toString);
    }

    private interface Writing {
        void write() throws Exception;
    }

    private static Explanation meanwhile(Path file, Writing writing) throws Exception {
        var explainer = new PublishingExplainer(() -> {
            try {
                writing.write();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        return explainer.explain(Subject.of(file, new Subject.Depth(20, true))).orElseThrow();
    }

    @Test
    void whatNoEntryNamesIsNotNeeded() throws Exception {
        for (var name : new String[] {
            "0000000000000000006.request", "0000000000000000008.content", "0000000000000000007.request.tmp"
        }) {
            var left = of(Files.write(folder.resolve(name), REQUEST));
            assertEquals(Standing.WHOLE, left.standing(), left::toString);
            assertTrue(left.facts().get("needed").startsWith("no more, or not yet"), left::toString);
        }
        var stranger = of(Files.write(folder.resolve("7.request"), REQUEST));
        assertEquals(Standing.UNKNOWN, stranger.standing(), stranger::toString);
        var alone = Files.createDirectory(data.resolve("publishing-fabric"));
        var carried = of(Files.write(alone.resolve("0000000000000000007.request"), REQUEST));
        assertEquals(Standing.WHOLE, carried.standing(), carried::toString);
        assertTrue(carried.facts().get("journal").contains("what names this file is not known"), carried::toString);
    }
}
