package org.sealpost.ota.rauc;

import java.io.IOException;

/// Units as systemd says over D-Bus.
public final class SystemdUnits implements Units {
    private static final String NAME = "org.freedesktop.systemd1";

    private final SystemBus bus;

    public SystemdUnits(SystemBus bus) {
        this.bus = bus;
    }

    @Override
    public State of(String unit) throws IOException {
        var path = path(unit);
        var state = bus.property("systemd", NAME, path, NAME + ".Unit", "ActiveState");
        var restarts = bus.property("systemd", NAME, path, NAME + ".Service", "NRestarts");
        return new State(String.valueOf(state), restarts instanceof Number number ? number.longValue() : 0);
    }

    /// Where systemd has a unit: what is no letter or digit of its name is written as `_` and two hex digits.
    static String path(String unit) {
        var path = new StringBuilder("/org/freedesktop/systemd1/unit/");
        for (char c : unit.toCharArray()) {
            boolean plain = c < 128 && Character.isLetterOrDigit(c);
            if (plain) path.append(c);
            else path.append("_%02x".formatted((int) c));
        }
        return path.toString();
    }
}
