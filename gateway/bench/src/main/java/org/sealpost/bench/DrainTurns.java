package org.sealpost.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.sealpost.anchor.AnchorageSetback;

/// The turns of a bare client and the relay, which bring publications to the same chain. Figures of a turn that did not
/// bring all that it was to count for nothing.
final class DrainTurns {
    private final Contender bare;
    private final Contender relay;
    private final Height height;
    private final List<String> faults = new ArrayList<>();

    /// How many blocks the chain has.
    @FunctionalInterface
    interface Height {
        long now() throws IOException, InterruptedException;
    }

    /// Who brings publications there, and what came of its turns.
    record Contender(String name, DrainCompare.Drains drains, List<Drained> turns) {
        private Contender(String name, DrainCompare.Drains drains) {
            this(name, drains, new ArrayList<>());
        }

        Interval of(ToDoubleFunction<Drained> figure) {
            return Interval.of(turns.stream().mapToDouble(figure));
        }
    }

    /// @param millis what each publication took of them, by words
    record Drained(double perSecond, double perBlock, Map<String, Double> millis) {}

    DrainTurns(DrainCompare.Drains bare, DrainCompare.Drains relay, Height height) {
        this.bare = new Contender("bare client", bare);
        this.relay = new Contender("relay", relay);
        this.height = height;
    }

    List<Contender> all() {
        return List.of(bare, relay);
    }

    /// What did not come there as it should have, in words.
    List<String> faults() {
        return List.copyOf(faults);
    }

    /// Has each of them bring some more. Every other round goes backwards, so that nobody is always behind the same
    /// one.
    ///
    /// @param round from 0, which warms up and is not counted
    void take(int round, int count) throws IOException, InterruptedException, AnchorageSetback {
        var order = round % 2 == 1 ? all().reversed() : all();
        for (var each : order) {
            each.drains.prepare(count);
            long before = height.now();
            long start = System.nanoTime();
            each.drains.drain(count);
            double seconds = (System.nanoTime() - start) / 1e9;
            var drained = new Drained(
                    count / seconds,
                    (double) count / Math.max(1, height.now() - before),
                    millis(each.drains.spent(), count));
            if (round > 0) each.turns.add(drained);
            for (var fault : each.drains.faults()) faults.add("round " + round + ", " + each.name + ": " + fault);
            System.err.printf(
                    Locale.ROOT,
                    "round %d, %s: %,.1f publications/s, %.1f a block%n",
                    round,
                    each.name,
                    drained.perSecond,
                    drained.perBlock);
        }
    }

    private static Map<String, Double> millis(Map<String, Long> spent, int count) {
        var millis = new LinkedHashMap<String, Double>();
        spent.forEach((words, nanos) -> millis.put(words, nanos / 1e6 / count));
        return millis;
    }
}
