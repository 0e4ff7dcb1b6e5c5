package org.sealpost.sensor;

import java.time.Instant;
import org.sealpost.sensor.SensorState.Condition;

/// How a sensor is, and since when; each change is logged once.
final class Standing {
    private static final System.Logger LOG = System.getLogger(Standing.class.getName());

    private final String sensor;
    private Condition condition = Condition.WAITING;
    private Instant since;

    Standing(String sensor, Instant since) {
        this.sensor = sensor;
        this.since = since;
    }

    Condition condition() {
        return condition;
    }

    Instant since() {
        return since;
    }

    Trouble is(Condition now, String cause, String remedy, Instant at) {
        if (now != condition) {
            condition = now;
            since = at;
            var level = now == Condition.RED ? System.Logger.Level.WARNING : System.Logger.Level.INFO;
            LOG.log(level, "sensor {0} is {1}{2}", sensor, now, cause.isEmpty() ? "" : ": " + cause);
        }
        return new Trouble(Trouble.Nature.FAILURE, cause, remedy);
    }
}
