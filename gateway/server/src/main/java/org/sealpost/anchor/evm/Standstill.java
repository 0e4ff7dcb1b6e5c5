package org.sealpost.anchor.evm;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.lodging.Place;

/// Tells a chain that stands still from one that takes its time: by the age of its newest block, and where this box's
/// clock is behind, by how long that has been the newest.
///
/// A chain that makes blocks for transactions only has an old one whenever something is sent to it, so a block is given
/// a little time to be followed by another. Belongs to one thread, but for [#trouble].
final class Standstill {
    private static final Duration TIME_TO_FOLLOW = Duration.ofSeconds(15);

    private final Duration after;
    private final InstantSource clock;
    private final LongSupplier nanoTime;

    private @Nullable Place newest;
    private long newestSince;
    private volatile Optional<Trouble> trouble = Optional.empty();

    Standstill(Duration after, InstantSource clock, LongSupplier nanoTime) {
        this.after = after;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /// @param node that has it
    void seen(Node node, Chain.Block block) {
        long now = nanoTime.getAsLong();
        if (!block.place().equals(newest)) {
            newest = block.place();
            newestSince = now;
        }
        var unchanged = Duration.ofNanos(now - newestSince);
        boolean isOld = isOld(block, clock.instant(), after) && unchanged.compareTo(min(after, TIME_TO_FOLLOW)) >= 0;
        if (!isOld && unchanged.compareTo(after) < 0) {
            trouble = Optional.empty();
        } else if (trouble.isEmpty()) {
            trouble = Optional.of(new Trouble(
                    "the chain stands still: the newest block of node " + node.name() + " is "
                            + block.place().height() + " of " + time(block),
                    "look whether enough of its validators run and reach one another; what was handed over waits,"
                            + " and nothing is sent twice",
                    clock.instant(),
                    false));
        }
    }

    /// Empty while it goes on.
    Optional<Trouble> trouble() {
        return trouble;
    }

    static boolean isOld(Chain.Block block, Instant now, Duration after) {
        return Duration.between(time(block), now).compareTo(after) >= 0;
    }

    static Instant time(Chain.Block block) {
        return Instant.ofEpochSecond(Math.min(block.seconds(), Instant.MAX.getEpochSecond()));
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
