package org.sealpost.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyWindowTest {
    /// Few different fingerprints make long runs of neighbours in the table, where a wrong removal loses somebody.
    @Test
    void findsExactlyTheNewestKeysWhateverIsAddedAndForgotten() {
        long seed = System.nanoTime();
        System.out.println("KeyWindowTest seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            int max = 1 + random.nextInt(300);
            int kinds = 1 + random.nextInt(400);
            var window = new KeyWindow(max);
            var model = new ArrayDeque<long[]>();
            for (int i = 0; i < 1500; i++) {
                long fingerprint = random.nextInt(kinds);
                window.add(fingerprint, i);
                model.add(new long[] {fingerprint, i});
                if (model.size() > max) model.remove();
                long asked = random.nextInt(kinds);
                long[] expected = model.stream()
                        .filter(pair -> pair[0] == asked)
                        .mapToLong(pair -> pair[1])
                        .toArray();
                long[] found = window.candidates(asked);
                Arrays.sort(found);
                assertArrayEquals(expected, found);
                assertEquals(model.size(), window.count());
            }
        }
    }
}
