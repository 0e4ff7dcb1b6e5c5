package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.Journal;
import org.sealpost.record.Commitment;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.SourceKind;
import org.sealpost.seal.Leaves;

class AtOnceEntriesTest {
    private final Read leaves = new Read();
    private final AtOnceEntries entries = AtOnceEntries.of(leaves, Set.of("alarm"));

    @Test
    void theProfileOfALeafDecides() {
        leaves.put(7, "alarm");
        assertFalse(entries.anyIn(2, 7));
        assertTrue(entries.anyIn(2, 8));
        assertTrue(entries.anyIn(7, 20));
        assertFalse(entries.anyIn(8, 20), "it is covered");
        assertEquals(18, leaves.read, "each is read once");
    }

    @Test
    void aLongRowIsReadOverSeveralLooks() {
        leaves.put(40_000, "alarm");
        assertFalse(entries.anyIn(0, 50_000));
        assertFalse(entries.anyIn(0, 50_000));
        assertTrue(entries.anyIn(0, 50_000));
    }

    @Test
    void whatCannotBeReadIsAnchoredAtOnce() {
        leaves.broken = true;
        assertTrue(entries.anyIn(2, 4));
        leaves.broken = false;
        assertFalse(entries.anyIn(4, 6), "those behind it are looked at");
    }

    @Test
    void withoutSuchAProfileNothingIsRead() {
        leaves.broken = true;
        assertFalse(AtOnceEntries.of(leaves, Set.of()).anyIn(0, 100));
    }

    /// Leaves of profile `default`, but for those that are named.
    private static final class Read implements Leaves {
        private final TreeMap<Long, String> named = new TreeMap<>();
        private boolean broken;
        private int read;

        void put(long index, String profile) {
            named.put(index, profile);
        }

        @Override
        public long size() {
            return Long.MAX_VALUE;
        }

        @Override
        public byte[] leaf(long index) {
            var profile = named.getOrDefault(index, "default");
            return new HeaderLeaf(profile, 1, SourceKind.HTTP, Commitment.of(new byte[Commitment.SIZE])).encode();
        }

        @Override
        public void scanBytes(long from, int max, Journal.LeafBytes visitor) throws IOException {
            if (broken) throw new IOException("a bad sector");
            for (long index = from; index < from + max; index++) {
                byte[] leaf = leaf(index);
                visitor.visit(index, leaf, 0, leaf.length);
                read++;
            }
        }
    }
}
