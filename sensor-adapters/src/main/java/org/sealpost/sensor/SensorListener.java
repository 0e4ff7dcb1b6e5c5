package org.sealpost.sensor;

/// Who wants the readings. Called on the delivering thread of each sensor, so for several sensors at once, and may
/// block; for one sensor in order. True means: it is durable. False means: there is no room now; the same reading or
/// gap is offered again after a while. An exception counts as false.
public interface SensorListener {
    boolean take(Reading reading);

    boolean take(Gap gap);
}
