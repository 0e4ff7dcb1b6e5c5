package org.sealpost.ota.rauc;

import java.io.IOException;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.types.Variant;
import org.sealpost.ota.Units;

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
        return bus.ask(
                "systemd",
                connection -> new State(
                        String.valueOf(get(connection, path, NAME + ".Unit", "ActiveState")
                                .getValue()),
                        get(connection, path, NAME + ".Service", "NRestarts").getValue() instanceof Number restarts
                                ? restarts.longValue()
                                : 0));
    }

    private static Variant<?> get(DBusConnection connection, String path, String kind, String property)
            throws DBusException {
        return connection.getRemoteObject(NAME, path, Properties.class).<Variant<?>>Get(kind, property);
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
