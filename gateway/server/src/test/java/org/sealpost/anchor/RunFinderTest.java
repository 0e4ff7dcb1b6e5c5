package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.Journal;
import org.sealpost.lodging.Publication.Kind;
import org.sealpost.record.Commitment;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.SourceKind;
import org.sealpost.seal.Leaves;

class RunFinderTest {
    private static final int SIZE = 2 * RunFinder.MOST_AT_A_LOOK + 10;

    /// Each of the same profile.
    private record Same(byte[] leaf) implements Leaves {
        @Override
        public long size() {
            return SIZE;
        }

        @Override
        public byte[] leaf(long index) {
            return leaf.clone();
        }

        @Override
        public void scanBytes(long from, int max, Journal.LeafBytes visitor) throws IOException {
            for (long index = from; index < Math.min(SIZE, from + max); index++) {
                visitor.visit(index, leaf, 0, leaf.length);
            }
        }
    }

    private static RunFinder finder(String published) {
        var leaf = new HeaderLeaf("crane.lift", 1, SourceKind.HTTP, Commitment.of(new byte[32])).encode();
        var rule = new RunFinder.Rule(Kind.PAYLOADS, 0, Duration.ZERO);
        return new RunFinder(new Same(leaf), Map.of(published, rule), 0);
    }

    /// However much there is: others wait for their turn.
    @Test
    void itReadsSoMuchAtALook() throws Exception {
        var finder = finder("other");
        assertTrue(finder.scan(SIZE, 0));
        assertEquals(RunFinder.MOST_AT_A_LOOK, finder.neededFrom());
        assertTrue(finder.scan(SIZE, 0));
        assertFalse(finder.scan(SIZE, 0));
        assertEquals(SIZE, finder.neededFrom());
    }

    /// What is found has to be published before it looks on.
    @Test
    void itFindsSoManyRunsAhead() throws Exception {
        var finder = finder("crane.lift");
        assertTrue(finder.scan(RunFinder.MOST_AT_A_LOOK + 1L, 0));
        assertFalse(finder.scan(RunFinder.MOST_AT_A_LOOK + 1L, 0));
        assertEquals((RunFinder.MOST_AT_A_LOOK + 1 + 99) / 100, finder.waiting());
        assertEquals(0, finder.neededFrom());
    }
}
