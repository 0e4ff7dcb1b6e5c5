package org.sealpost.sensor.kinds;

import java.util.List;
import org.sealpost.sensor.AdapterKind;
import org.sealpost.sensor.gpio.ContactKind;
import org.sealpost.sensor.modbus.ModbusKind;
import org.sealpost.sensor.serial.SerialKind;
import org.sealpost.sensor.simulated.SimulatedKind;

/// All kinds of adapters that this module has.
public final class Adapters {
    private Adapters() {}

    /// One line for each kind.
    public static List<AdapterKind> all() {
        return List.of(
                new ContactKind(), //
                new SerialKind(), //
                new ModbusKind(),
                new SimulatedKind());
    }
}
