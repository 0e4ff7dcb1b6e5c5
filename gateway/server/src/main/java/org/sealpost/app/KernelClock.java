package org.sealpost.app;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.sealpost.record.ClockReading;

/// The system's clock and what the kernel knows of its quality (adjtimex(2)).
///
/// It reads and never sets. A daemon that disciplines the clock does not tell the kernel by what, so a good clock has
/// the source "system"; one that nobody disciplines is "untrusted" and has none. Thread-safe.
final class KernelClock implements Supplier<ClockReading> {
    // struct timex of Linux on 64-bit machines: maxerror in µs at 24, status at 40, 208 bytes in all.
    private static final int TIMEX_SIZE = 208;
    private static final int MAX_ERROR_OFFSET = 24;
    private static final int STATUS_OFFSET = 40;
    private static final int STA_UNSYNC = 0x40;
    private static final int TIME_ERROR = 5;
    private static final long ASK_AGAIN_NANOS = 1_000_000_000;

    private final byte[] bootId;
    private final MethodHandle adjtimex;
    private volatile Quality quality;

    private record Quality(long askedNanos, boolean synced, long maxErrorMillis) {}

    private KernelClock(byte[] bootId, MethodHandle adjtimex) {
        this.bootId = bootId;
        this.adjtimex = adjtimex;
        this.quality = ask(System.nanoTime());
    }

    static KernelClock open() throws IOException {
        var text = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                .strip()
                .replace("-", "");
        var linker = Linker.nativeLinker();
        var handle = linker.downcallHandle(
                linker.defaultLookup()
                        .find("adjtimex")
                        .orElseThrow(() -> new IOException("the C library has no adjtimex")),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        return new KernelClock(HexFormat.of().parseHex(text), handle);
    }

    @Override
    public ClockReading get() {
        // On Linux nanoTime is CLOCK_MONOTONIC, which counts from the start of the system.
        long nanos = System.nanoTime();
        var current = quality;
        if (nanos - current.askedNanos > ASK_AGAIN_NANOS) quality = current = ask(nanos);
        long sinceBoot = Math.max(0, nanos / 1000);
        long now = Math.max(0, System.currentTimeMillis());
        if (current.synced) {
            return new ClockReading(
                    now,
                    ClockReading.State.SYNCED,
                    ClockReading.Source.SYSTEM,
                    OptionalLong.of(current.maxErrorMillis),
                    bootId,
                    sinceBoot);
        }
        return new ClockReading(
                now, ClockReading.State.UNTRUSTED, ClockReading.Source.NONE, OptionalLong.empty(), bootId, sinceBoot);
    }

    private Quality ask(long nanos) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment timex = arena.allocate(TIMEX_SIZE, 8);
            int state = (int) adjtimex.invokeExact(timex);
            int status = timex.get(ValueLayout.JAVA_INT, STATUS_OFFSET);
            boolean synced = state >= 0 && state != TIME_ERROR && (status & STA_UNSYNC) == 0;
            return new Quality(nanos, synced, (timex.get(ValueLayout.JAVA_LONG, MAX_ERROR_OFFSET) + 999) / 1000);
        } catch (Throwable e) {
            throw new IllegalStateException("adjtimex cannot be called", e);
        }
    }
}
