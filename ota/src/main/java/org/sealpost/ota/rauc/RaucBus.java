package org.sealpost.ota.rauc;

import java.util.List;
import java.util.Map;
import org.freedesktop.dbus.Struct;
import org.freedesktop.dbus.Tuple;
import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.annotations.DBusMemberName;
import org.freedesktop.dbus.annotations.Position;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.messages.DBusSignal;
import org.freedesktop.dbus.types.Variant;

/// What RAUC offers on the bus (its manual, "D-Bus API"). Public, since the bus' library makes its instances by
/// reflection.
@DBusInterfaceName("de.pengutronix.rauc.Installer")
public interface RaucBus extends DBusInterface {
    @DBusMemberName("InspectBundle")
    Map<String, Variant<?>> inspectBundle(String bundle, Map<String, Variant<?>> args);

    /// What RAUC before 1.9 has instead.
    @DBusMemberName("Info")
    Described info(String bundle);

    @DBusMemberName("InstallBundle")
    void installBundle(String source, Map<String, Variant<?>> args);

    @DBusMemberName("Mark")
    Marked mark(String state, String slot);

    @DBusMemberName("GetSlotStatus")
    List<SlotStatus> slotStatus();

    @DBusMemberName("GetPrimary")
    String primary();

    /// Answer of `Info`.
    final class Described extends Tuple {
        @Position(0)
        public final String compatible;

        @Position(1)
        public final String version;

        public Described(String compatible, String version) {
            this.compatible = compatible;
            this.version = version;
        }
    }

    /// Answer of `Mark`.
    final class Marked extends Tuple {
        @Position(0)
        public final String slot;

        @Position(1)
        public final String message;

        public Marked(String slot, String message) {
            this.slot = slot;
            this.message = message;
        }
    }

    /// One of `GetSlotStatus`.
    final class SlotStatus extends Struct {
        @Position(0)
        public final String name;

        @Position(1)
        public final Map<String, Variant<?>> status;

        public SlotStatus(String name, Map<String, Variant<?>> status) {
            this.name = name;
            this.status = status;
        }
    }

    /// An installation has ended.
    final class Completed extends DBusSignal {
        public final int result;

        public Completed(String path, int result) throws DBusException {
            super(path, result);
            this.result = result;
        }
    }
}
