package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Evidence;
import org.sealpost.merkle.TileCoordinates;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.Leaf;

/// Programs that nobody here wrote read what a running box hands out: its receipts, its checkpoints, its whole log.
@Timeout(900)
class CounterpartsIT {
    @TempDir
    private Path folder;

    private RunningGateway box;

    @BeforeEach
    void start() throws Exception {
        box = RunningGateway.start(folder.resolve("box"), Optional.empty());
    }

    @AfterEach
    void stop() throws IOException {
        if (box != null) box.close();
    }

    @Test
    void aReceiptCutOutOfOurEvidenceIsAccepted() throws Exception {
        record(0, 20);
        var evidence = Evidence.parse(box.awaitEvidence(12));
        var receipt = evidence.heads().getFirst().receipt().bytes();
        var leaf = write("leaf", evidence.leaf());
        var key = write(
                "key",
                ((GenesisLeaf) Leaf.parse(evidence.genesis()))
                        .genesis()
                        .sealingKey()
                        .spki());

        assertStatus(0, "check-receipt", write("receipt", receipt), leaf, key);
        // The last byte is one of the signature, the one 80 bytes before it one of the path's last hash.
        for (int fromEnd : new int[] {1, 80}) {
            var altered = receipt.clone();
            altered[altered.length - fromEnd] ^= 1;
            assertStatus(1, "check-receipt", write("altered", altered), leaf, key);
        }
        var otherLeaf = Evidence.parse(box.awaitEvidence(13)).leaf();
        assertStatus(1, "check-receipt", write("receipt", receipt), write("other-leaf", otherLeaf), key);
    }

    @Test
    void ourCheckpointIsAccepted() throws Exception {
        record(0, 20);
        var checkpoint = awaitCheckpoint();
        var keys = write("vkeys", get("/log/vkeys"));
        assertStatus(0, "check-note", write("checkpoint", checkpoint), keys);

        var text = new String(checkpoint, StandardCharsets.UTF_8);
        var size = text.lines().skip(1).findFirst().orElseThrow();
        var grown = text.replaceFirst("\n" + size + "\n", "\n" + size + "0\n");
        assertStatus(1, "check-note", write("grown", grown.getBytes(StandardCharsets.UTF_8)), keys);
    }

    /// Through one full tile and a partial one, then through more of both.
    @Test
    void ourLogIsFollowedDownToEveryEntryAndAgainWhenItHasGrown() throws Exception {
        record(0, 300);
        assertLogIsFollowed();
        record(300, 500);
        assertLogIsFollowed();
    }

    /// Three levels of tiles, each with full and partial ones or on the way there. A witness cosigns a first checkpoint
    /// and then judges by a proof of consistency whether the second only adds to it; the tile reader of Go's
    /// checksum database does the same from the tiles alone.
    @Test
    void aHundredThousandEntriesAreFollowedAndCosigned() throws Exception {
        var log = box.url("/log/").toString();
        var vkeys = write("vkeys", get("/log/vkeys"));
        var witness = Files.createDirectory(folder.resolve("witness")).toString();

        box.fill(60_000);
        var first = write("first", awaitCheckpoint());
        assertCosignedIfThere(witness, log, vkeys);
        box.fill(40_300);
        var checkpoint = awaitCheckpoint();
        long size = Checkpoint.parse(checkpoint).orElseThrow().head().size();
        assertStatus(0, "fsck-log", log, vkeys);
        assertStatus(0, "follow-log", log, vkeys, first);
        assertCosignedIfThere(witness, log, vkeys);

        var partial = TileCoordinates.holding(0, size - 1, size);
        var partialAbove = TileCoordinates.holding(1, (size >>> 8) - 1, size);
        for (var altered : List.of(
                "tile/0/123",
                partial.path(),
                partialAbove.path(),
                "tile/2/000.p/1",
                "tile/entries/200",
                partial.entriesPath())) {
            assertRefused(altered, 20, vkeys);
        }
        assertRefused("checkpoint", checkpoint.length - inRoot(checkpoint), vkeys);
    }

    /// The followers are asked also where no witness can be had; its own test then says why.
    private static void assertCosignedIfThere(String... words) throws Exception {
        try {
            assertStatus(0, "witness-log", words);
        } catch (TestAbortedException reason) {
            System.out.println("without a witness: " + reason.getMessage());
        }
    }

    private void assertRefused(String altered, int fromEnd, String vkeys) throws Exception {
        try (var between = new AlteredLog(box, altered, fromEnd)) {
            assertStatus(1, "fsck-log", between.url(), vkeys);
            assertStatus(1, "follow-log", between.url(), vkeys);
        }
    }

    /// Where a character of the root stands in a checkpoint.
    private static int inRoot(byte[] checkpoint) {
        return new String(checkpoint, StandardCharsets.ISO_8859_1).indexOf("\n\n") - 10;
    }

    /// What was said once must stand in what is said later, and only the box can say it.
    @Test
    void anAlteredCheckpointIsNeitherFollowedNorCosigned() throws Exception {
        var log = box.url("/log/").toString();
        var vkeys = write("vkeys", get("/log/vkeys"));
        record(0, 20);
        var checkpoint = awaitCheckpoint();
        var altered = checkpoint.clone();
        // In the last signature, which is the Ed25519 line; below in the root.
        altered[altered.length - 20] ^= 1;
        assertStatus(1, "follow-log", log, vkeys, write("altered", altered));
        var otherRoot = checkpoint.clone();
        int root = inRoot(checkpoint);
        otherRoot[root] ^= 1;
        assertStatus(1, "follow-log", log, vkeys, write("other-root", otherRoot));

        var witness = Files.createDirectory(folder.resolve("witness")).toString();
        try (var between = new AlteredLog(box, "checkpoint", checkpoint.length - root)) {
            assertStatus(1, "witness-log", witness, between.url(), vkeys);
        }
        assertStatus(0, "witness-log", witness, log, vkeys);
    }

    private void assertLogIsFollowed() throws Exception {
        awaitCheckpoint();
        assertStatus(0, "fsck-log", box.url("/log/").toString(), write("vkeys", get("/log/vkeys")));
    }

    private void record(int first, int count) throws Exception {
        for (int i = first; i < first + count; i++) {
            box.record(("{\"turn\":" + i + "}").getBytes(StandardCharsets.UTF_8), "turn-" + i);
        }
    }

    /// The checkpoint that covers all that is durable now.
    private byte[] awaitCheckpoint() throws Exception {
        long size = box.size();
        Await.until("a checkpoint of size " + size, () -> {
            var answer = box.get("/log/checkpoint");
            return answer.statusCode() == 200
                    && Checkpoint.parse(answer.body()).orElseThrow().head().size() >= size;
        });
        return get("/log/checkpoint");
    }

    private byte[] get(String path) throws IOException, InterruptedException {
        var answer = box.get(path);
        assertEquals(200, answer.statusCode(), () -> RunningGateway.text(answer));
        return answer.body();
    }

    private String write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes).toString();
    }

    private static void assertStatus(int expected, String counterpart, String... words) throws Exception {
        var done = Command.counterpart(counterpart, words);
        assertEquals(expected, done.status(), done::output);
    }
}
