package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EntriesBySizeTest {
    private static OptionalLong of(Long value) {
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    @Test
    void itAnswersAsAMapWould() {
        var random = new Random(7);
        var entries = new EntriesBySize();
        var map = new TreeMap<Long, Long>();
        for (long step = 0; step < 5_000; step++) {
            long size = 1 + random.nextInt(400);
            switch (random.nextInt(20)) {
                case 0 -> {
                    entries.cut(size + 200);
                    map.tailMap(size + 200, false).clear();
                }
                case 1, 2, 3 -> {
                    // Half of the time another entry counts by now.
                    long entry = map.getOrDefault(size, 0L) + random.nextInt(2);
                    entries.forget(size, entry);
                    map.remove(size, entry);
                }
                default -> {
                    entries.put(size, step);
                    map.put(size, step);
                }
            }
            long asked = random.nextInt(420);
            assertEquals(of(map.get(asked)), entries.at(asked));
            var covering = map.higherEntry(asked);
            assertEquals(covering == null ? OptionalLong.empty() : of(covering.getValue()), entries.covering(asked));
            var before = map.lowerKey(asked);
            assertEquals(before == null ? 0 : before, entries.before(asked));
            assertEquals(map.isEmpty() ? 0 : map.lastKey(), entries.largest());
        }
    }
}
