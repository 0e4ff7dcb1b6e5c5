package org.sealpost.sensor;

import java.time.Duration;

/// Knows the language of one device. Made without touching the device; opened, read and closed on a thread of its
/// own, one call after the other. Only [#close] may also come from another thread, when a call has not come back: it
/// has to end that call if it can. An adapter is opened once; for each new try the supervisor has another one made.
public interface Adapter extends AutoCloseable {
    /// What it reads, for people: `/dev/ttyUSB0 at 9600 baud`.
    String description();

    /// How long [#open] or [#read] takes at the most if all is well or if the device is silent. A call that is not back
    /// 10 s later hangs.
    Duration patience();

    /// Any exception means that there is no device to be read; it should be a [SensorSetback].
    void open() throws Exception;

    /// The next sample: asks the device, or waits for it to speak, no longer than [#patience].
    Sample read() throws Exception;

    /// May be called twice, and without having been opened.
    @Override
    void close();
}
