package org.sealpost.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.sealpost.sensor.SensorState;

/// One sensor in the words that stand on its page.
///
/// @param tone  as in [Tile]
/// @param value of the [LastReading]; what is missing where there is none
/// @param age   of it, and its time
/// @param index of its record
record SensorRow(
        String name,
        String kind,
        String description,
        String tone,
        String word,
        String value,
        Optional<String> age,
        Optional<String> index,
        String since,
        String cause,
        String remedy,
        String counts) {

    static List<SensorRow> of(SensorDesk desk, Instant now) {
        return desk.states().stream()
                .map(state -> of(state, LastReading.of(state, desk), now))
                .toList();
    }

    private static SensorRow of(SensorState state, Optional<LastReading> last, Instant now) {
        return new SensorRow(
                state.name(),
                state.kind(),
                state.description(),
                tone(state),
                word(state),
                last.map(shown -> shown.reading().words()).orElse("nothing yet"),
                last.flatMap(LastReading::at).map(at -> Phrases.timeAndAge(at, now)),
                last.filter(shown -> shown.index().isPresent())
                        .map(shown -> Long.toString(shown.index().getAsLong())),
                Phrases.timeAndAge(state.since(), now),
                state.causeWithBytes(),
                state.remedy(),
                counts(state.counts()));
    }

    static String tone(SensorState state) {
        return switch (state.state()) {
            case WELL -> "good";
            case WAITING -> "note";
            case RED -> "bad";
        };
    }

    static String word(SensorState state) {
        return switch (state.state()) {
            case WELL -> "well";
            case WAITING -> "waiting";
            case RED -> "needs you";
        };
    }

    /// How old something is; empty if the clock was set back since.
    static Optional<Duration> age(Instant at, Instant now) {
        return at.isAfter(now) ? Optional.empty() : Optional.of(Duration.between(at, now));
    }

    /// What is zero is left out, but for the readings.
    private static String counts(SensorState.Counts counts) {
        var parts = Stream.of(
                Optional.of(Phrases.counted(counts.readings(), "reading", "readings")),
                some(counts.gaps(), "gap", "gaps"),
                some(counts.leftOut(), "left out", "left out"),
                some(counts.unreadable(), "unreadable", "unreadable"),
                some(counts.unsettled(), "unsettled", "unsettled"),
                some(counts.restarts(), "restart", "restarts"),
                some(counts.hanging(), "hanging thread", "hanging threads"));
        return String.join(", ", parts.flatMap(Optional::stream).toList());
    }

    private static Optional<String> some(long count, String one, String many) {
        return count == 0 ? Optional.empty() : Optional.of(Phrases.counted(count, one, many));
    }
}
