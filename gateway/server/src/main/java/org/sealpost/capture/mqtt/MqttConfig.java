package org.sealpost.capture.mqtt;

import java.time.Duration;

/// Where the MQTT server listens, and its bounds.
///
/// @param host           address to listen on
/// @param port           0 for any that is free
/// @param eventLoops     how many threads serve the connections
/// @param maxConnections beyond it new ones are closed
/// @param receiveMaximum unacknowledged messages of one connection: announced to clients of version 5 and
///     enforced, and where reading pauses for all
/// @param connectTimeout from the first byte to a complete CONNECT
public record MqttConfig(
        String host, int port, int eventLoops, int maxConnections, int receiveMaximum, Duration connectTimeout) {
    public MqttConfig {
        if (host.isBlank()) throw new IllegalArgumentException("mqtt host is empty");
        within("mqtt port", port, 0, 65_535);
        within("mqtt event-loops", eventLoops, 1, 64);
        within("mqtt max-connections", maxConnections, 1, 100_000);
        within("mqtt receive-maximum", receiveMaximum, 1, 65_535);
        within("mqtt connect-timeout in ms", connectTimeout.toMillis(), 100, 60_000);
    }

    /// On loopback: who opens the box to others says so.
    public static MqttConfig defaults() {
        int loops = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        return new MqttConfig("127.0.0.1", 1883, Math.min(loops, 64), 1024, 256, Duration.ofSeconds(10));
    }

    private static void within(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s is %d, allowed are %d to %d".formatted(name, value, min, max));
        }
    }
}
