package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.local.LocalLedger;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.CborWriter;
import org.sealpost.record.Origin;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.Tree;

class SealedHeadsTest {
    private static final JournalConfig JOURNAL =
            new JournalConfig("test", 1 << 18, Relay.MAX_ENTRY_SIZE_BYTES, 1 << 16);
    private static final Origin ORIGIN = new Origin("sealed/heads");

    private final SoftwareKey key = SoftwareKey.p256ForTests(12);
    private final FaultyDisk disk = new FaultyDisk();

    @TempDir
    Path folder;

    private Tree tree(int size) throws Exception {
        var tree = Tree.open(folder, (from, count) -> List.of(), 0, Optional.empty());
        tree.append(IntStream.range(0, size).mapToObj(SealedHeadsTest::leaf).toList());
        return tree;
    }

    private static Hash leaf(int number) {
        return Merkle.leafHash(("leaf " + number).getBytes(StandardCharsets.US_ASCII));
    }

    /// As the sealer does.
    private void publish(Tree tree, long size) throws Exception {
        var checkpoint = Checkpoint.unsigned(new Head(ORIGIN, size, tree.root(size)));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(checkpoint.toBeSigned());
        var signed = checkpoint.with(P256Key.of(key.spki()), P256Signature.ofRaw(key.sign(digest)));
        try (var journal = Journal.open(disk, JOURNAL, 0)) {
            var item = new CborWriter().array(2).integer(2).text(signed.format());
            journal.append(item.toBytes(), new byte[0]);
            journal.force();
        }
    }

    private SealedHeads heads(Tree tree, byte[] firstKey) throws Exception {
        var seals = SealLog.open(Journal.open(disk, JOURNAL, 0), Journal.open(new FaultyDisk(), JOURNAL, 0));
        return new SealedHeads(seals, tree, CarriedHeads.identity(ORIGIN, firstKey));
    }

    @Test
    void withoutACheckpointThereIsNothingToLodge() throws Exception {
        assertEquals(Optional.empty(), heads(tree(3), key.spki()).newest());
    }

    @Test
    void aCheckpointOfTheSealerIsWhatLedgersTake() throws Exception {
        var ledger = LocalLedger.open(Journal.open(new FaultyDisk(), JOURNAL, 0));
        var relayDisk = new FaultyDisk();
        var tree = tree(700);
        for (long size : new long[] {300, 700}) {
            publish(tree, size);
            var relay = Relay.open(
                    RelayConfig.of("local"), Journal.open(relayDisk, JOURNAL, 0), ledger, heads(tree, key.spki()));
            while (relay.step() > 0) {}
            var head = assertInstanceOf(AnchorState.Final.class, relay.stateOf(size - 1))
                    .head();
            assertEquals(size, head.size());
            assertEquals(tree.root(size), head.root());
            relayDisk.kill();
            disk.kill();
        }
    }

    /// As a log that begins to lodge behind many hand-overs has them: one checkpoint behind some.
    @Test
    void aHeadBetweenHasAsManyHandOversAsAreFollowed() throws Exception {
        var log = new SignedLog(ORIGIN.name(), 12).growTo(3);
        for (int i = 0; i < 40; i++) {
            log.handOver(200 + i).growTo(log.size() + 2);
        }
        var at = log.handOverIndexes();
        for (int i : new int[] {0, 14, 15, 20, 30, 39}) {
            publish(log, at.get(i) + 2);
            publish(log, at.get(i) + 3);
        }
        var tree = Tree.open(folder, (from, count) -> List.of(), 0, Optional.empty());
        tree.append(log.leafHashes());
        var newest = log.head(log.size());
        var keys = newest.keyProof().orElseThrow().keysFor(newest).orElseThrow();
        var seals = SealLog.open(Journal.open(disk, JOURNAL, 0), Journal.open(new FaultyDisk(), JOURNAL, 0));
        var heads = new SealedHeads(seals, tree, new LogIdentity(log.firstLeaf(), keys));
        var first = heads.between(0, 16).orElseThrow();
        assertEquals(at.get(15) + 2, first.size());
        assertEquals(16, first.keyProof().orElseThrow().steps().size());
        assertEquals(
                Optional.of(16),
                first.keyProof()
                        .orElseThrow()
                        .keysFor(first)
                        .map(found -> found.handOvers().size()));
        var second = heads.between(first.size(), 16).orElseThrow();
        assertEquals(at.get(30) + 2, second.size(), "the largest that is kept");
        assertEquals(log.size(), heads.between(second.size(), 16).orElseThrow().size(), "the newest");
        assertEquals(Optional.empty(), heads.between(at.get(20) + 3, 9), "none is kept so near");
    }

    private void publish(SignedLog log, long size) throws Exception {
        var head = log.head(size);
        var key = head.keyProof().isEmpty()
                ? P256Key.of(head.firstKey())
                : head.keyProof().get().keysFor(head).orElseThrow().last();
        var signed = Checkpoint.unsigned(new Head(ORIGIN, size, head.root()))
                .with(key, P256Signature.ofRaw(head.signature()));
        try (var journal = Journal.open(disk, JOURNAL, 0)) {
            var item = new CborWriter().array(2).integer(2).text(signed.format());
            journal.append(item.toBytes(), new byte[0]);
            journal.force();
        }
    }

    @Test
    void aCheckpointByAnotherKeyIsNeverHandedOn() throws Exception {
        var tree = tree(5);
        publish(tree, 5);
        var heads = heads(tree, SoftwareKey.p256ForTests(13).spki());
        assertThrows(IllegalStateException.class, heads::newest);
    }
}
