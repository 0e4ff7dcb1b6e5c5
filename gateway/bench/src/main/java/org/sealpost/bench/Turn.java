package org.sealpost.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/// Load of MQTT at QoS 1 that is given to servers in turns, and what is measured of each.
///
/// @param warmUp  seconds that are not measured
/// @param seconds that are
record Turn(int connections, int inFlight, int payloadBytes, double warmUp, double seconds) {
    /// Of a connection in an open loop: so many that it is the server's doing if they do not suffice.
    private static final int OPEN_IN_FLIGHT = 10_000;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// Returns when all that was acknowledged is sealed and published, where the server does that.
    ///
    /// @param perSecond PUBLISHes of an open loop; empty for a closed one
    /// @throws IOException if anything stays unanswered, or the server closes a connection
    Round of(Contender contender, OptionalDouble perSecond) throws IOException, InterruptedException {
        var plan = new LoadPlan(
                "127.0.0.1",
                contender.port(),
                contender.login(),
                connections,
                perSecond.isPresent() ? OPEN_IN_FLIGHT : inFlight,
                MqttLoad.seconds(perSecond.isPresent() ? warmUp / 3 : warmUp),
                MqttLoad.seconds(seconds),
                PATIENCE,
                perSecond);
        var delaysBefore = contender.sealDelays();
        var used = contender.processorTime();
        var ownUsed = ownProcessorTime();
        var allUsed = Machine.busy();
        long start = System.nanoTime();
        var report = MqttLoad.run(plan, Publications.endless(contender.topic(), payloadBytes, start));
        if (!report.isClean()) {
            throw new IOException(contender.name() + " left " + report.unanswered()
                    + " PUBLISHes unanswered and closed " + report.lostConnections() + " connections");
        }
        boolean sealed = contender.awaitSealed(report.acknowledgedTotal());
        var untilSealed = Duration.ofNanos(System.nanoTime() - start);
        var processorTime = contender.processorTime().minus(used);
        var others = Machine.busy()
                .minus(allUsed)
                .minus(processorTime)
                .minus(ownProcessorTime().minus(ownUsed));
        double available = (double) untilSealed.toNanos() * Runtime.getRuntime().availableProcessors();
        contender.checkPublished();
        var delays = contender.sealDelays().map(now -> now.since(delaysBefore.orElseThrow()));
        return new Round(
                report,
                delays,
                sealed ? Optional.of(untilSealed) : Optional.empty(),
                processorTime,
                Math.clamp(others.toNanos() / available, 0, 1));
    }

    private static Duration ownProcessorTime() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }
}
