package org.sealpost.sensor.simulated;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.Random;
import org.sealpost.sensor.SimulatedSettings;
import org.sealpost.sensor.SimulatedSettings.Fault;

/// What a simulated sensor will say and do, sample by sample; the same seed gives the same. For any thread.
final class Thermometer {
    private static final int SAMPLES_FOR_A_FAULT = 60;
    private static final int MIN_TENTHS = 150;
    private static final int MAX_TENTHS = 260;

    private final SimulatedSettings settings;
    private final Random random;
    private int tenths = 205;

    Thermometer(SimulatedSettings settings) {
        this.settings = settings;
        this.random = new Random(settings.seed());
    }

    SimulatedSettings settings() {
        return settings;
    }

    synchronized BigDecimal next() {
        tenths = Math.clamp(tenths + random.nextInt(5) - 2, MIN_TENTHS, MAX_TENTHS);
        return BigDecimal.valueOf(tenths, 1);
    }

    /// What goes wrong with the next sample, if anything does.
    synchronized Optional<Fault> fault() {
        for (Fault fault : Fault.values()) {
            if (settings.faults().contains(fault) && random.nextInt(SAMPLES_FOR_A_FAULT) == 0)
                return Optional.of(fault);
        }
        return Optional.empty();
    }
}
