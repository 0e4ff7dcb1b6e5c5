package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.bench.LogView.Capture;
import org.sealpost.bench.LogView.Sight;
import org.sealpost.evidence.Head;
import org.sealpost.merkle.Frontier;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.merkle.NodeSink;
import org.sealpost.record.Origin;

/// Each way in which a log can break its promises is one test: a campaign that overlooks one proves nothing.
class AuditTest {
    private static final Origin ORIGIN = new Origin("bench/00000001");

    /// A log in memory that a test can spoil.
    private static final class FakeLog implements LogView {
        final List<PublicLeaf> leaves = new ArrayList<>();
        final Map<Integer, Sight> sights = new HashMap<>();
        // Where the journal has something else than the evidence.
        final Map<Integer, Sight> journal = new HashMap<>();

        int add(Capture capture) {
            var leaf = Merkle.leafHash(new byte[] {(byte) leaves.size()});
            sights.put(leaves.size(), new Sight.Proved(leaf, capture));
            leaves.add(new PublicLeaf(leaf, false));
            return leaves.size() - 1;
        }

        void addOwn() {
            leaves.add(new PublicLeaf(Merkle.leafHash(new byte[] {(byte) leaves.size()}), true));
        }

        Head head() {
            var tree = Frontier.empty(NodeSink.NOWHERE);
            leaves.forEach(leaf -> tree.append(leaf.hash()));
            return new Head(ORIGIN, leaves.size(), tree.root());
        }

        @Override
        public List<PublicLeaf> leaves() {
            return leaves;
        }

        @Override
        public Sight look(long index) {
            return Objects.requireNonNull(sights.get((int) index), "nobody may ask for the box's own entries");
        }

        @Override
        public Sight read(long index) {
            return Objects.requireNonNull(journal.getOrDefault((int) index, sights.get((int) index)));
        }
    }

    private final Promises promises = new Promises(42);
    private final Orders orders = new Orders();
    private final FakeLog log = new FakeLog();
    private final List<Head> heads = new ArrayList<>();

    AuditTest() {
        log.addOwn();
        log.addOwn();
        heads.add(log.head());
        for (int i = 0; i < 8; i++) {
            long number = promises.next(i % 2 == 0 ? Promises.Door.HTTP : Promises.Door.MQTT);
            int index = log.add(capture(number));
            if (i % 2 == 0) promises.acknowledged(number, index);
            else promises.acknowledged(number);
        }
        heads.add(log.head());
    }

    private Capture capture(long number) {
        return new Capture(promises.key(number), promises.payload(number));
    }

    private Hash hash(int index) {
        return log.leaves.get(index).hash();
    }

    private List<String> findings() throws Exception {
        return Audit.findings(log, promises, orders, heads);
    }

    private void assertFound(String... parts) throws Exception {
        var findings = findings();
        assertEquals(1, findings.size(), findings::toString);
        for (var part : parts) assertTrue(findings.getFirst().contains(part), findings::toString);
    }

    @Test
    void aFaithfulLogHasNoFindings() throws Exception {
        assertEquals(List.of(), findings());
    }

    @Test
    void whatGotNoAnswerMayBeThereOrNot() throws Exception {
        promises.next(Promises.Door.MQTT);
        log.add(capture(promises.next(Promises.Door.MQTT)));
        assertEquals(List.of(), findings());
    }

    @Test
    void aLostRecordIsFound() throws Exception {
        promises.acknowledged(promises.next(Promises.Door.MQTT));
        assertFound("record 8", "lost");
    }

    @Test
    void aRecordAtAnotherIndexIsFound() throws Exception {
        promises.acknowledged(4, 7);
        assertFound("record 4", "7", "6");
    }

    @Test
    void aRecordThatIsThereTwiceIsFound() throws Exception {
        log.add(capture(3));
        assertFound("record 3 twice", "5", "10");
    }

    @Test
    void aRefusedRecordThatIsThereIsFound() throws Exception {
        long number = promises.next(Promises.Door.HTTP);
        promises.refused(number);
        log.add(capture(number));
        assertFound("record 8 was refused");
    }

    @Test
    void anotherContentIsFound() throws Exception {
        var payload = promises.payload(5);
        payload[payload.length - 1] ^= 1;
        log.sights.put(7, new Sight.Proved(hash(7), new Capture(promises.key(5), payload)));
        var findings = findings();
        assertEquals(2, findings.size(), findings::toString);
        assertTrue(findings.get(0).contains("never sent"));
        assertTrue(findings.get(1).contains("record 5 was acknowledged, and is lost"));
    }

    @Test
    void anotherKeyIsFound() throws Exception {
        var wrong = new Capture(Optional.of("other"), promises.payload(5));
        log.sights.put(7, new Sight.Proved(hash(7), wrong));
        assertFound("record 5 with the key", "other");
    }

    @Test
    void anIndexWithoutEvidenceIsFound() throws Exception {
        log.sights.put(2, new Sight.Unproved("evidence answers 500"));
        var findings = findings();
        assertEquals(2, findings.size(), findings::toString);
        assertTrue(findings.get(0).contains("index 2: evidence answers 500"));
        assertTrue(findings.get(1).contains("record 0 was acknowledged, and is lost"));
    }

    @Test
    void evidenceOfAnotherLeafIsFound() throws Exception {
        log.sights.put(2, new Sight.Proved(hash(0), capture(0)));
        assertFound("index 2", "not the one in the log");
    }

    @Test
    void ofWhatIsNotAskedForTheJournalIsRead() throws Exception {
        log.journal.put(3, new Sight.Unproved("the body is not the one"));
        assertEquals(List.of(), findings(), "evidence is there of all in a small log");
        var findings = Audit.findings(log, promises, orders, heads, 0);
        assertEquals(2, findings.size(), findings::toString);
        assertTrue(findings.get(0).contains("index 3: the body is not the one"));
        assertTrue(findings.get(1).contains("record 1 was acknowledged, and is lost"));
    }

    @Test
    void aRewrittenHistoryIsFound() throws Exception {
        var other = Merkle.leafHash(new byte[] {99});
        log.leaves.set(1, new LogView.PublicLeaf(other, true));
        var findings = findings();
        assertEquals(2, findings.size(), findings::toString);
        assertTrue(findings.getFirst().contains("published root of size 2"));
    }

    @Test
    void twoRootsOfOneSizeAreFound() throws Exception {
        heads.add(0, new Head(ORIGIN, 10, hash(0)));
        assertFound("two roots for size 10");
    }

    @Test
    void aLogThatShrankIsFound() throws Exception {
        heads.add(new Head(ORIGIN, 11, hash(0)));
        assertFound("size 11", "now the log has 10");
    }

    @Test
    void whatWasErasedByOrderIsKnownByWhereItWasSeen() throws Exception {
        promises.seen(4, 6);
        orders.sent(4);
        log.sights.put(6, new Sight.Erased());
        assertEquals(List.of(), findings(), "also where the order got no answer");
        orders.ordered(4, 0);
        assertEquals(List.of(), findings());
    }

    @Test
    void anOrderThatIsNotCarriedOutIsFound() throws Exception {
        orders.sent(4);
        assertEquals(List.of(), findings(), "nobody knows whether it is in force");
        orders.ordered(4, 0);
        assertFound("record 4 was ordered to be erased, and is there");
    }

    @Test
    void whatWasErasedWithoutAnOrderIsFound() throws Exception {
        promises.seen(4, 6);
        log.sights.put(6, new Sight.Erased());
        assertFound("record 4 is erased, and nobody ordered it");
    }

    @Test
    void whatWasGivenUpIsKnownByWhereItWasSeen() throws Exception {
        log.sights.put(2, new Sight.GivenUp());
        var findings = findings();
        assertEquals(2, findings.size(), findings::toString);
        assertTrue(findings.get(0).contains("index 2 is given up, and nobody had seen what was there"));
        assertTrue(findings.get(1).contains("record 0 was acknowledged, and is lost"));
        promises.seen(0, 2);
        assertEquals(List.of(), findings());
        promises.seen(1, 2);
        assertEquals(2, findings().size(), "one of them is lost, the other one is there twice");
    }

    @Test
    void whatMayNotBeGivenUpIsMissed() {
        for (long index : new long[] {2, 3, 4, 6, 7, 8}) promises.keySeen(index);
        assertEquals(List.of(), Audit.kept(0, List.of(), promises, 100));
        assertEquals(List.of(), Audit.kept(5, List.of(3L, 5L), promises, 3));
        assertEquals(
                List.of("the entries below 5 were given up, and only 3 with a key are left, of 4 that must be known"),
                Audit.kept(5, List.of(5L), promises, 4));
        assertEquals(List.of(), Audit.kept(6, List.of(6L), promises, 3), "the first that is left counts, too");
        var early = Audit.kept(5, List.of(4L), promises, 1);
        assertEquals(1, early.size());
        assertTrue(early.getFirst().contains("below 5 were given up, and only heads up to 4 are anchored"));
    }

    @Test
    void aHeadThatALedgerHoldsTwiceIsFound() throws Exception {
        assertEquals(List.of(), Audit.anchors("evm", List.of(2L, 10L, 12L)));
        assertEquals(List.of("ledger evm holds the head of size 2 twice"), Audit.anchors("evm", List.of(2L, 10L, 2L)));
    }

    @Test
    void payloadsAreRecognisedWholeOrNotAtAll() {
        var payload = promises.payload(2);
        assertEquals(2, promises.recognise(payload).orElseThrow());
        assertTrue(
                promises.recognise(Arrays.copyOf(payload, payload.length - 1)).isEmpty());
        assertTrue(promises.recognise(new Promises(43).payload(2)).isEmpty());
        assertTrue(promises.recognise(promises.payload(8)).isEmpty(), "8 was never sent");
        assertTrue(promises.recognise(new byte[0]).isEmpty());
    }

    @Test
    void bundlesHaveTheirPathAsTheTilesOfC2spDo() {
        assertEquals("000", GatewayClient.tileNumber(0));
        assertEquals("x001/234", GatewayClient.tileNumber(1_234));
        assertEquals("x001/x234/067", GatewayClient.tileNumber(1_234_067));
    }
}
