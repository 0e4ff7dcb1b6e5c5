package org.sealpost.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.JournalFailed;

class ActScribeTest {
    private final ControlRig rig = new ControlRig();

    @Test
    void everyActIsCopiedOnceInItsOrder() throws Exception {
        try (var control = rig.open()) {
            var scribe = new ActScribe(control, rig::copy);
            assertEquals(0, scribe.step());
            act(control);
            assertEquals(1, scribe.step());
            act(control);
            act(control);
            crank(scribe);
            assertEquals(List.of("act-0", "act-2", "act-3"), List.copyOf(rig.copies.keySet()));
            assertEquals(4, control.state().copiedBelow());
        }
        try (var control = rig.open()) {
            assertEquals(0, new ActScribe(control, rig::copy).step(), "nothing is copied again after a restart");
        }
    }

    @Test
    void anActThatTheLogCannotTakeNowIsOfferedAgain() throws Exception {
        try (var control = rig.open()) {
            act(control);
            boolean[] full = {true};
            var scribe = new ActScribe(control, (key, content) -> {
                if (full[0]) throw new IOException("the disk is full");
                return rig.copy(key, content);
            });
            assertThrows(IOException.class, scribe::step);
            assertThrows(IOException.class, scribe::step);
            full[0] = false;
            assertEquals(1, scribe.step());
            assertEquals(1, rig.copies.size());
        }
    }

    /// Cuts the power at every operation of the disk in turn: between act and copy, between copy and what says
    /// that it was made, and within each (I7). [ControlRig#copy] fails if a repeat had other content.
    @Test
    void aPowerCutBetweenAnyTwoStepsLeadsToOneCopyOfEachAct() throws Exception {
        for (int count = 1; ; count++) {
            var cut = new ControlRig();
            boolean finished = false;
            long answered = 0;
            try (var control = cut.open()) {
                var scribe = new ActScribe(control, cut::copy);
                cut.disk.cutPowerAfter(count, count);
                for (int i = 0; i < 3; i++) {
                    act(control);
                    answered++;
                    scribe.step();
                }
                finished = true;
            } catch (IOException | JournalFailed gone) {
                // The rest is for the next life.
            }
            cut.disk.powerCut(count);
            try (var control = cut.open()) {
                crank(new ActScribe(control, cut::copy));
                long acts = control.state().wrongCodes();
                assertTrue(acts >= answered, "cut after " + count + " operations: " + acts + " acts of " + answered);
                assertEquals(acts, cut.copies.size(), "cut after " + count + " operations");
            }
            if (finished) return;
        }
    }

    private static void act(ControlLog control) throws IOException {
        control.append(ControlRig.SOMEBODY, Act.ClaimRefused::new);
    }

    private static void crank(ActScribe scribe) throws IOException {
        while (scribe.step() > 0) {}
    }
}
