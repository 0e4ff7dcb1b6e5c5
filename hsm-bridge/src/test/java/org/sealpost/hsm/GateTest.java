package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class GateTest {
    private final Gate gate = new Gate();

    /// It sleeps, rather than asking again and again.
    @Test
    void whoeverWasRefusedWaitsForTheOpening() throws Exception {
        gate.shut(Duration.ofSeconds(1));
        assertEquals(Gate.REFUSED, gate.enter());
        Thread lane = Thread.ofPlatform().start(() -> {
            try {
                gate.awaitOpening();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        });
        Await.until(
                Duration.ofMinutes(5),
                lane::getState,
                () -> lane.getState() == Thread.State.TIMED_WAITING || !lane.isAlive());
        gate.open();
        lane.join();
        assertNotEquals(Gate.REFUSED, gate.enter());
        gate.awaitOpening();
    }
}
