package org.sealpost.sensor.simulated;

import java.util.LinkedHashMap;
import java.util.List;
import org.sealpost.sensor.Adapter;
import org.sealpost.sensor.AdapterKind;
import org.sealpost.sensor.AdapterSettings;
import org.sealpost.sensor.Discovered;
import org.sealpost.sensor.SimulatedSettings;

/// Makes thermometers that do not exist. One goes on where it was when its adapter is made anew after a fault; else it
/// would have the same fault again and again.
public final class SimulatedKind implements AdapterKind {
    private static final int MAX_KEPT = 64;

    // Guarded by this.
    private final LinkedHashMap<SimulatedSettings, Thermometer> thermometers = new LinkedHashMap<>();

    @Override
    public String name() {
        return "simulated";
    }

    @Override
    public synchronized Adapter adapter(AdapterSettings settings) {
        var simulated = (SimulatedSettings) settings;
        if (thermometers.size() >= MAX_KEPT && !thermometers.containsKey(simulated)) {
            thermometers.pollFirstEntry();
        }
        return new SimulatedAdapter(thermometers.computeIfAbsent(simulated, Thermometer::new));
    }

    @Override
    public List<Discovered> discover() {
        return List.of();
    }
}
