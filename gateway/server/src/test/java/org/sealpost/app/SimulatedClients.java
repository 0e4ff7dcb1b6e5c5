package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.sealpost.capture.IntakeOutcome;

/// What clients of a simulated box hand over, and what they were told.
final class SimulatedClients {
    /// What the one word in each payload begins with that is in no other payload.
    static final String WORD = "~word~";

    static final int WORD_SIZE = WORD.length() + 8;

    /// Keys that may come again; so many are always remembered.
    private static final int NEWEST_KEYS = 30;

    private static final int CONTAINERS = 5;

    /// How much comes in a run.
    ///
    /// @param burst          most records at once
    /// @param keysGoOn       whether keys come again only as long as they must be known
    /// @param rememberedKeys how many the box has to know
    enum Load {
        SMALL(4, false, 160),
        /// More keys than are remembered.
        LONG(16, true, 96),
        /// More than the journal may keep.
        LARGE(60, true, 160);

        private final int burst;
        private final boolean keysGoOn;
        private final int rememberedKeys;

        Load(int burst, boolean keysGoOn, int rememberedKeys) {
            this.burst = burst;
            this.keysGoOn = keysGoOn;
            this.rememberedKeys = rememberedKeys;
        }

        int rememberedKeys() {
            return rememberedKeys;
        }
    }

    private final SimulatedWorld world;
    private final Random random;
    private final Load load;
    private final Map<Long, String> acknowledged = new TreeMap<>();
    private final Map<String, Long> indexOfKey = new TreeMap<>();

    /// What is handed over under a key, until the record is erased: what comes under it then is another one.
    private final Map<String, String> contentOfKey = new HashMap<>();

    private LongPredicate maybeOrdered = _ -> false;
    private int keys;
    private int payloads;

    SimulatedClients(SimulatedWorld world, Random random, Load load) {
        this.world = world;
        this.random = random;
        this.load = load;
    }

    Load load() {
        return load;
    }

    /// Some records, some of them once more, and some under a key that others have.
    void offer(SimulatedBox box) {
        for (int i = random.nextInt(load.burst); i >= 0; i--) {
            if (random.nextBoolean()) {
                offer(box, payload());
                continue;
            }
            var key = "key " + anyKey();
            var content = random.nextInt(5) == 0 ? payload() : contentOfKey.computeIfAbsent(key, _ -> payload());
            box.offer(
                    SimulatedBox.PROFILE,
                    Optional.of(key),
                    content,
                    outcome -> told(outcome, Optional.of(key), content));
        }
    }

    void offerLast(SimulatedBox box) {
        offer(box, payload());
    }

    private void offer(SimulatedBox box, String content) {
        var profile = random.nextInt(4) == 0 ? SimulatedBox.KEPT_PROFILE : SimulatedBox.PROFILE;
        box.offer(profile, Optional.empty(), content, outcome -> told(outcome, Optional.empty(), content));
    }

    private String payload() {
        return "{\"container\":\"%s\",\"word\":\"%s%08d\"}"
                .formatted(container(random.nextInt(CONTAINERS)), WORD, payloads++);
    }

    static String container(int which) {
        return "MSKU" + which;
    }

    String anyContainer() {
        return container(random.nextInt(CONTAINERS));
    }

    static String wordIn(String content) {
        int at = content.indexOf(WORD);
        return content.substring(at, at + WORD_SIZE);
    }

    private int anyKey() {
        if (!load.keysGoOn) return random.nextInt(NEWEST_KEYS);
        return random.nextInt(4) > 0 ? keys++ : Math.max(0, keys - random.nextInt(NEWEST_KEYS));
    }

    /// Some of these were ordered to be erased, or may have been: their keys are free again from some moment on.
    void forget(LongPredicate ordered) {
        maybeOrdered = ordered;
        for (var key : indexOfKey.entrySet()) {
            if (ordered.test(key.getValue())) contentOfKey.remove(key.getKey());
        }
        indexOfKey.values().removeIf(ordered::test);
    }

    private void told(IntakeOutcome outcome, Optional<String> key, String content) {
        switch (outcome) {
            case IntakeOutcome.Accepted(var receipt) -> {
                assertTrue(acknowledged.put(receipt.index(), content) == null, "I1: index given twice");
                key.ifPresent(name -> assertTrue(
                        indexOfKey.putIfAbsent(name, receipt.index()) == null, "I10: accepted twice: " + name));
            }
            case IntakeOutcome.Repeated(var receipt) -> {
                acknowledged.putIfAbsent(receipt.index(), content);
                assertEquals(content, acknowledged.get(receipt.index()));
                if (maybeOrdered.test(receipt.index())) return;
                // The first answer may have been lost with a crash; from now on it is known.
                var first = indexOfKey.putIfAbsent(key.orElseThrow(), receipt.index());
                assertTrue(first == null || first == receipt.index(), "I10: another first answer");
            }
            case IntakeOutcome.Conflict(var receipt) -> {
                var first = indexOfKey.get(key.orElseThrow());
                assertTrue(first == null || first == receipt.index(), "I10: another first answer");
            }
            case IntakeOutcome.Refused(var problem) ->
                assertTrue(
                        problem.status() == 507 && world.wasFull()
                                || problem.status() == 503 && world.readFailed() && key.isPresent(),
                        problem.title());
            // As long as the window's folder is not written, records with keys have to wait.
            case IntakeOutcome.Busy(var wait) -> assertTrue(key.isPresent(), "busy without a key");
        }
    }

    /// What each index that was given to somebody has to hold.
    Map<Long, String> acknowledged() {
        return acknowledged;
    }

    /// The entry of each key that must be known.
    Map<String, Long> indexOfKey() {
        return indexOfKey;
    }
}
