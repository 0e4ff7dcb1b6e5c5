package org.sealpost.sensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.sensor.SensorState.Condition;

/// What is logged of a sensor that changes.
class StandingTest {
    private static final Instant START = HandClock.START;

    // Held: a logger that nobody holds loses its handlers.
    private final Logger logger = Logger.getLogger(Standing.class.getName());
    private final List<LogRecord> lines = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            lines.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void listenNoMore() {
        logger.removeHandler(handler);
    }

    @Test
    void eachChangeIsLoggedOnce() {
        var standing = new Standing("scale", START);
        for (int i = 0; i < 3; i++) standing.is(Condition.RED, "it is silent", "", START.plusSeconds(i));
        for (int i = 3; i < 6; i++) standing.is(Condition.WELL, "", "", START.plusSeconds(i));
        assertEquals(2, lines.size());
        assertEquals(START.plusSeconds(3), standing.since());
    }

    @Test
    void oneThatIsWellAndRedInTurnsDoesNotFillTheLog() {
        var standing = new Standing("scale", START);
        for (int i = 0; i < 1000; i++) {
            standing.is(i % 2 == 0 ? Condition.RED : Condition.WELL, "nonsense", "", START.plusSeconds(i));
        }
        assertEquals(Standing.LOGGED_AN_HOUR, lines.size());
        standing.is(Condition.RED, "nonsense", "", START.plusSeconds(1000));
        standing.is(Condition.RED, "nonsense", "", START.plus(Duration.ofHours(1)));
        assertEquals(Standing.LOGGED_AN_HOUR + 1, lines.size(), "how it is in the end is not kept from the log");
        assertEquals(Condition.RED, lines.getLast().getParameters()[1]);
    }

    /// What cannot be read may be a barcode's content all the same.
    @Test
    void nothingOfWhatCameIsLogged() {
        Bench.speaking()
                .says(Sample.Nonsense.of(new byte[] {(byte) 0xde, (byte) 0xad}, "it does not match the pattern frame"))
                .turn();
        var red = lines.getLast();
        assertEquals(Condition.RED, red.getParameters()[1]);
        assertEquals(": it talks nonsense: it does not match the pattern frame", red.getParameters()[2]);
        assertFalse(List.of(red.getParameters()).toString().contains("dead"));
    }
}
