package org.sealpost.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.JournalFailed;
import org.sealpost.journal.JournalFull;
import org.sealpost.record.CborWriter;

class ControlLogTest {
    private final ControlRig rig = new ControlRig();

    @Test
    void whatWasDoneIsInForceAfterAPowerCut() throws Exception {
        var seen = new ArrayList<Boolean>();
        var token = SecretHash.of("t");
        try (var control = rig.open()) {
            control.listen(() -> seen.add(control.state().isClaimed()));
            control.append(ControlRig.SOMEBODY, Act.ClaimRefused::new);
            control.append(ControlRig.SOMEBODY, stamp -> new Act.Claimed(stamp, "owner", token));
            control.certificateAccepted(List.of(new byte[] {1}, new byte[] {2}), "owner");
            control.certificateAccepted(List.of(new byte[] {3}), "owner");
            assertTrue(control.state().sensors().isEmpty());
            control.sensorsSet("# none yet\n", "owner");
            control.sensorsSet("", "owner");
            control.updateCopied(3, 70_000);
            control.updateCopied(5, 70_002);
            control.anchorageOrdered("evm", Act.Order.PARK, "owner");
            control.anchorageOrdered("evm", Act.Order.RESUBMIT, "owner");
            control.anchorageOrdered("local", Act.Order.PARK, "owner");
            control.anchorageOrdered("local", Act.Order.UNPARK, "owner");
            control.publicationOrdered("evm", Act.Order.TAKE_UP, 17, "owner");
            control.publicationOrdered("evm", Act.Order.GIVE_UP, 18, "owner");
            control.publicationOrdered("evm", Act.Order.TAKE_UP, 17, "owner");
        }
        assertEquals(15, seen.size());
        assertFalse(seen.removeFirst());
        assertFalse(seen.contains(false), "listeners see the new state");
        rig.disk.powerCut(1);
        try (var control = rig.open()) {
            var state = control.state();
            assertEquals(1, state.wrongCodes());
            assertEquals(new ControlState.Owner("owner", token), state.owner().orElseThrow());
            assertEquals(1, state.certificates().size(), "the newest certificate replaces those before it");
            assertEquals(3, state.certificates().getFirst()[0]);
            assertEquals("", state.sensors().orElseThrow(), "the newest document replaces those before it");
            assertEquals(Optional.of(new ControlState.Updates(5, 70_002)), state.updates());
            assertEquals("owner", state.of("evm").parked().orElseThrow().by());
            assertEquals(9, state.of("evm").resubmitted());
            assertTrue(state.of("local").parked().isEmpty());
            assertEquals(-1, state.of("local").resubmitted());
            assertEquals(
                    Map.of(
                            17L, new ControlState.Ordered.OfPublication(Act.Order.TAKE_UP, 14),
                            18L, new ControlState.Ordered.OfPublication(Act.Order.GIVE_UP, 13)),
                    state.of("evm").publications());
            assertTrue(state.of("never ordered").parked().isEmpty());
        }
    }

    /// What goes on with an origin that goes on from this one, and as it was made: when, and by whom. Cut
    /// behind any act, the same again completes it.
    @Test
    void whatIsInForceIsTakenOverByAnotherLog() throws Exception {
        var all = new ArrayList<Act>();
        try (var control = rig.open()) {
            control.append(ControlRig.SOMEBODY, Act.ClaimRefused::new);
            control.append(ControlRig.SOMEBODY, stamp -> new Act.Claimed(stamp, "owner", SecretHash.of("t")));
            control.certificateAccepted(List.of(new byte[] {1}), "owner");
            control.sensorsSet("# none yet\n", "owner");
            control.anchorageOrdered("evm", Act.Order.PARK, "first");
            control.anchorageOrdered("evm", Act.Order.PARK, "second");
            control.anchorageOrdered("local", Act.Order.PARK, "owner");
            control.anchorageOrdered("local", Act.Order.UNPARK, "owner");
            control.anchorageOrdered("tsa", Act.Order.RESUBMIT, "owner");
            control.publicationOrdered("evm", Act.Order.GIVE_UP, 18, "owner");
            control.updateCopied(3, 70_000);
            control.append(Act.BOX, stamp -> new Act.Copied(stamp, 4, 12));
            control.sensorsSet("# one\n", "owner");
            for (int position : List.of(1, 4, 12)) all.add(control.read(position));
            assertArrayEquals(bytes(all), bytes(control.inForce()));
        }
        for (int there = 0; there <= all.size(); there++) {
            var next = new ControlRig();
            try (var control = next.open()) {
                assertTrue(control.takeOver(all.subList(0, there)));
            }
            next.disk.powerCut(1);
            try (var control = next.open()) {
                assertTrue(control.takeOver(all));
                assertTrue(control.takeOver(all));
                assertArrayEquals(bytes(all), bytes(control.inForce()));
                assertEquals(all.size(), control.size());
                assertEquals("owner", control.state().owner().orElseThrow().client());
                assertEquals("# one\n", control.state().sensors().orElseThrow());
                assertEquals(
                        "first",
                        control.state().of("evm").parked().orElseThrow().by());
                assertFalse(control.takeOver(all.reversed()), "others are there");
                assertFalse(control.takeOver(all.subList(0, 2)), "more are there");
                assertEquals(all.size(), control.size());
            }
        }
    }

    private static Object[] bytes(List<Act> acts) {
        return acts.stream().map(Act::toBytes).toArray();
    }

    /// Cuts the power at every operation of the disk. Either the act is there or it is not, and then it was not
    /// answered.
    @Test
    void aPowerCutDuringAnActLeavesAllOfItOrNothing() throws Exception {
        for (int count = 1; ; count++) {
            var cut = new ControlRig();
            boolean answered = false;
            try (var control = cut.open()) {
                cut.disk.cutPowerAfter(count, count);
                control.append(ControlRig.SOMEBODY, Act.ClaimRefused::new);
                answered = true;
            } catch (IOException | JournalFailed gone) {
                assertTrue(cut.ended.size() <= 1);
            }
            cut.disk.powerCut(count);
            try (var control = cut.open()) {
                long found = control.state().wrongCodes();
                assertTrue(answered ? found == 1 : found <= 1, "cut after " + count + " operations");
            }
            if (answered) return;
        }
    }

    @Test
    void aFailedForceEndsTheProcessAndChangesNothing() throws Exception {
        try (var control = rig.open()) {
            rig.disk.failNextForce();
            assertThrows(JournalFailed.class, () -> control.append(ControlRig.SOMEBODY, Act.ClaimRefused::new));
            assertEquals(1, rig.ended.size());
            assertEquals(0, control.state().wrongCodes());
        }
    }

    @Test
    void actsThatCannotFollowAreDamage() throws Exception {
        var claimed = claimed();
        assertDamaged("entry 1 of the control journal: a second claim", claimed, claimed);
        assertDamaged("entry 1 of the control journal: a claim refused", claimed, new Act.ClaimRefused(stamp()));
        assertDamaged("a certificate before the claim", new Act.CertificateAccepted(stamp(), List.of(new byte[1])));
        var own = new Act.Stamp(ControlRig.clock(1), Act.BOX);
        var enrolled = new Act.CertificateAccepted(own, List.of(new byte[1]));
        assertEquals(1, ControlState.UNCLAIMED.after(enrolled, 0).certificates().size(), "what it got by itself");
        assertDamaged("settings of sensors before the claim", new Act.SensorsSet(stamp(), ""));
        assertDamaged("acts of updates below 0 copied, after those below 0", new Act.UpdateCopied(stamp(), 0, 0));
        assertDamaged("after those below 3", new Act.UpdateCopied(stamp(), 3, 9), new Act.UpdateCopied(stamp(), 3, 9));
        assertDamaged("acts below 1 copied, after those below 0", new Act.Copied(stamp(), 1, 0));
        assertDamaged("acts below 0 copied", claimed, new Act.Copied(stamp(), 0, 0));
        assertDamaged("after those below 1", claimed, new Act.Copied(stamp(), 1, 5), new Act.Copied(stamp(), 1, 5));
    }

    @Test
    void anEntryThatIsNoActIsDamage() throws Exception {
        try (var journal = ControlRig.journal(rig.disk)) {
            journal.append(new byte[] {1}, new byte[0]);
            journal.force();
        }
        var damaged = assertThrows(ControlDamaged.class, rig::open);
        assertTrue(damaged.getMessage().contains("entry 0"), damaged.getMessage());
    }

    /// After a fall-back to this release: nothing is wrong with the data directory, and nobody should replace it.
    @Test
    void anActOfALaterReleaseIsRefusedAsSuch() throws Exception {
        var later =
                new CborWriter().array(9).text(Act.KIND).integer(Act.VERSION).integer(Act.NEWEST_TYPE + 1);
        for (int i = 0; i < 5; i++) later.integer(i);
        assertOfLaterRelease(later);
    }

    @Test
    void anOrderOfALaterReleaseIsRefusedAsSuch() throws Exception {
        var later =
                new CborWriter().array(8).text(Act.KIND).integer(Act.VERSION).integer(7);
        stamp().clock().write(later);
        assertOfLaterRelease(later.text("owner").text("evm").integer(6).integer(17));
    }

    private void assertOfLaterRelease(CborWriter later) throws Exception {
        try (var journal = ControlRig.journal(rig.disk)) {
            journal.append(claimed().toBytes(), new byte[0]);
            journal.append(later.toBytes(), new byte[0]);
            journal.force();
        }
        var refused = assertThrows(ControlOfLaterRelease.class, rig::open);
        assertTrue(refused.getMessage().contains("entry 1 of the control journal"), refused.getMessage());
        assertTrue(refused.getMessage().contains("later release"), refused.getMessage());
    }

    @Test
    void aFullDiskRefusesAndGoesOnWhenThereIsRoom() throws Exception {
        try (var control = rig.open()) {
            control.append(ControlRig.SOMEBODY, stamp -> new Act.Claimed(stamp, "owner", SecretHash.of("t")));
            rig.disk.capacity(1);
            var large = List.of(new byte[Act.MAX_SIZE_BYTES - 200]);
            assertThrows(JournalFull.class, () -> {
                while (true) control.certificateAccepted(large, "owner");
            });
            assertTrue(rig.ended.isEmpty(), "a full disk is no broken promise");
            rig.disk.capacity(1L << 30);
            control.certificateAccepted(List.of(new byte[] {9}), "owner");
            assertEquals(9, control.state().certificates().getFirst()[0]);
        }
    }

    private void assertDamaged(String message, Act... acts) throws Exception {
        var damaged = new ControlRig();
        try (var journal = ControlRig.journal(damaged.disk)) {
            for (var act : acts) journal.append(act.toBytes(), new byte[0]);
            journal.force();
        }
        var refused = assertThrows(ControlDamaged.class, damaged::open);
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
        assertFalse(refused.getMessage().contains("\n"));
    }

    private static Act.Claimed claimed() {
        return new Act.Claimed(stamp(), "owner", SecretHash.of("t"));
    }

    private static Act.Stamp stamp() {
        return new Act.Stamp(ControlRig.clock(3), ControlRig.SOMEBODY);
    }
}
