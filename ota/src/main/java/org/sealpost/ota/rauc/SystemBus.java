package org.sealpost.ota.rauc;

import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.exceptions.NotConnected;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.types.Variant;
import org.jspecify.annotations.Nullable;

/// The connection to the system's bus: made when it is needed, and made anew after it was lost.
public final class SystemBus implements AutoCloseable {
    private final String address;
    private @Nullable DBusConnection connection;

    /// @param address such as `unix:path=/run/dbus/system_bus_socket`
    public SystemBus(String address) {
        this.address = address;
    }

    synchronized DBusConnection connection() throws IOException {
        var open = connection;
        if (open != null && open.isConnected()) return open;
        if (open != null) open.disconnect();
        try {
            return connection =
                    DBusConnectionBuilder.forAddress(address).withShared(false).build();
        } catch (DBusException e) {
            throw new IOException("the system's bus cannot be reached: " + e.getMessage(), e);
        }
    }

    /// What is asked of the bus.
    interface Call<T extends @Nullable Object> {
        T ask(DBusConnection bus) throws DBusException;
    }

    /// @param whom for the message
    <T extends @Nullable Object> T ask(String whom, Call<T> call) throws IOException {
        var bus = connection();
        try {
            return call.ask(bus);
        } catch (NotConnected | RejectedExecutionException e) {
            // The latter where it was lost a moment ago.
            throw new IOException(whom + " cannot be asked: the connection to the system's bus was lost", e);
        } catch (DBusException | DBusExecutionException e) {
            throw new IOException(whom + " cannot be asked: " + e.getMessage(), e);
        }
    }

    /// A property's value, out of what it is wrapped in.
    Object property(String whom, String name, String path, String kind, String property) throws IOException {
        var value = ask(
                whom, bus -> bus.getRemoteObject(name, path, Properties.class).<@Nullable Object>Get(kind, property));
        var bare = bare(value);
        if (bare == null) throw new IOException(whom + " does not say its " + property);
        return bare;
    }

    /// Some values are wrapped twice, and some not at all.
    static @Nullable Object bare(@Nullable Object value) {
        return value instanceof Variant<?> variant ? bare(variant.getValue()) : value;
    }

    @Override
    public synchronized void close() {
        if (connection != null) connection.disconnect();
        connection = null;
    }
}
