package org.sealpost.archive.erasure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class IndexCoverTest {
    @Test
    void itHoldsWhatABitSetHolds() {
        long seed = System.nanoTime();
        System.out.println("cover: seed " + seed);
        var random = new Random(seed);
        for (int run = 0; run < 300; run++) {
            var cover = new IndexCover();
            var model = new BitSet();
            for (int i = 0; i < 30; i++) {
                var ranges = new ArrayList<IndexRange>();
                for (int j = 0; j <= random.nextInt(3); j++) {
                    int first = random.nextInt(100);
                    int next = first + 1 + random.nextInt(12);
                    ranges.add(new IndexRange(first, next));
                    model.set(first, next);
                }
                var merged = IndexRange.merged(ranges);
                assertTrue(IndexRange.isMerged(merged));
                cover.add(merged);
                for (int index = 0; index < 120; index++) {
                    assertEquals(model.get(index), cover.holds(index), "index " + index);
                    assertEquals(model.nextClearBit(index), cover.firstBeyond(index), "index " + index);
                }
            }
        }
    }

    /// What is hidden once is shown at no moment while ranges grow together.
    @Test
    void whatItHoldsIsNeverMissedByAReader() throws Exception {
        for (int run = 0; run < 50; run++) {
            var cover = new IndexCover();
            for (long first = 0; first < 2000; first += 4) cover.add(List.of(new IndexRange(first + 1, first + 3)));
            var done = new AtomicBoolean();
            var missed = new AtomicBoolean();
            var reader = Thread.ofPlatform().start(() -> {
                while (!done.get()) {
                    for (long index = 2; index < 2000; index += 4) if (!cover.holds(index)) missed.set(true);
                }
            });
            for (long first = 0; first < 2000; first += 50) cover.add(List.of(new IndexRange(first, first + 50)));
            done.set(true);
            reader.join();
            assertEquals(false, missed.get());
        }
    }

    @Test
    void anEmptyRangeIsNone() {
        assertThrows(IllegalArgumentException.class, () -> new IndexRange(5, 5));
        assertThrows(IllegalArgumentException.class, () -> new IndexRange(-1, 5));
    }
}
