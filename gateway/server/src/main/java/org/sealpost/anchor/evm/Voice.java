package org.sealpost.anchor.evm;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// What one node says against a log as long as nobody confirms it, and who of the others may contradict it.
///
/// Whoever has not come as far says nothing of what is there: to the block that the node names, or to the newest that
/// it had when it named that. But one that lies may name, and show, a block that nobody will ever come to, or always
/// the next one. So once it was heard for long, those may contradict it, too, who have a block of a later time than
/// that: what is true of their chain has reached them by then.
///
/// Belongs to one thread.
final class Voice {
    /// Whoever goes on is heard again much sooner.
    private static final Duration OVER = Duration.ofMinutes(5);

    private final Duration longEnough;
    private final long sinceNanos;
    private final long sinceSeconds;
    private final Map<Node, Long> newestAtFirst = new HashMap<>();
    private long heardNanos;
    private long named = -1;
    private long height;

    /// @param longEnough after so long others may contradict it whatever it names
    /// @param nanos when it is heard first, by a clock that only runs forward
    /// @param seconds the same since 1970, by the clock of this box
    Voice(Duration longEnough, long nanos, long seconds) {
        this.longEnough = longEnough;
        this.sinceNanos = nanos;
        this.sinceSeconds = seconds;
        this.heardNanos = nanos;
    }

    /// Whether it was silent for so long that what it says now is something else.
    boolean isOver(long nanos) {
        return nanos - heardNanos >= OVER.toNanos();
    }

    /// Whether it names another block than before.
    boolean isOfAnother(long block) {
        return named != block;
    }

    /// @param block  in which it says that it is
    /// @param newest that it has
    void names(long block, long newest) {
        named = block;
        height = Math.min(block, newest);
    }

    void isHeard(long nanos) {
        heardNanos = nanos;
    }

    /// Whether another node may contradict. Where the clock of this box is behind, each block would be of a later time:
    /// so it must have come further, too, than it had when it was asked first.
    ///
    /// @param newest block of that node
    boolean mayBeContradictedBy(Node node, Chain.Block newest, long nanos) {
        long atFirst = newestAtFirst.computeIfAbsent(node, _ -> newest.seconds());
        if (newest.place().height() >= height) return true;
        return nanos - sinceNanos >= longEnough.toNanos() && newest.seconds() > Math.max(sinceSeconds, atFirst);
    }
}
