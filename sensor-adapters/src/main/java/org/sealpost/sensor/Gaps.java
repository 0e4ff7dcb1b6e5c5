package org.sealpost.sensor;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The gaps of one sensor that have not ended: one for the time in which nothing could be had of it, and one for what
/// is left out because it floods. Each is recorded when it ends, and at the latest after each hour.
///
/// Belongs to its [Supervised], which guards it.
final class Gaps {
    static final Duration RECORDED_EACH = Duration.ofHours(1);
    /// A flood ends when for so long nothing had to be left out.
    static final Duration CALM = Duration.ofSeconds(5);

    private final ConfiguredSensor sensor;
    private final Outbox outbox;
    private final Clocks clocks;

    private @Nullable OpenGap absence;
    private @Nullable OpenGap flood;
    private long lastLeftOut;
    private Instant lastLeftOutAt;

    Gaps(ConfiguredSensor sensor, Outbox outbox, Clocks clocks) {
        this.sensor = sensor;
        this.outbox = outbox;
        this.clocks = clocks;
        this.lastLeftOutAt = clocks.now();
    }

    /// Nobody listens, or nothing is said, since then; how much is missing by that cannot be known.
    void absentSince(Instant from, String cause) {
        if (absence == null) absence = new OpenGap(from, clocks.tick(), false, cause);
    }

    /// Nobody read it between then and now. When it was due in that time is not known; from now on it is counted again.
    void notRead(Instant from, String cause) {
        offer(new OpenGap(from, clocks.tick(), false, cause), clocks.now());
    }

    /// So many samples did not come, the first one of which was due then.
    void missed(long count, long dueTick, String cause) {
        if (absence == null) absence = new OpenGap(clocks.at(dueTick), clocks.tick(), true, cause);
        absence.missed(count);
    }

    void endAbsence(Instant at) {
        if (absence == null) return;
        offer(absence, at);
        absence = null;
    }

    /// Something was lost on its way, between then and now.
    void lost(long count, Instant from, String cause) {
        var gap = new OpenGap(from, clocks.tick(), true, cause);
        gap.missed(count);
        offer(gap, clocks.now());
    }

    void leftOut(long count, long tick) {
        lastLeftOut = tick;
        lastLeftOutAt = clocks.now();
        if (flood == null) flood = new OpenGap(lastLeftOutAt, tick, true, floodCause());
        flood.missed(count);
    }

    /// Since when something is missing of which no gap was recorded yet.
    Optional<Instant> openSince() {
        return Stream.of(Optional.ofNullable(absence), Optional.ofNullable(flood))
                .flatMap(Optional::stream)
                .map(OpenGap::from)
                .min(Comparator.naturalOrder());
    }

    boolean isFlooded() {
        return flood != null;
    }

    String floodCause() {
        return "it floods: more than " + sensor.maxPerSecond() + " readings a second came, the others were left out";
    }

    /// Ends and records what it is time for; `cause` is why a long absence lasts.
    void step(long tick, String cause) {
        Instant now = clocks.now();
        long hour = Clocks.nanos(RECORDED_EACH);
        if (absence != null && absence.isOlderThan(hour, tick) && !absence.isEmpty()) {
            offer(absence, now);
            absence = absence.continued(now, tick, cause);
        }
        if (flood == null) return;
        if (tick - lastLeftOut >= Clocks.nanos(CALM)) {
            endFlood();
        } else if (flood.isOlderThan(hour, tick)) {
            offer(flood, now);
            flood = flood.continued(now, tick, floodCause());
        }
    }

    /// The sensor is not read any more: what is open of gaps is said now.
    void end() {
        endFlood();
        if (absence != null && !absence.isEmpty()) endAbsence(clocks.now());
    }

    private void endFlood() {
        if (flood == null) return;
        offer(flood, lastLeftOutAt);
        flood = null;
    }

    private void offer(OpenGap gap, Instant to) {
        outbox.offer(gap.endedAt(sensor.name(), sensor.kind(), to));
    }
}
