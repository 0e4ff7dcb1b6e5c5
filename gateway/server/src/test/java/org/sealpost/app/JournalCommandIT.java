package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.hsm.Installed;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.record.Body;
import org.sealpost.record.Content;
import org.sealpost.record.Slot;
import org.sealpost.seal.TreeDamaged;

/// What a technician does with a gateway that refuses to open its damaged journal, from the command line.
@Timeout(300)
class JournalCommandIT {
    private static final int BLOCK = 4096;

    /// One tile of hashes, and some that are in no file.
    private static final int RECORDS = 270;

    @TempDir
    private Path folder;

    private Path data;

    /// Index of the first record: behind the genesis and what the box itself recorded.
    private long first;

    @BeforeEach
    void token() throws Exception {
        Installed.require(SoftHsm.module().isPresent(), "SoftHSM2 is not installed (package softhsm2)");
        SoftHsm.create(folder.resolve("hsm"));
        data = folder.resolve("data");
        Files.writeString(folder.resolve("clients"), "");
        Files.writeString(
                folder.resolve("sealpost.toml"), """
                data = "data"
                [clients]
                file = "clients"
                [http]
                port = 0
                [mqtt]
                port = 0
                [journal]
                segment-size = "8MiB"
                [token]
                module = "%s"
                label = "box"
                pin-file = "pin"
                driver = "inside"
                [anchorage.local]
                kind = "local"
                """.formatted(SoftHsm.module().orElseThrow()));
        assertEquals(0, run("token", "init").code());
    }

    private Said run(String... words) {
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--config", folder.resolve("sealpost.toml").toString()));
        return Said.by(all);
    }

    private GatewayConfig config() {
        return GatewayConfig.read(folder.resolve("sealpost.toml"));
    }

    private Path segment() {
        return data.resolve("entries/0000000000000000.segment");
    }

    private static String payload(int number) {
        return "{\"reading\":\"number " + number + " of all\"}";
    }

    /// Fills a log and ends the gateway.
    ///
    /// @return the evidence of each record, by its number
    private List<byte[]> fill(int records, AtomicReference<String> trust) throws Exception {
        var evidence = new ArrayList<byte[]>();
        try (var box = RunningGateway.start(config())) {
            for (int number = 0; number < records; number++) {
                long index = box.record(payload(number).getBytes(StandardCharsets.UTF_8), "key-" + number);
                if (number == 0) first = index;
                assertEquals(first + number, index);
            }
            for (int number = 0; number < records; number++) evidence.add(box.awaitEvidence(first + number));
            trust.set(box.trustFile());
        }
        return evidence;
    }

    private int at(String text) throws IOException {
        var bytes = new String(Files.readAllBytes(segment()), StandardCharsets.ISO_8859_1);
        int at = bytes.indexOf(text);
        assertTrue(at > 0, text);
        return at;
    }

    private void write(long at, byte[] bytes) throws IOException {
        try (var file = FileChannel.open(segment(), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(bytes), at);
        }
    }

    /// The whole group of a record that came alone.
    private void spoilGroupOf(int number) throws IOException {
        write(at(payload(number)) / BLOCK * BLOCK, new byte[BLOCK]);
    }

    private void spoilBodyOf(int number) throws IOException {
        write(at(payload(number)), new byte[] {'X'});
    }

    @Test
    void whatIsLeftOfADamagedLogGoesOn() throws Exception {
        var trust = new AtomicReference<String>();
        var evidence = fill(RECORDS, trust);
        var whole = run("journal", "examine");
        assertEquals(0, whole.code(), whole.out() + whole.err());
        assertTrue(whole.out().contains("journal 'entries' holds entries 0 to "), whole.out());
        assertTrue(whole.out().contains("journal 'seals' holds"), whole.out());

        spoilGroupOf(20);
        spoilBodyOf(30);
        var damaged = run("journal", "examine", "--journal", "entries");
        assertEquals(1, damaged.code(), damaged.out() + damaged.err());
        assertTrue(damaged.out().contains("entry " + (first + 20) + " gone"), damaged.out());
        assertTrue(damaged.out().contains("entry " + (first + 30) + " body gone"), damaged.out());
        var json = new ObjectMapper()
                .readTree(run("journal", "examine", "--journal", "entries", "--json")
                        .out());
        assertEquals("both", json.at("/0/damages/0/gone").asText(), json::toString);
        assertEquals(first + 30, json.at("/0/damages/1/first").asLong(), json::toString);
        var refused = assertThrows(
                JournalDamaged.class, () -> RunningGateway.start(config()).close());
        var all = "in all: entry " + (first + 20) + " gone, entry " + (first + 30) + " body gone";
        assertTrue(refused.getMessage().contains(all), refused::getMessage);
        assertTrue(Refusal.of(refused).orElseThrow().sentence().contains("sealpost journal examine"));

        var before = Files.readAllBytes(segment());
        var elsewhere = run("journal", "salvage", "--to", folder.resolve("new").toString(), "--apply");
        assertEquals(1, elsewhere.code());
        assertTrue(elsewhere.err().contains("does not lie in"), elsewhere.err());
        var made = data.resolve("entries.salvaged").toString();
        var salvaged = run("journal", "salvage", "--to", made);
        assertEquals(0, salvaged.code(), salvaged.out() + salvaged.err());
        assertArrayEquals(before, Files.readAllBytes(segment()), "the damaged journal is not written to");
        assertThrows(JournalDamaged.class, () -> RunningGateway.start(config()).close());
        var applied = run("journal", "salvage", "--to", made, "--apply");
        assertEquals(0, applied.code(), applied.out() + applied.err());
        assertArrayEquals(before, Files.readAllBytes(data.resolve("entries.damaged-1/0000000000000000.segment")));
        assertFalse(Files.exists(Path.of(made)));

        try (var box = RunningGateway.start(config())) {
            long size = box.size();
            for (int number : new int[] {0, 19, 21, 29, 31, RECORDS - 1}) {
                var proved = RunningGateway.verify(box.awaitEvidence(first + number), box.trust(), AnchorCheck.OFFLINE);
                assertEquals(payload(number), proved.text());
            }
            for (int lost : new int[] {20, 30}) {
                var answer = box.get("/v1/records/" + (first + lost));
                assertEquals(410, answer.statusCode(), () -> RunningGateway.text(answer));
                assertEquals(
                        410,
                        box.get("/v1/records/" + (first + lost) + "/evidence").statusCode());
                RunningGateway.verify(evidence.get(lost), box.trust(), AnchorCheck.OFFLINE);
            }
            assertEquals(404, box.get("/log/tile/entries/000").statusCode());
            assertEquals(200, box.get("/log/tile/0/000").statusCode());
            assertEquals(trust.get(), box.trustFile(), "it is the same log");
            // The key of what was lost is free again; all others give the first answer.
            assertEquals(
                    200,
                    box.post(payload(19).getBytes(StandardCharsets.UTF_8), "key-19")
                            .statusCode());
            long again = box.record(payload(20).getBytes(StandardCharsets.UTF_8), "key-20");
            assertTrue(again >= size, again + " of " + size);
            assertEquals(
                    payload(20),
                    RunningGateway.verify(box.awaitEvidence(again), box.trust(), AnchorCheck.OFFLINE)
                            .text());
        }
        var recorded = salvageEntries();
        assertEquals(1, recorded.size());
        var note = new ObjectMapper().readTree(recorded.getFirst());
        var twentieth = "[" + (first + 20) + "," + (first + 20) + "]";
        var thirtieth = "[" + (first + 30) + "," + (first + 30) + "]";
        assertEquals("[" + twentieth + "]", note.path("leavesLost").toString());
        assertEquals(
                "[" + twentieth + "," + thirtieth + "]", note.path("bodiesLost").toString());
        assertTrue(note.path("by").asText().startsWith("user "), note::toString);
        assertEquals(0, run("journal", "examine").code());
    }

    private List<byte[]> salvageEntries() throws IOException {
        var found = new ArrayList<byte[]>();
        try (var log = StoppedLog.open(config())) {
            log.entries().scan(0, Integer.MAX_VALUE, entry -> {
                if (!new String(entry.leaf(), StandardCharsets.ISO_8859_1).contains("sealpost.salvage")) return;
                try {
                    var slot = Body.parse(entry.body()).slots().get(Slot.CONTENT);
                    found.add(Content.parse(((Slot.Shown) slot).bytes()).payload());
                } catch (org.sealpost.record.CborMalformed e) {
                    throw new IOException(e);
                }
            });
        }
        return found;
    }

    /// The newest hashes are in no tile file, so a leaf that goes there takes the log with it.
    @Test
    void aLogWhoseHashesAreNotKnownIsNotPatchedUp() throws Exception {
        fill(8, new AtomicReference<>());
        spoilGroupOf(3);
        var made = data.resolve("entries.salvaged");
        var refused = run("journal", "salvage", "--to", made.toString());
        assertEquals(1, refused.code(), refused.out() + refused.err());
        assertTrue(refused.err().contains("the leaves of entry " + (first + 3) + " are gone"), refused.err());
        assertTrue(refused.err().contains("begin a new origin"), refused.err());
        assertFalse(Files.exists(made));

        var asIs = run("journal", "salvage", "--to", made.toString(), "--as-is");
        assertEquals(0, asIs.code(), asIs.out() + asIs.err());
        var notApplied = run("journal", "salvage", "--to", made.toString(), "--apply");
        assertEquals(1, notApplied.code(), notApplied.out() + notApplied.err());
        assertTrue(Files.isDirectory(made));

        Trees.delete(data.resolve("entries"));
        Files.move(made, data.resolve("entries"));
        var started = assertThrows(
                StartRefused.class, () -> RunningGateway.start(config()).close());
        assertTrue(started.getMessage().contains("--as-is"), started::getMessage);
        Files.delete(data.resolve("entries/salvage.note"));
        assertThrows(TreeDamaged.class, () -> RunningGateway.start(config()).close());
    }

    /// The copy of an older state would take records away that were acknowledged since.
    @Test
    void aSalvageOfAnOlderStateIsNotApplied() throws Exception {
        fill(8, new AtomicReference<>());
        var whole = Files.readAllBytes(segment());
        spoilBodyOf(3);
        var made = data.resolve("entries.salvaged");
        assertEquals(0, run("journal", "salvage", "--to", made.toString()).code());
        assertEquals(0, run("journal", "salvage", "--to", made.toString()).code(), "it is made already");
        Files.write(segment(), whole);
        long later;
        try (var box = RunningGateway.start(config())) {
            later = box.record(payload(8).getBytes(StandardCharsets.UTF_8), "key-8");
            box.awaitEvidence(later);
        }
        for (int spoilt = 0; spoilt < 2; spoilt++) {
            for (var verb : List.of(
                    List.of("journal", "salvage", "--to", made.toString()),
                    List.of("journal", "salvage", "--to", made.toString(), "--apply"))) {
                var refused = run(verb.toArray(String[]::new));
                assertEquals(1, refused.code(), refused.out() + refused.err());
                assertTrue(
                        refused.err().contains("is of an older state of the journal: delete it and salvage again"),
                        refused.err());
            }
            if (spoilt == 0) spoilBodyOf(3);
        }
        Trees.delete(made);
        assertEquals(0, run("journal", "salvage", "--to", made.toString()).code());
        // A swap that was cut off between its two steps.
        Files.move(data.resolve("entries"), data.resolve("entries.damaged-1"));
        var applied = run("journal", "salvage", "--to", made.toString(), "--apply");
        assertEquals(0, applied.code(), applied.out() + applied.err());
        try (var box = RunningGateway.start(config())) {
            assertEquals(
                    payload(8),
                    RunningGateway.verify(box.awaitEvidence(later), box.trust(), AnchorCheck.OFFLINE)
                            .text());
        }
        assertEquals(1, salvageEntries().size());
    }

    @Test
    void aGatewayThatRunsIsNotExamined() throws Exception {
        try (var box = RunningGateway.start(config())) {
            box.record(payload(0).getBytes(StandardCharsets.UTF_8), "key");
            for (var verb : List.of(
                    List.of("journal", "examine"),
                    List.of("journal", "salvage", "--to", data.resolve("new").toString()))) {
                var refused = run(verb.toArray(String[]::new));
                assertEquals(2, refused.code(), refused.out() + refused.err());
                assertTrue(refused.err().contains("a gateway runs there; stop it first"), refused.err());
            }
        }
        var unknown = run("journal", "examine", "--journal", "letters");
        assertEquals(2, unknown.code());
        assertTrue(unknown.err().contains("holds no journal 'letters'"), unknown.err());
        assertEquals(Optional.empty(), Optional.of(data.resolve("letters")).filter(Files::exists));
    }
}
