package org.sealpost.sensor;

import java.time.Duration;
import java.time.Instant;
import org.sealpost.sensor.SensorState.Condition;

/// How a sensor is, and since when. Changes are logged, of one that is well and red in turns not each: at most so many
/// an hour, and then how it is when the next hour begins.
final class Standing {
    static final int LOGGED_AN_HOUR = 20;

    private static final System.Logger LOG = System.getLogger(Standing.class.getName());
    private static final Duration HOUR = Duration.ofHours(1);

    private final String sensor;
    private Condition condition = Condition.WAITING;
    private Instant since;

    private Condition logged = Condition.WAITING;
    private Instant hour;
    private int loggedThisHour;

    Standing(String sensor, Instant since) {
        this.sensor = sensor;
        this.since = since;
        this.hour = since;
    }

    Condition condition() {
        return condition;
    }

    Instant since() {
        return since;
    }

    /// Is told again and again how it is.
    Trouble is(Condition now, String cause, String remedy, Instant at) {
        if (now != condition) {
            condition = now;
            since = at;
        }
        if (now != logged && mayLog(at)) {
            logged = now;
            var level = now == Condition.RED ? System.Logger.Level.WARNING : System.Logger.Level.INFO;
            LOG.log(level, "sensor {0} is {1}{2}", sensor, now, cause.isEmpty() ? "" : ": " + cause);
        }
        return new Trouble(Trouble.Nature.FAILURE, cause, remedy);
    }

    private boolean mayLog(Instant at) {
        // The clock may have been set back.
        if (Duration.between(hour, at).abs().compareTo(HOUR) >= 0) {
            hour = at;
            loggedThisHour = 0;
        }
        return loggedThisHour++ < LOGGED_AN_HOUR;
    }
}
