package org.sealpost.bench;

import java.time.Duration;
import java.util.Optional;

/// How to load one server.
///
/// @param connections 1 to 10,000, all open before the first PUBLISH
/// @param inFlight    unanswered PUBLISHes that each connection keeps, 1 to 65,535
/// @param warmUp      load that is not measured
/// @param measured    load that is
/// @param patience    how long answers may be missing at the end, and connecting may take at the beginning
record LoadPlan(
        String host,
        int port,
        Optional<Login> login,
        int connections,
        int inFlight,
        Duration warmUp,
        Duration measured,
        Duration patience) {
    LoadPlan {
        if (connections < 1 || connections > 10_000) throw new IllegalArgumentException("connections: 1 to 10000");
        if (inFlight < 1 || inFlight > 65_535) throw new IllegalArgumentException("in flight: 1 to 65535");
        if (warmUp.isNegative()) throw new IllegalArgumentException("warm-up: not negative");
        if (!measured.isPositive()) throw new IllegalArgumentException("measured: longer than nothing");
    }

    /// User and password as MQTT's CONNECT carries them.
    record Login(String user, String password) {
        @Override
        public String toString() {
            return user;
        }
    }
}
