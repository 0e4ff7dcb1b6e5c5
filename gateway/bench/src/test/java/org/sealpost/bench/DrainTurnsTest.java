package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.AnchorageSetback;

class DrainTurnsTest {
    /// Brings all but some.
    private static final class Chain implements DrainCompare.Drains {
        private final Set<Long> free = new TreeSet<>();
        private final List<Integer> asked = new ArrayList<>();
        private final DrainedNumbers numbers = new DrainedNumbers(some -> {
            asked.add(some.size());
            var unused = new TreeSet<>(some);
            unused.retainAll(free);
            return unused;
        });
        private long last;
        private boolean hangs;

        @Override
        public void drain(int count) throws IOException {
            if (hangs) throw new IOException("none came through");
            last += count;
        }

        @Override
        public List<String> faults() throws AnchorageSetback {
            return numbers.missing(last).stream().toList();
        }

        @Override
        public void close() {}
    }

    private final Chain bare = new Chain();
    private final Chain relay = new Chain();
    private final DrainTurns turns = new DrainTurns(bare, relay, () -> 7);

    @Test
    void whatBringsAllIsValid() throws Exception {
        for (int i = 0; i <= 3; i++) turns.take(i, 20);
        assertEquals(List.of(), turns.faults());
        assertEquals(3, turns.all().getFirst().turns().size(), "the first one warms up");
        assertEquals(List.of(16, 4, 16, 4, 16, 4, 16, 4), relay.asked, "each number once");
    }

    /// The last one is there.
    @Test
    void whatLeavesOneOutIsNot() throws Exception {
        turns.take(0, 20);
        relay.free.addAll(Set.of(25L, 31L));
        bare.free.add(20L); // is looked at no more
        turns.take(1, 20);
        assertEquals(List.of("round 1, relay: 2 publications are not there, the first number 25"), turns.faults());
    }

    @Test
    void whatComesToNoEndIsNot() {
        relay.hangs = true;
        assertThrows(IOException.class, () -> turns.take(0, 5));
    }

    @Test
    void nothingIsMissingOfNothing() throws Exception {
        assertEquals(Optional.empty(), new DrainedNumbers(_ -> Set.of()).missing(0));
    }
}
