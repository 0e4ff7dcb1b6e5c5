package org.sealpost.anchor.evm;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one node says against a log as long as nobody confirms it, and who of the others may contradict it.
///
/// Whoever has not come as far says nothing of what is there: to the block that the node names, or to the newest that
/// it had when it named that. But one that lies may name, and show, a block that nobody will ever come to, or always
/// the next one. So of what it said long ago those may speak, too, who have a block of a later time than that: what is
/// true of their chain has reached them by then. What it says now may be true, and a block ahead of them.
///
/// Belongs to one thread.
final class Voice {
    /// Whoever goes on is heard again much sooner.
    private static final Duration OVER = Duration.ofMinutes(5);

    private final Duration longEnough;
    private @Nullable Claim claim;
    private @Nullable Claim young;
    private @Nullable Claim old;
    private long heardNanos;
    private long named = -1;
    private long height;

    /// One thing that was said, and what others had when they were asked for it first.
    private record Claim(Endpoints.Said otherwise, long nanos, long seconds, Map<Node, Long> newestAtFirst) {}

    /// @param longEnough after so long others may contradict what was said, whatever block it named
    /// @param nanos      when it is heard first, by a clock that only runs forward
    Voice(Duration longEnough, long nanos) {
        this.longEnough = longEnough;
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

    /// The same, where it does not tell what it has: it is asked again the next time.
    void namesAndFails(long block) {
        named = -1;
        height = block;
    }

    /// It says this now. Of what it said before one thing is kept that is old enough, and the next that will be.
    ///
    /// @param otherwise what another node says in its place
    /// @param seconds   since 1970, by the clock of this box
    void says(Endpoints.Said otherwise, long nanos, long seconds) {
        heardNanos = nanos;
        claim = new Claim(otherwise, nanos, seconds, new HashMap<>());
        var next = young;
        if (next != null && nanos - next.nanos < longEnough.toNanos()) return;
        old = next;
        young = claim;
    }

    /// What another node may contradict, if anything. Where the clock of this box is behind, each block would be of a
    /// later time: so it must have come further, too, than it had when it was asked first.
    ///
    /// @param newest block of that node
    Optional<Endpoints.Said> contradictableBy(Node node, Chain.Block newest) {
        var next = young;
        if (next != null) next.newestAtFirst.putIfAbsent(node, newest.seconds());
        var now = claim;
        if (now != null && newest.place().height() >= height) return Optional.of(now.otherwise);
        var before = old;
        if (before == null) return Optional.empty();
        long atFirst = before.newestAtFirst.computeIfAbsent(node, _ -> newest.seconds());
        return newest.seconds() > Math.max(before.seconds, atFirst) ? Optional.of(before.otherwise) : Optional.empty();
    }
}
