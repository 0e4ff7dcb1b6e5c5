package org.sealpost.sensor;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// The threads of all sensors that were given up and have not come back, whatever became of the settings since. Each
/// keeps its memory, and perhaps a processor. Any thread.
final class Abandoned {
    /// From then on, no sensor is opened that hung or was never read. More than what a change of all settings gives up
    /// for a moment.
    static final int MAX = 2 * SensorSettings.MAX_SENSORS;

    private final Set<CompletableFuture<?>> threads = ConcurrentHashMap.newKeySet();

    /// @param comesBack ends when the thread is back
    void add(CompletableFuture<?> comesBack) {
        threads.add(comesBack);
        comesBack.whenComplete((back, thrown) -> threads.remove(comesBack));
    }

    boolean isFull() {
        return threads.size() >= MAX;
    }
}
