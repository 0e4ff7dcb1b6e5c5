package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.ota.SimulatedUpdates.Manner;

/// Updates on a simulated box: whatever goes down, wherever, each trial comes to its end, and the box runs a
/// release that works.
class UpdateSimulationTest {
    private static final UpdateAct.SourceSet AUTOMATIC =
            new UpdateAct.SourceSet(Optional.of("https://updates.example/"), Optional.empty(), true);
    private static final int MAX_STEPS = 200_000;

    private static void run(SimulatedUpdates box, String until, java.util.function.BooleanSupplier reached) {
        for (int i = 0; !reached.getAsBoolean(); i++) {
            if (i > MAX_STEPS) throw new AssertionError("never " + until + ": " + box.acts);
            box.step();
        }
    }

    private static boolean hasEnded(SimulatedUpdates box, String version) {
        return box.isQuiet()
                && box.memory()
                        .last()
                        .filter(last -> last.version().equals(version))
                        .isPresent();
    }

    private static SimulatedUpdates offering(long seed, Manner manner) {
        var box = new SimulatedUpdates(seed);
        box.manners.put(Version.parse("1.1.0"), manner);
        box.offered = List.of(SimulatedUpdates.release("1.1.0"));
        box.source(AUTOMATIC);
        return box;
    }

    @Test
    void aReleaseThatWorksIsConfirmed() {
        var box = offering(11, Manner.WELL);
        run(box, "confirmed", () -> hasEnded(box, "1.1.0"));
        assertEquals(
                List.of(
                        "SourceSet",
                        "Offered",
                        "Ordered",
                        "Verified",
                        "Installing",
                        "Installed",
                        "Rebooting",
                        "Confirmed"),
                names(box));
        assertEquals(Slot.B, box.booted);
        assertEquals(Slot.B, box.good);
    }

    /// Whatever is wrong with it, the box comes back to the old slot by itself, says why, and leaves the
    /// release alone.
    @ParameterizedTest
    @EnumSource(value = Manner.class, names = "WELL", mode = EnumSource.Mode.EXCLUDE)
    void aReleaseThatDoesNotWorkIsRolledBack(Manner manner) {
        for (long seed = 0; seed < 20; seed++) {
            var box = offering(seed, manner);
            run(box, "rolled back (seed " + seed + ")", () -> hasEnded(box, "1.1.0"));
            assertEquals("rolled-back", box.memory().last().orElseThrow().outcome());
            assertFalse(box.memory().last().orElseThrow().why().isBlank());
            assertEquals(Slot.A, box.booted);
            assertEquals(Slot.A, box.good);
            int acts = box.acts.size();
            for (int i = 0; i < 500; i++) box.step();
            // Once more it says that the release is not taken, and then nothing.
            assertTrue(box.acts.size() <= acts + 1, () -> names(box).toString());
            assertTrue(box.memory().notAgain().contains(Version.parse("1.1.0")));
        }
    }

    @Test
    void aReleaseThatFellBackIsTriedAgainOnceItIsAllowed() {
        var box = offering(3, Manner.RED);
        run(box, "rolled back", () -> hasEnded(box, "1.1.0"));
        box.manners.put(Version.parse("1.1.0"), Manner.WELL);
        box.allow(Version.parse("1.1.0"));
        run(
                box,
                "confirmed",
                () -> hasEnded(box, "1.1.0")
                        && box.memory().last().orElseThrow().outcome().equals("confirmed"));
        assertEquals(Set.of(), box.memory().notAgain());
    }

    @Test
    void aStickThatStaysInKeepsNoUpdateOfTheServerAway() {
        for (boolean hasReleases : new boolean[] {false, true}) {
            var box = offering(17, Manner.WELL);
            box.stick = true;
            box.stickHasReleases = hasReleases;
            run(box, "confirmed", () -> hasEnded(box, "1.1.0"));
            assertEquals(Slot.B, box.good);
        }
    }

    /// A good release is not set aside because RAUC was still at it.
    @Test
    void anInstallationThatOutlivesTheAgentIsWaitedFor() {
        for (long seed = 0; seed < 50; seed++) {
            var box = offering(seed, Manner.WELL);
            box.kills = 5;
            box.setbacks = 20;
            run(box, "confirmed (seed " + seed + ")", () -> hasEnded(box, "1.1.0"));
            assertEquals("confirmed", box.memory().last().orElseThrow().outcome());
            assertFalse(names(box).contains("Refused"), () -> names(box).toString());
        }
    }

    private static SimulatedUpdates afterPowerCutsInTheNewSlot() {
        var box = offering(19, Manner.WELL);
        box.offered = List.of(SimulatedUpdates.release("1.1.0", 2));
        run(box, "confirmed", () -> hasEnded(box, "1.1.0"));
        box.tries.put(Slot.B, 0);
        box.boot();
        assertEquals(Slot.A, box.booted);
        return box;
    }

    /// A few power cuts must not bring a release back that was closed for good.
    @Test
    void aReleaseOfALowerEpochLeavesToTheOtherSlot() {
        var box = afterPowerCutsInTheNewSlot();
        run(
                box,
                "back in B",
                () -> box.isQuiet()
                        && box.booted == Slot.B
                        && box.memory().wentBack().isEmpty());
        assertEquals(Slot.B, box.good);
        assertEquals(Optional.empty(), box.memory().wentBack());
        assertEquals(
                List.of("Confirmed", "Booted", "Booted"),
                names(box).subList(names(box).size() - 3, names(box).size()));
    }

    /// Capture goes on: an old release is better than none.
    @Test
    void aReleaseOfALowerEpochIsTakenWhereTheOtherSlotDoesNotComeUp() {
        var box = afterPowerCutsInTheNewSlot();
        box.slots.put(Slot.B, new SimulatedUpdates.Content(null, Manner.PANICS));
        box.offered = List.of();
        run(box, "proved", () -> box.isQuiet());
        assertEquals(Slot.A, box.good);
        assertEquals(Optional.of(Slot.A), box.memory().wentBack());
    }

    /// It cannot be rolled back any more; better this release than none.
    @Test
    void aSlotThatFailedIsTakenWhereTheOtherOneDoesNotComeUp() {
        var box = offering(7, Manner.RED);
        run(box, "failed", () -> box.memory().state() instanceof State.Failed);
        box.slots.put(Slot.A, new SimulatedUpdates.Content(null, Manner.PANICS));
        box.slots.put(Slot.B, new SimulatedUpdates.Content(SimulatedUpdates.release("1.1.0"), Manner.WELL));
        run(box, "confirmed", () -> hasEnded(box, "1.1.0"));
        assertEquals("confirmed", box.memory().last().orElseThrow().outcome());
        assertEquals(Slot.B, box.good);
    }

    @Test
    void aSlotThatWasBootedWithoutAnUpdateProvesItselfByItsGateway() {
        var box = offering(5, Manner.WELL);
        run(box, "confirmed", () -> hasEnded(box, "1.1.0"));
        // B loses its kernel; A is there, and was good once.
        box.offered = List.of();
        box.slots.put(Slot.B, new SimulatedUpdates.Content(null, Manner.PANICS));
        box.boot();
        assertEquals(Slot.A, box.booted);
        int acts = box.acts.size();
        run(box, "proved", box::isQuiet);
        assertEquals(Slot.A, box.good);
        assertEquals(acts, box.acts.size());
    }

    /// The short form; the long one is `-Dsealpost.updates=20000`.
    @Test
    void whateverGoesDownEachTrialComesToItsEnd() {
        long worlds = Long.getLong("sealpost.updates", 2_000);
        long first = Long.getLong("sealpost.seed", new Random().nextLong());
        System.out.println("seeds from " + first);
        int confirmed = 0;
        int rolledBack = 0;
        for (long seed = first; seed < first + worlds; seed++) {
            try {
                var box = live(seed);
                confirmed += count(box, UpdateAct.Confirmed.class);
                rolledBack += count(box, UpdateAct.RolledBack.class);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Dsealpost.seed=" + seed + " -Dsealpost.updates=1", e);
            }
        }
        System.out.println(confirmed + " confirmed, " + rolledBack + " rolled back");
        assertTrue(confirmed > worlds / 2 && rolledBack > worlds / 2);
    }

    /// A life with several releases, and everything going down at random.
    private static SimulatedUpdates live(long seed) {
        var box = new SimulatedUpdates(seed);
        var random = box.random;
        box.source(AUTOMATIC);
        int epoch = 1;
        for (int minor = 1; minor <= 4; minor++) {
            var version = "1." + minor + ".0";
            var manners = Manner.values();
            var manner = random.nextBoolean() ? Manner.WELL : manners[random.nextInt(manners.length)];
            box.manners.put(Version.parse(version), manner);
            if (random.nextInt(3) == 0) epoch++;
            box.offered = List.of(SimulatedUpdates.release(version, epoch));
            box.stickHasReleases = random.nextBoolean();
            box.serversMetadata += random.nextInt(2);
            box.sticksMetadata = Math.max(0, box.serversMetadata - 1 + random.nextInt(3));
            box.powerCuts = random.nextInt(4);
            box.kills = random.nextInt(6);
            box.setbacks = random.nextInt(30);
            box.faults = random.nextInt(8);
            int steps = 50 + random.nextInt(400);
            for (int i = 0; i < steps; i++) {
                if (random.nextInt(40) == 0) box.stick = !box.stick;
                if (random.nextInt(40) == 0) box.sourceRefused = !box.sourceRefused;
                if (random.nextInt(30) == 0) disturb(box, version);
                box.step();
            }
            // The world is at peace again: what is under way comes to an end.
            box.powerCuts = box.kills = box.setbacks = box.faults = 0;
            box.sourceRefused = false;
            box.stick = box.memory().state().inQuestion().isPresent() && random.nextBoolean();
            box.stickHasReleases = true;
            run(box, "quiet", box::isQuiet);
            isSound(box);
        }
        return box;
    }

    private static void disturb(SimulatedUpdates box, String version) {
        if (box.slotsAgentIsDead()) return;
        var kills = box.kills;
        var cuts = box.powerCuts;
        box.kills = box.powerCuts = 0;
        switch (box.random.nextInt(4)) {
            case 0 -> box.order(new Order.Check("owner"));
            case 1 -> box.order(new Order.Install(Version.parse(version), "owner"));
            case 2 -> box.order(new Order.Install(Version.parse("0.9.0"), "owner"));
            default -> box.allow(Version.parse(version));
        }
        box.kills = kills;
        box.powerCuts = cuts;
    }

    private static void isSound(SimulatedUpdates box) {
        for (int n = 0; n < box.acts.size(); n++)
            assertEquals(n, box.acts.get(n).n());
        Optional<Version> trial = Optional.empty();
        for (var entry : box.acts) {
            switch (entry.act()) {
                case UpdateAct.Installed act -> trial = Optional.of(act.version());
                case UpdateAct.Confirmed act -> trial = ended(trial, act.version());
                case UpdateAct.RolledBack act -> trial = ended(trial, act.version());
                default -> {}
            }
        }
        assertEquals(Optional.empty(), trial, "a trial has no end");
        var content = box.slots.get(box.booted);
        assertEquals(box.good, box.booted, "it runs what proved itself");
        var runs = content.release();
        assertTrue(runs != null);
        // Where the power goes again and again, a slot runs out of tries without a fault of its own, and the other one
        // is booted without an update.
        boolean fellBack = box.memory().notAgain().contains(runs.version());
        var answers = EnumSet.of(Manner.WELL, Manner.OTHER_THAN_DESCRIBED);
        if (!fellBack) answers.add(Manner.RED);
        assertTrue(answers.contains(content.manner()), () -> "it runs " + content);
    }

    private static Optional<Version> ended(Optional<Version> trial, Version version) {
        if (trial.isPresent()) assertEquals(trial.get(), version);
        return Optional.empty();
    }

    private static int count(SimulatedUpdates box, Class<? extends UpdateAct> kind) {
        return (int)
                box.acts.stream().map(ActEntry::act).filter(kind::isInstance).count();
    }

    private static List<String> names(SimulatedUpdates box) {
        return new ArrayList<>(box.acts.stream()
                .map(entry -> entry.act().getClass().getSimpleName())
                .collect(Collectors.toList()));
    }
}
