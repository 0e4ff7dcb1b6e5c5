package org.sealpost.bench;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/// How to load one server.
///
/// @param connections 1 to 10,000, all open before the first PUBLISH
/// @param inFlight    unanswered PUBLISHes that each connection keeps, 1 to 65,535
/// @param warmUp      load that is not measured
/// @param measured    load that is
/// @param patience    how long answers may be missing at the end, and connecting may take at the beginning
/// @param perSecond   PUBLISHes of all connections together, each at its time whatever the server does: an open
///     loop. Empty: a closed loop, the next PUBLISH as soon as one is answered
record LoadPlan(
        String host,
        int port,
        Optional<Login> login,
        int connections,
        int inFlight,
        Duration warmUp,
        Duration measured,
        Duration patience,
        OptionalDouble perSecond) {
    LoadPlan {
        if (connections < 1 || connections > 10_000) throw new IllegalArgumentException("connections: 1 to 10000");
        if (inFlight < 1 || inFlight > 65_535) throw new IllegalArgumentException("in flight: 1 to 65535");
        if (warmUp.isNegative()) throw new IllegalArgumentException("warm-up: not negative");
        if (!measured.isPositive()) throw new IllegalArgumentException("measured: longer than nothing");
        if (!(perSecond.orElse(1) > 0)) throw new IllegalArgumentException("PUBLISHes a second: above 0");
    }

    /// A closed loop.
    LoadPlan(
            String host,
            int port,
            Optional<Login> login,
            int connections,
            int inFlight,
            Duration warmUp,
            Duration measured,
            Duration patience) {
        this(host, port, login, connections, inFlight, warmUp, measured, patience, OptionalDouble.empty());
    }

    /// Time between two PUBLISHes of one connection of an open loop.
    double intervalNanos() {
        return connections * 1e9 / perSecond.orElseThrow();
    }

    /// User and password as MQTT's CONNECT carries them.
    record Login(String user, String password) {
        @Override
        public String toString() {
            return user;
        }
    }
}
