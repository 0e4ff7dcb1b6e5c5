package org.sealpost.sensor;

import java.time.Duration;

/// The delivering thread of one sensor, which lasts over changes of its settings. May block in the listener.
final class Delivery {
    private static final long REST_MILLIS = 500;

    private final Outbox outbox;
    private final Thread thread;

    Delivery(Outbox outbox, String sensor, SensorListener listener) {
        this.outbox = outbox;
        this.thread = Thread.ofVirtual().name("sensor-delivery-" + sensor).unstarted(() -> run(listener));
    }

    void start() {
        thread.start();
    }

    Outbox outbox() {
        return outbox;
    }

    private void run(SensorListener listener) {
        try {
            while (outbox.await()) {
                if (outbox.deliver(listener)) continue;
                // Closed, and the listener takes nothing: what waits is lost with the process, as it would be without.
                if (outbox.isClosed()) return;
                outbox.rest(REST_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Nothing comes any more; false if what waits was not taken in time.
    boolean end(long patienceMillis) throws InterruptedException {
        outbox.close();
        thread.join(Duration.ofMillis(patienceMillis));
        if (!thread.isAlive() && outbox.size() == 0) return true;
        thread.interrupt();
        return false;
    }
}
