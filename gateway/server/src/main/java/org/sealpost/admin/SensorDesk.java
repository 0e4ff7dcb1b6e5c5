package org.sealpost.admin;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.sealpost.capture.sensor.RecordedReading;
import org.sealpost.sensor.Discovered;
import org.sealpost.sensor.SensorState;
import org.sealpost.sensor.SettingsRefused;
import org.sealpost.sensor.Trial;

/// The sensors of a box as its pages need them: declared here so that pages know no wiring.
public interface SensorDesk {
    /// How each sensor is at this moment, in the order of the settings. Any thread; does not wait.
    List<SensorState> states();

    /// A sensor's newest reading that is durable; empty if there is none since the start. Any thread; does not wait.
    Optional<RecordedReading> newest(String sensor);

    /// The settings in force, as they were given. Any thread; does not wait.
    String document();

    /// Puts settings in force, durably. Waits for the disk, and for devices to be let go.
    ///
    /// @param by the client that wants it
    /// @throws SettingsRefused if they cannot be used: nothing has changed
    /// @throws org.sealpost.journal.JournalFull if there is no room: nothing has changed
    void set(String document, String by) throws IOException, SettingsRefused;

    /// What there is on this machine that could be a sensor. Waits for devices.
    List<Discovered> discover() throws InterruptedException;

    /// Tries one of the sensors in force, for some seconds. Records nothing.
    Trial test(String name) throws InterruptedException;
}
