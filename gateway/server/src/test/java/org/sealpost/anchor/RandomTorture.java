package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.sealpost.anchor.AnchorageTorture.Fault;

/// Faults of one kind at random, one at a time, while its boxes go on; every choice comes from the seed, but when nodes
/// do what they do is theirs. However short the time is, one fault and one power cut come.
final class RandomTorture {
    private static final List<String> CALLS =
            List.of("identity", "find", "findAll", "prepare", "submit", "status", "proof");
    private static final Duration BETWEEN_STEPS = Duration.ofMillis(5);

    private final AnchorageTorture kind;
    private final Random random;
    private final List<TorturedBox> boxes = new ArrayList<>();
    private final TreeMap<String, Integer> happened = new TreeMap<>();
    private Optional<Fault> fault = Optional.empty();
    private long nextTurn = System.nanoTime();

    RandomTorture(AnchorageTorture kind, long seed) {
        this.kind = kind;
        this.random = kind.randomOf(seed);
    }

    /// @param publishing where the box that publishes has its files; empty: none does
    void run(Duration time, Optional<Path> publishing) throws Exception {
        // What went wrong first is thrown, and what cannot be undone after that is told with it.
        try (AutoCloseable _ = () -> boxes.forEach(TorturedBox::close);
                AutoCloseable _ = this::heal) {
            if (publishing.isPresent()) boxes.add(PublishingBox.of(kind, publishing.get()));
            while (boxes.size() < kind.boxes()) boxes.add(kind.box());
            long end = System.nanoTime() + time.toNanos();
            begin(kind.faults());
            nextTurn = System.nanoTime() + kind.pace().toNanos();
            boxes.getLast().grow(2);
            losePower(boxes.getLast());
            while (System.nanoTime() < end) act();
            heal();
            kind.bePatient();
            for (var box : boxes) finish(box);
            System.out.println(kind.getClass().getSimpleName() + ": " + happened);
        }
    }

    private void act() throws Exception {
        var box = boxes.get(random.nextInt(boxes.size()));
        if (System.nanoTime() - nextTurn > 0) {
            if (fault.isPresent()) heal();
            else begin(kind.faults());
            nextTurn = System.nanoTime() + random.nextLong(2 * kind.pace().toNanos());
        }
        switch (random.nextInt(60)) {
            case 0, 1 -> box.grow(1 + random.nextInt(5));
            case 6 -> losePower(box);
            case 7 -> {
                var when = PowerSwitch.When.values()[random.nextInt(2)];
                box.power.cut(when, CALLS.get(random.nextInt(CALLS.size())));
            }
            default -> step(box);
        }
    }

    private void step(TorturedBox box) throws Exception {
        try {
            box.step();
            if (!box.setbacks().isEmpty()) count("setbacks");
        } catch (PowerSwitch.PowerGone e) {
            losePower(box);
        }
        kind.goOn();
        Thread.sleep(BETWEEN_STEPS);
    }

    private void losePower(TorturedBox box) throws Exception {
        count("power cuts");
        box.losePower(random.nextLong());
    }

    private void begin(List<Fault> faults) throws Exception {
        if (faults.isEmpty()) return;
        var next = faults.get(random.nextInt(faults.size()));
        count(next.name());
        fault = Optional.of(next); // before it begins: where it does not come to its end, it is undone all the same
        next.begins().run();
    }

    private void heal() throws Exception {
        var was = fault;
        fault = Optional.empty();
        if (was.isPresent()) was.get().ends().run();
    }

    private void count(String what) {
        happened.merge(what, 1, Integer::sum);
    }

    /// The newest head gets there; what is there is this log's and once, what the box calls final is there, and can be
    /// shown; nothing was given up, and nobody was needed.
    private void finish(TorturedBox box) throws Exception {
        box.power.disarm();
        box.grow(2);
        box.untilFinal();
        var lodged = kind.lodged(box);
        assertEquals(new HashSet<>(lodged).size(), lodged.size(), () -> "a head is there twice: " + lodged);
        assertEquals(lodged.stream().sorted().toList(), lodged);
        var entries = box.entries();
        for (var entry : entries) {
            assertFalse(entry.startsWith("Parked") || entry.startsWith("Conflict"), () -> entry + " in " + entries);
        }
        var finals = box.relay().newestFinals(Integer.MAX_VALUE);
        for (var head : finals) assertTrue(lodged.contains(head.head().size()), () -> head + " is not in " + lodged);
        box.requireEvidenceOfAll();
        happened.merge("heads", finals.size(), Integer::sum);
        if (box instanceof PublishingBox publishes) happened.put("publications", publishes.requireAllThereOnce());
    }
}
