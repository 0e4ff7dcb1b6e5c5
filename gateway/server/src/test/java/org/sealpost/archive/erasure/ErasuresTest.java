package org.sealpost.archive.erasure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.JournalConfig;
import org.sealpost.journal.JournalFailed;
import org.sealpost.journal.JournalFull;
import org.sealpost.record.Body;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;

/// Orders: what is taken, what is hidden by them, and what of them survives.
class ErasuresTest {
    private Rig rig;

    @BeforeEach
    void open() throws IOException {
        rig = new Rig();
        rig.fill(40);
    }

    @AfterEach
    void close() throws IOException {
        rig.close();
    }

    private void reopen() throws IOException {
        rig.close();
        rig.open();
    }

    @Test
    void aBoxThatErasesNothingHasNoJournalForIt() throws IOException {
        assertEquals(List.of(), rig.orders.list());
        assertFalse(rig.erasures.hides(3));
        assertEquals(Optional.empty(), rig.erasures.of(3));
        rig.crank();
        reopen();
        assertEquals(List.of(), rig.orders.list());
    }

    @Test
    void anOrderHidesFromItsReturnOnAndAfterARestart() throws Exception {
        var order = rig.order(ErasureForm.BODY, 3, 6).getFirst();
        for (int life = 0; life < 2; life++) {
            for (long index = 0; index < 40; index++) {
                boolean meant = index >= 3 && index < 6;
                assertEquals(meant, rig.erasures.hides(index));
                assertFalse(rig.erasures.hidesSalts(index));
                assertEquals(meant ? Optional.of(order) : Optional.empty(), rig.erasures.of(index));
            }
            assertEquals("owner", order.by());
            assertEquals("request 17", order.rule());
            assertEquals(6, rig.erasures.firstNotOrdered(3, ErasureForm.BODY));
            assertEquals(3, rig.erasures.firstNotOrdered(3, ErasureForm.BODY_AND_SALTS));
            reopen();
        }
    }

    /// What is kept leads to the commitment in the leaf, so who has a copy can prove it.
    @Test
    void whatIsKeptOfABodyProvesACopyOfIt() throws Exception {
        rig.order(ErasureForm.BODY, 3, 6);
        rig.crank();
        var kept = rig.erasures.kept(4).orElseThrow();
        var leaf = (HeaderLeaf) Leaf.parse(rig.entries.read(4).leaf());
        assertEquals(leaf.commitment(), kept.withheld().commitment());
        for (int place = 0; place < Slot.LABELS.size(); place++) {
            assertArrayEquals(Rig.salt(4, place), kept.slots().get(place).salt());
        }
        assertTrue(rig.entries.read(4).bodyErased());
        assertFalse(rig.entries.read(6).bodyErased());
        assertEquals(Optional.empty(), rig.erasures.kept(6));
        var whole = Body.parse(rig.entries.read(7).body());
        assertEquals(
                ((HeaderLeaf) Leaf.parse(rig.entries.read(7).leaf())).commitment(), whole.commitment(), "untouched");
    }

    @Test
    void anOrderOfTheOtherFormLeavesNothingOfThoseItNamesAndAllOfTheOthers() throws Exception {
        rig.order(ErasureForm.BODY, 3, 9);
        rig.crank();
        var later = rig.order(ErasureForm.BODY_AND_SALTS, 5, 7).getFirst();
        assertEquals(Optional.of(later), rig.erasures.of(5));
        assertEquals(Optional.empty(), rig.erasures.kept(5));
        rig.crank();
        for (int life = 0; life < 2; life++) {
            for (long index : new long[] {3, 4, 7, 8}) {
                assertArrayEquals(
                        Rig.salt(index, 2),
                        rig.erasures.kept(index).orElseThrow().slots().get(2).salt());
            }
            for (long index : new long[] {5, 6}) {
                assertEquals(List.of(), List.copyOf(rig.saltsIn(index)));
                assertEquals(Optional.empty(), rig.erasures.kept(index));
            }
            reopen();
        }
        rig.order(ErasureForm.BODY_AND_SALTS, 1, 40);
        rig.crank();
        for (long index = 1; index < 40; index++) {
            assertEquals(List.of(), List.copyOf(rig.saltsIn(index)), "salts of " + index);
            assertEquals(List.of(), List.copyOf(rig.payloadIn(index)), "payload of " + index);
        }
    }

    @Test
    void whatCannotBeOrderedIsRefusedAndChangesNothing() throws Exception {
        rig.order(ErasureForm.BODY, 3, 6);
        long size = rig.erasures.size();
        var tooMany = LongStream.rangeClosed(0, Erasures.MAX_RANGES)
                .mapToObj(i -> new IndexRange(2 * i + 1, 2 * i + 2))
                .toList();
        for (var ranges : List.of(
                List.<IndexRange>of(),
                tooMany,
                List.of(new IndexRange(39, 41)),
                List.of(new IndexRange(0, 1)),
                List.of(new IndexRange(3, 6)),
                List.of(new IndexRange(4, 5), new IndexRange(0, 1)))) {
            var refused = assertThrows(
                    ErasureRefused.class, () -> rig.erasures.order("owner", "r", ErasureForm.BODY, ranges));
            assertTrue(refused.sentence().endsWith("."), refused.sentence());
        }
        for (var rule : List.of("", "r".repeat(257), "two\nlines")) {
            assertThrows(
                    ErasureRefused.class,
                    () -> rig.erasures.order("owner", rule, ErasureForm.BODY, List.of(new IndexRange(8, 9))));
        }
        assertThrows(ErasureRefused.class, () -> rig.order(ErasureForm.BODY_AND_SALTS, 0, 1), "the box's own");
        assertEquals(size, rig.erasures.size());
        assertFalse(rig.erasures.hides(8));
    }

    @Test
    void anotherOrderOverTheSameEntriesKeepsTheirSaltsOnce() throws Exception {
        rig.order(ErasureForm.BODY, 3, 6);
        rig.order(ErasureForm.BODY, 4, 9);
        rig.crank();
        assertEquals(1, rig.erasures.kept(5).stream().count());
        rig.order(ErasureForm.BODY_AND_SALTS, 5, 6);
        rig.crank();
        assertEquals(List.of(), List.copyOf(rig.saltsIn(5)));
        for (long index : new long[] {3, 4, 6, 7, 8})
            assertTrue(rig.erasures.kept(index).isPresent());
    }

    @Test
    void aDamagedEntryIsNotOrderedWithOthers() throws Exception {
        rig.close();
        long at = place(rig.log, Rig.payload(4));
        rig.log.flipBit("0000000000000000.segment", at, 3);
        rig.open();
        var refused = assertThrows(ErasureRefused.class, () -> rig.order(ErasureForm.BODY, 3, 6));
        assertTrue(refused.sentence().contains("entry 4"), refused.sentence());
        assertFalse(rig.erasures.hides(3));
    }

    static long place(FaultyDisk disk, byte[] wanted) throws IOException {
        byte[] all = disk.contents("0000000000000000.segment");
        for (int at = 0; at < all.length - wanted.length; at++) {
            if (java.util.Arrays.equals(all, at, at + wanted.length, wanted, 0, wanted.length)) return at;
        }
        throw new AssertionError("not there");
    }

    @Test
    void withoutRoomNothingIsOrderedAndLaterItIs() throws Exception {
        rig.orders.capacity(0);
        assertThrows(JournalFull.class, () -> rig.order(ErasureForm.BODY, 3, 6));
        assertFalse(rig.erasures.hides(3));
        rig.orders.capacity(1 << 30);
        rig.order(ErasureForm.BODY, 3, 6);
        assertTrue(rig.erasures.hides(3));
        assertEquals(List.of(), rig.ended);
    }

    /// Whoever ordered it must know what of it is in force.
    @Test
    void whatHadRoomIsNamedWhereThereWasNoneForTheRest() throws Exception {
        var config = new JournalConfig(Erasures.KIND, 3 << 20, ErasureStore.MAX_ENTRY_SIZE_BYTES, 9 << 18);
        try (var large = new Rig(new FaultyDisk(), new FaultyDisk(), config)) {
            int count = 4 * KeptSlots.MAX_COUNT;
            large.fill(count);
            large.order(ErasureForm.BODY, 1, 2);
            large.orders.capacity(0);
            int[] rung = {0};
            large.erasures.listen(() -> rung[0]++);
            var cut = assertThrows(OrderCutShort.class, () -> large.order(ErasureForm.BODY, 2, count));
            long border = large.erasures.firstNotOrdered(2, ErasureForm.BODY);
            assertTrue(border > KeptSlots.MAX_COUNT && border < count, "up to " + border);
            assertTrue(cut.getMessage().contains("below " + border), cut.getMessage());
            assertTrue(cut.getMessage().contains("orders 1, 2"), cut.getMessage());
            assertEquals(1, rung[0], "what is in force is carried out");
        }
    }

    @Test
    void anOrderThatMayOrMayNotBeDurableEndsTheProcess() throws Exception {
        rig.order(ErasureForm.BODY, 3, 4);
        rig.orders.failNextForce();
        assertThrows(JournalFailed.class, () -> rig.order(ErasureForm.BODY, 8, 9));
        assertEquals(1, rig.ended.size());
        assertFalse(rig.erasures.hides(8));
    }

    /// An order of form 1 keeps some hundred bytes of each entry, and many do not fit one.
    @Test
    void whatDoesNotFitOneOrderBecomesSeveral() throws Exception {
        try (var large = new Rig(new FaultyDisk(), new FaultyDisk(), Rig.USUAL)) {
            int count = KeptSlots.MAX_COUNT + 20;
            large.fill(count);
            // The first is the box's own and keeps nothing.
            var made = large.order(ErasureForm.BODY, 0, count);
            assertEquals(2, made.size());
            assertEquals(
                    List.of(new IndexRange(0, KeptSlots.MAX_COUNT + 1)),
                    made.getFirst().ranges());
            assertTrue(large.erasures.kept(1).isPresent());
            assertTrue(large.erasures.kept(count - 1).isPresent());
            assertEquals(count, large.erasures.firstNotOrdered(1, ErasureForm.BODY));
        }
    }

    /// Cuts the power at every operation of some orders. Those that were answered hide, whatever came then.
    @Test
    void ordersThatWereAnsweredSurviveAPowerCutAtEveryOperation() throws Exception {
        for (int count = 0; ; count++) {
            var cut = rig.copy();
            int answered = 0;
            boolean finished = false;
            cut.orders.cutPowerAfter(count, count);
            try {
                for (; answered < 3; answered++) {
                    cut.order(ErasureForm.values()[answered % 2], 3 + 5 * answered, 6 + 5 * answered);
                }
                finished = true;
            } catch (IOException | JournalFailed gone) {
                // The rest is for the next life.
            }
            cut.orders.powerCut(count);
            cut.log.powerCut(count);
            cut.open();
            for (int i = 0; i < answered; i++) {
                for (long index = 3 + 5L * i; index < 6 + 5 * i; index++) {
                    assertTrue(cut.erasures.hides(index), "cut after " + count + " operations: entry " + index);
                    assertEquals(i % 2 == 0, cut.erasures.kept(index).isPresent());
                }
            }
            if (finished) return;
        }
    }
}
