package org.sealpost.sensor.modbus;

import java.util.List;
import org.sealpost.sensor.Adapter;
import org.sealpost.sensor.AdapterKind;
import org.sealpost.sensor.AdapterSettings;
import org.sealpost.sensor.Discovered;
import org.sealpost.sensor.ModbusSettings;

/// Machines that speak Modbus TCP. They are not looked for: asking every address of a network is no way to behave in a
/// network of machines.
public final class ModbusKind implements AdapterKind {
    @Override
    public String name() {
        return "modbus";
    }

    @Override
    public Adapter adapter(AdapterSettings settings) {
        return new ModbusAdapter((ModbusSettings) settings);
    }

    @Override
    public List<Discovered> discover() {
        return List.of();
    }
}
