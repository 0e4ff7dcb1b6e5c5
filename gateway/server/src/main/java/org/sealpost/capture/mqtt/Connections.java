package org.sealpost.capture.mqtt;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// All connections of all event loops. Any thread.
final class Connections {
    private final int max;
    private final Set<MqttConnection> open = ConcurrentHashMap.newKeySet();

    // A client id belongs to the client whose credentials it came with: nobody can throw others out by guessing ids.
    private final ConcurrentHashMap<Id, MqttConnection> byId = new ConcurrentHashMap<>();

    private record Id(String client, String clientId) {}

    Connections(int max) {
        this.max = max;
    }

    /// Whether there is room for one more. A few too many may pass when several come at once.
    boolean add(MqttConnection connection) {
        if (open.size() >= max) return false;
        open.add(connection);
        return true;
    }

    /// Makes this the connection of the client id, and returns the one that was it.
    @Nullable
    MqttConnection claim(String client, String clientId, MqttConnection connection) {
        return byId.put(new Id(client, clientId), connection);
    }

    void release(String client, String clientId, MqttConnection connection) {
        byId.remove(new Id(client, clientId), connection);
    }

    void remove(MqttConnection connection) {
        open.remove(connection);
    }

    int count() {
        return open.size();
    }

    Set<MqttConnection> all() {
        return Set.copyOf(open);
    }
}
