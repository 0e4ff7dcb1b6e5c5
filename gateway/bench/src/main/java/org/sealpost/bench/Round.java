package org.sealpost.bench;

import java.time.Duration;
import java.util.Optional;

/// One contender's turn in a comparison.
///
/// @param sealDelays    from acknowledgement to seal, of all records of the turn, where the server seals
/// @param untilSealed   from the first CONNECT until every acknowledged record was sealed, where the server seals
/// @param processorTime of the server's process, from the first CONNECT until there was nothing left to do
/// @param othersShare   of all processors' time meanwhile, what neither the server nor the generator used, 0 to 1
record Round(
        LoadReport load,
        Optional<SealDelays> sealDelays,
        Optional<Duration> untilSealed,
        Duration processorTime,
        double othersShare) {
    double acknowledgedPerSecond() {
        return load.perSecond();
    }

    /// Every acknowledged record over all the time until the last was sealed: with connecting, warm-up and the
    /// wait at the end, which [#acknowledgedPerSecond] leaves out. So the two differ by more than sealing costs,
    /// and this one is the greater where the measured window was the slower part.
    Optional<Double> sealedPerSecond() {
        return untilSealed.map(time -> load.acknowledgedTotal() * 1e9 / time.toNanos());
    }

    double microsPerRecord() {
        return processorTime.toNanos() / 1e3 / load.acknowledgedTotal();
    }

    /// At most; empty where the server does not seal.
    Optional<Double> sealDelayMillis(double share) {
        return sealDelays.map(delays -> delays.percentile(share).toNanos() / 1e6);
    }

    double latencyMillis(double share) {
        return load.latency().percentile(share).toNanos() / 1e6;
    }
}
