package org.sealpost.anchor;

import java.time.Duration;

/// When the next head is due on an anchorage.
///
/// What waits after a start, and what was dropped or lost again, is due at once whatever stands here.
///
/// @param maxAge     how long after the oldest entry that waits came to be sealed, 0 to a day; counted in time that the
///     gateway runs
/// @param maxEntries how many may wait, from 1; [#NO_BOUND]: as many as there are
/// @param minPause   least time from one head to the next, 0 to a day
public record HeadPolicy(Duration maxAge, long maxEntries, Duration minPause) {
    // First: the policies below are held to it.
    private static final Duration LONGEST = Duration.ofDays(1);

    public static final long NO_BOUND = Long.MAX_VALUE;

    /// 144 heads a day, which every public chain and authority carries; the time of a record is proved to ten minutes.
    public static final HeadPolicy DEFAULT = new HeadPolicy(Duration.ofMinutes(10), NO_BOUND, Duration.ofSeconds(5));

    /// Each head as soon as the one before is final.
    public static final HeadPolicy AT_ONCE = new HeadPolicy(Duration.ZERO, NO_BOUND, Duration.ZERO);

    public HeadPolicy {
        requireUpToADay("max-age", maxAge);
        requireUpToADay("min-pause", minPause);
        if (maxEntries < 1) throw new IllegalArgumentException("max-entries is " + maxEntries + ", from 1");
    }

    private static void requireUpToADay(String what, Duration time) {
        if (time.isNegative() || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(what + " is " + time.toSeconds() + "s, at most a day is allowed");
        }
    }

    /// What `between-heads` of earlier releases comes to: a head each so often while there is something new.
    public static HeadPolicy each(Duration betweenHeads) {
        boolean isShort = betweenHeads.compareTo(DEFAULT.minPause) < 0;
        return new HeadPolicy(betweenHeads, NO_BOUND, isShort ? betweenHeads : DEFAULT.minPause);
    }
}
