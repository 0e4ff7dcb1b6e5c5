package org.sealpost.capture;

import java.util.ArrayDeque;

/// When the newest groups of records were durable and their answers went out, until somebody takes them who knows what
/// became of them later. The intake's writer adds, one other thread takes.
///
/// Bounded: where nobody takes, as long as the token is away, the newest groups are held for one, of which the first
/// one's time is known. So no record ever seems to have waited for less than it has.
public final class AcknowledgedGroups {
    public static final int MOST = 4096;

    // Guarded by this.
    private final ArrayDeque<Group> groups = new ArrayDeque<>();
    private long taken;
    private long takenBefore;

    /// @param first index of the first entry
    /// @param next  index behind the last one
    private record Group(long first, long next, long nanos) {}

    /// Told what is taken.
    @FunctionalInterface
    public interface Visitor {
        /// @param count how many entries
        /// @param nanos running time at which they were acknowledged
        void visit(long count, long nanos);
    }

    /// By the intake's writer. Entries can be read as soon as they are durable, so somebody may have taken beyond them
    /// already; these waited for nothing, see [#takenBefore].
    ///
    /// @param first index of the first entry
    /// @param next  index behind the last one
    /// @param nanos running time
    public synchronized void add(long first, long next, long nanos) {
        long from = Math.clamp(taken, first, next);
        takenBefore += from - first;
        if (from == next) return;
        if (groups.size() < MOST) {
            groups.addLast(new Group(from, next, nanos));
        } else {
            var last = groups.removeLast();
            groups.addLast(new Group(last.first, next, last.nanos));
        }
    }

    /// How many entries were added when all below a higher index had been taken.
    public synchronized long takenBefore() {
        return takenBefore;
    }

    /// Takes the entries below an index, whole groups or the beginning of one.
    public synchronized void takeBelow(long index, Visitor visitor) {
        taken = Math.max(taken, index);
        while (!groups.isEmpty() && groups.getFirst().first < index) {
            var group = groups.removeFirst();
            long next = Math.min(group.next, index);
            if (next < group.next) groups.addFirst(new Group(next, group.next, group.nanos));
            visitor.visit(next - group.first, group.nanos);
        }
    }
}
