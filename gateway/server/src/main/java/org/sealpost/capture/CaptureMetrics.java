package org.sealpost.capture;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// What the doors and the intake count, for health and metrics. All count up from 0 at the start of the
/// process, except the two of open connections and the pace of the throttle.
public final class CaptureMetrics {
    public final LongAdder accepted = new LongAdder();
    public final LongAdder acceptedBytes = new LongAdder();
    public final LongAdder repeated = new LongAdder();
    public final LongAdder conflicts = new LongAdder();
    public final LongAdder refused = new LongAdder();
    public final LongAdder busy = new LongAdder();

    /// Of those that were busy, those that were slowed down because the disk fills up.
    public final LongAdder throttled = new LongAdder();

    /// How many bytes a second may be taken while the disk fills up; 0 while nothing is slowed down.
    public final AtomicLong throttleBytesPerSecond = new AtomicLong();

    /// Groups that were forced: `accepted / groups` is how many records share one force.
    public final LongAdder groups = new LongAdder();

    /// Those of them that nobody has taken note of yet who seals.
    public final AcknowledgedGroups acknowledged = new AcknowledgedGroups();

    /// Keys that had the fingerprint of another key.
    public final LongAdder fingerprintCollisions = new LongAdder();

    public final LongAdder httpRequests = new LongAdder();
    public final LongAdder httpUnauthenticated = new LongAdder();
    public final LongAdder mqttConnections = new LongAdder();
    public final LongAdder mqttOpenConnections = new LongAdder();
    public final LongAdder mqttUnauthenticated = new LongAdder();

    /// Connections that this side ended because of what came over them.
    public final LongAdder mqttDisconnected = new LongAdder();

    /// Messages of QoS 0 that could not be taken: nobody could be told.
    public final LongAdder droppedQos0 = new LongAdder();

    /// Wills that could not be taken: nobody was there to be told.
    public final LongAdder droppedWills = new LongAdder();
}
