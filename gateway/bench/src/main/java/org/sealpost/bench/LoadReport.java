package org.sealpost.bench;

import java.time.Duration;
import java.util.Locale;

/// What a load saw.
///
/// @param measured          length of the measured window
/// @param acknowledged      PUBACKs within the window
/// @param acknowledgedTotal PUBACKs in all, warm-up and drain included
/// @param unanswered        PUBLISHes that got no answer in all
/// @param lostConnections   connections that the server ended
/// @param latency           from PUBLISH written to PUBACK read, of those in the window
record LoadReport(
        Duration measured,
        long acknowledged,
        long acknowledgedTotal,
        long unanswered,
        int lostConnections,
        LatencyHistogram latency) {
    double perSecond() {
        return acknowledged * 1e9 / measured.toNanos();
    }

    /// Whether every PUBLISH got its answer on a connection that stayed.
    boolean isClean() {
        return unanswered == 0 && lostConnections == 0;
    }

    String toJson(LoadPlan plan, int payloadBytes) {
        return String.format(
                Locale.ROOT,
                "{\"acknowledged\":%d,\"seconds\":%.3f,\"perSecond\":%.0f,\"acknowledgedTotal\":%d,\"unanswered\":%d,"
                        + "\"lostConnections\":%d,\"latencyMicros\":{\"p50\":%d,\"p90\":%d,\"p99\":%d,\"max\":%d},"
                        + "\"connections\":%d,\"inFlight\":%d,\"payloadBytes\":%d}",
                acknowledged,
                measured.toNanos() / 1e9,
                perSecond(),
                acknowledgedTotal,
                unanswered,
                lostConnections,
                latency.percentile(0.5).toNanos() / 1000,
                latency.percentile(0.9).toNanos() / 1000,
                latency.percentile(0.99).toNanos() / 1000,
                latency.percentile(1).toNanos() / 1000,
                plan.connections(),
                plan.inFlight(),
                payloadBytes);
    }
}
