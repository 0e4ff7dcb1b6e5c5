package org.sealpost.anchor;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.seal.Leaves;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds entries whose profile is to be anchored at once, by reading each leaf once. One relay's, on its thread.
///
/// Of what was captured before the start nothing need be found: it is due at once as it is.
public final class AtOnceEntries {
    private static final Logger LOG = LoggerFactory.getLogger(AtOnceEntries.class);

    /// What a relay may read at one look, so that no look takes long.
    private static final int MOST_AT_ONCE = 16_384;

    private final Optional<Leaves> leaves;
    private final Set<String> profiles;

    private long readTo;
    private long newest = -1;

    private AtOnceEntries(Optional<Leaves> leaves, Set<String> profiles) {
        this.leaves = leaves;
        this.profiles = profiles;
    }

    /// @param profiles names
    public static AtOnceEntries of(Leaves leaves, Set<String> profiles) {
        return new AtOnceEntries(Optional.of(leaves).filter(_ -> !profiles.isEmpty()), Set.copyOf(profiles));
    }

    static AtOnceEntries none() {
        return new AtOnceEntries(Optional.empty(), Set.of());
    }

    /// Whether there is one from `from` to before `to`, as far as it has been read by now: each call reads on. Where it
    /// cannot be told there is one: a head too many costs less than one that is missing.
    boolean anyIn(long from, long to) {
        if (leaves.isEmpty()) return false;
        readTo = Math.max(readTo, from);
        int count = (int) Math.min(to - readTo, MOST_AT_ONCE);
        if (count > 0) {
            try {
                leaves.get().scanBytes(readTo, count, new Noticing());
            } catch (IOException | JournalDamaged e) {
                LOG.warn(
                        "entries from {} on are anchored at once, since they cannot be read: {}",
                        readTo,
                        e.getMessage());
                newest = readTo + count - 1;
            }
            readTo += count;
        }
        return newest >= from;
    }

    private final class Noticing implements Journal.LeafBytes {
        @Override
        public void visit(long index, byte[] bytes, int offset, int length) throws IOException {
            if (isAtOnce(Arrays.copyOfRange(bytes, offset, offset + length), index)) newest = index;
        }

        @Override
        public void lost(long index, byte[] leafHash) {
            newest = index;
        }
    }

    private boolean isAtOnce(byte[] leaf, long index) throws IOException {
        try {
            return Leaf.parse(leaf) instanceof HeaderLeaf header && profiles.contains(header.profile());
        } catch (CborMalformed e) {
            throw new IOException("entry " + index + ": " + e.getMessage(), e);
        }
    }
}
