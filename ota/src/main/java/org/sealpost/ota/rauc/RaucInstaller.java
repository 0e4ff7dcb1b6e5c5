package org.sealpost.ota.rauc;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import org.freedesktop.dbus.errors.UnknownMethod;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.interfaces.DBusSigHandler;
import org.freedesktop.dbus.types.Variant;

/// RAUC over D-Bus.
public final class RaucInstaller implements Installer {
    private static final String NAME = "de.pengutronix.rauc";
    private static final String PATH = "/";
    private static final String INTERFACE = "de.pengutronix.rauc.Installer";
    private static final String WHOM = "RAUC";

    private static final long LOOK_AGAIN_SECONDS = 2;

    /// So often in a row RAUC may be found idle without having said how an installation ended, or not be asked.
    private static final int MAX_QUIET_LOOKS = 5;

    /// So long an installation may stay where it is.
    private static final long MAX_STILL_SECONDS = 1_800;

    private final SystemBus bus;

    public RaucInstaller(SystemBus bus) {
        this.bus = bus;
    }

    @Override
    public Manifest inspect(Path bundle) throws IOException, Refused {
        var file = bundle.toAbsolutePath().toString();
        return judged(rauc -> {
            try {
                return manifest(rauc.inspectBundle(file, Map.of()));
            } catch (UnknownMethod beforeInspectBundle) {
                var described = rauc.info(file);
                return new Manifest(described.compatible, described.version);
            }
        });
    }

    private static Manifest manifest(Map<String, Variant<?>> inspected) {
        if (!(SystemBus.bare(inspected.get("update")) instanceof Map<?, ?> update)) {
            throw new DBusExecutionException("RAUC does not say what the bundle is for");
        }
        return new Manifest(text(update, "compatible"), text(update, "version"));
    }

    private static String text(Map<?, ?> members, String name) {
        return SystemBus.bare(members.get(name)) instanceof String text ? text : "";
    }

    private interface Asked<T> {
        T of(RaucBus rauc) throws DBusException;
    }

    /// An answer of RAUC's own is a refusal; that it cannot be asked is not.
    private <T> T judged(Asked<T> asked) throws IOException, Refused {
        try {
            return bus.ask(WHOM, connection -> asked.of(connection.getRemoteObject(NAME, PATH, RaucBus.class)));
        } catch (IOException e) {
            if (e.getCause() instanceof DBusExecutionException said && isOfRauc(said)) {
                throw new Refused(String.valueOf(said.getMessage()));
            }
            throw e;
        }
    }

    /// The bus' own errors have classes of their own here, but for those of a service that does not
    /// start: so RAUC is asked for something harmless. That it is at something else is no
    /// judgement; RAUC says it with a capital in one method, without in others, and before 1.9 not
    /// at all.
    private boolean isOfRauc(DBusExecutionException e) throws IOException {
        if (e.getClass() != DBusExecutionException.class) return false;
        if (String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("already processing")) return false;
        return isIdle();
    }

    @Override
    public void install(Path bundle, IntConsumer percent) throws IOException, Refused {
        // The end of an installation before this one has been told once RAUC is idle.
        if (!isIdle()) throw new IOException("RAUC is at something else");
        var completed = new CompletableFuture<Integer>();
        DBusSigHandler<RaucBus.Completed> handler = signal -> completed.complete(signal.result);
        // Before it begins, so that its end is not missed; and from nobody but RAUC.
        var sender = bus.ask(WHOM, connection -> {
            var unique = connection.getDBusOwnerName(NAME);
            connection.addSigHandler(RaucBus.Completed.class, unique, handler);
            return unique;
        });
        try {
            var file = bundle.toAbsolutePath().toString();
            judged(rauc -> {
                rauc.installBundle(file, Map.of());
                return file;
            });
            if (ended(completed, percent) != 0) throw new Refused(lastError());
        } finally {
            forget(sender, handler);
        }
    }

    private void forget(String sender, DBusSigHandler<RaucBus.Completed> handler) {
        try {
            bus.ask(WHOM, connection -> {
                connection.removeSigHandler(RaucBus.Completed.class, sender, handler);
                return handler;
            });
        } catch (IOException e) {
            // It went with its connection, and how the installation ended is known.
        }
    }

    private int ended(CompletableFuture<Integer> completed, IntConsumer percent) throws IOException {
        int quiet = 0;
        var before = new Progress(-1, "");
        long still = System.nanoTime();
        while (true) {
            try {
                return completed.get(LOOK_AGAIN_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException notYet) {
                var now = before;
                try {
                    now = progress();
                    percent.accept(now.percent);
                    quiet = isIdle() ? quiet + 1 : 0;
                    if (quiet >= MAX_QUIET_LOOKS) throw new IOException("RAUC ended an installation without a word");
                } catch (IOException e) {
                    // RAUC goes on whether or not it can be asked.
                    if (++quiet >= MAX_QUIET_LOOKS) throw e;
                }
                if (!now.equals(before)) still = System.nanoTime();
                before = now;
                if (System.nanoTime() - still > MAX_STILL_SECONDS * 1_000_000_000) {
                    throw new IOException("RAUC has stood still for " + MAX_STILL_SECONDS + " s at " + now.message);
                }
            } catch (ExecutionException | InterruptedException e) {
                throw new IOException("the agent ends", e);
            }
        }
    }

    /// @param message what RAUC is at
    private record Progress(int percent, String message) {}

    private Progress progress() throws IOException {
        if (property("Progress") instanceof Object[] parts && parts.length > 1 && parts[0] instanceof Integer percent) {
            return new Progress(Math.clamp(percent, 0, 100), String.valueOf(parts[1]));
        }
        return new Progress(0, "");
    }

    private String lastError() throws IOException {
        var error = String.valueOf(property("LastError"));
        return error.isBlank() ? "it failed without a word" : error;
    }

    boolean isIdle() throws IOException {
        return property("Operation").equals("idle");
    }

    private Object property(String name) throws IOException {
        return bus.property(WHOM, NAME, PATH, INTERFACE, name);
    }

    @Override
    public Optional<String> primary() throws IOException {
        return bus.ask(WHOM, connection -> {
            var rauc = connection.getRemoteObject(NAME, PATH, RaucBus.class);
            var primary = rauc.primary();
            return rauc.slotStatus().stream()
                    .filter(slot -> slot.name.equals(primary))
                    .flatMap(slot -> bootName(slot).stream())
                    .findFirst();
        });
    }

    private static Optional<String> bootName(RaucBus.SlotStatus slot) {
        return Optional.ofNullable(slot.status.get("bootname")).map(name -> String.valueOf(name.getValue()));
    }

    @Override
    public void markBad(String bootName) throws IOException, Refused {
        judged(rauc -> {
            var name = rauc.slotStatus().stream()
                    .filter(slot -> bootName(slot).equals(Optional.of(bootName)))
                    .map(slot -> slot.name)
                    .findFirst()
                    .orElseThrow(() -> new DBusException("RAUC knows no slot " + bootName));
            return rauc.mark("bad", name);
        });
    }
}
