package org.sealpost.ota;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The time, and by which time expiry is judged: no earlier than when the image was built, no earlier than the
/// latest time that was synchronised, and the clock itself only while it is (P6).
final class BoxClock {
    private static final Logger LOG = LoggerFactory.getLogger(BoxClock.class);
    private static final long KEEP_AGAIN_SECONDS = 3_600;

    private final InstantSource clock;
    private final BooleanSupplier synced;
    private final Instant builtAt;
    private final Path file;
    private Instant proven;

    private BoxClock(InstantSource clock, BooleanSupplier synced, Instant builtAt, Path file, Instant proven) {
        this.clock = clock;
        this.synced = synced;
        this.builtAt = builtAt;
        this.file = file;
        this.proven = proven;
    }

    /// @param file where the latest synchronised time is kept; one that cannot be read counts as none
    static BoxClock open(InstantSource clock, BooleanSupplier synced, Instant builtAt, Path file) {
        return new BoxClock(clock, synced, builtAt, file, read(file));
    }

    private static Instant read(Path file) {
        try {
            var text = Files.readString(file, StandardCharsets.US_ASCII).strip();
            return text.matches("[0-9]{1,11}") ? Instant.ofEpochSecond(Long.parseLong(text)) : Instant.EPOCH;
        } catch (NoSuchFileException none) {
            return Instant.EPOCH;
        } catch (IOException e) {
            LOG.warn("the proven time in {} cannot be read: {}", file, e.toString());
            return Instant.EPOCH;
        }
    }

    Instant now() {
        return clock.instant();
    }

    boolean isSynced() {
        return synced.getAsBoolean();
    }

    /// It is at least this late.
    Instant floor() throws IOException {
        var floor = builtAt.isAfter(proven) ? builtAt : proven;
        if (!isSynced()) return floor;
        var now = now();
        if (now.getEpochSecond() - proven.getEpochSecond() >= KEEP_AGAIN_SECONDS) {
            DurableFile.replace(file, (now.getEpochSecond() + "\n").getBytes(StandardCharsets.US_ASCII));
            proven = now;
        }
        return now.isAfter(floor) ? now : floor;
    }

    /// Whether the kernel says that the clock is synchronised: adjtimex(2), asked and never told.
    static BooleanSupplier ofKernel() {
        var linker = Linker.nativeLinker();
        var function = linker.downcallHandle(
                linker.defaultLookup().find("adjtimex").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        return () -> isSynced(function);
    }

    private static boolean isSynced(MethodHandle adjtimex) {
        // struct timex of Linux on 64-bit machines: status at 40, 208 bytes in all.
        try (var arena = Arena.ofConfined()) {
            MemorySegment timex = arena.allocate(208, 8);
            int state = (int) adjtimex.invokeExact(timex);
            boolean unsynchronised = (timex.get(ValueLayout.JAVA_INT, 40) & 0x40) != 0;
            return state >= 0 && state != 5 && !unsynchronised;
        } catch (Throwable e) {
            throw new IllegalStateException("adjtimex cannot be called", e);
        }
    }
}
