package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ComingAndGoingTest {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final ComingAndGoing changes = new ComingAndGoing(SHORTEST, LONGEST);

    @Test
    void eachPauseIsTwiceTheOneBeforeUpToTheLongest() {
        var pauses = new ArrayList<Long>();
        for (int i = 0; i < 9; i++) pauses.add(changes.changed(at(i), "it").toSeconds());
        assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L), pauses);
        changes.settled();
        assertEquals(SHORTEST, changes.changed(at(9), "it"));
    }

    @Test
    void itIsSaidFromTheThirdTimeOn() {
        changes.changed(at(1), "first");
        changes.changed(at(2), "second");
        assertEquals(Optional.empty(), changes.toBeSaid(at(2).nanos()));
        changes.changed(at(3), "third");
        assertEquals(Optional.of(new ComingAndGoing.Row(3, at(1), at(3), "third")), changes.toBeSaid(at(3).nanos()));
        changes.settled();
        assertEquals(Optional.empty(), changes.toBeSaid(at(3).nanos()));
    }

    /// Much later than the longest pause, so that whoever goes on like this is seen before.
    @Test
    void aRowIsOverAfterTwelveMinutes() {
        assertTrue(changes.isOver(0));
        for (int i = 0; i < 5; i++) changes.changed(at(i), "it");
        assertFalse(changes.isOver(at(4 + 719).nanos()));
        assertTrue(changes.toBeSaid(at(4 + 719).nanos()).isPresent());
        assertTrue(changes.isOver(at(4 + 720).nanos()));
        assertEquals(Optional.empty(), changes.toBeSaid(at(4 + 720).nanos()));
        assertEquals(SHORTEST, changes.changed(at(4 + 720), "it"));
    }

    /// A clock that only runs forward may begin anywhere, and pass the end of its numbers.
    @Test
    void aClockThatRunsOverIsNoEndOfARow() {
        long end = Long.MAX_VALUE - 5;
        for (int i = 0; i < 3; i++) changes.changed(new Moment(Instant.EPOCH, end + i * 4L), "it");
        assertFalse(changes.isOver(end + 12));
    }

    private static Moment at(long seconds) {
        return new Moment(
                Instant.EPOCH.plusSeconds(seconds), Duration.ofSeconds(seconds).toNanos());
    }
}
