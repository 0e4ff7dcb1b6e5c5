package org.sealpost.app;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.function.Supplier;

/// What the kernel knows of its clock: adjtimex(2), asked and never told.
///
/// @param function of the C library
record Adjtimex(MethodHandle function) implements Supplier<KernelClock.Discipline> {
    // struct timex of Linux on 64-bit machines: maxerror in µs at 24, status at 40, 208 bytes in all.
    private static final int TIMEX_SIZE = 208;
    private static final int MAX_ERROR_OFFSET = 24;
    private static final int STATUS_OFFSET = 40;
    private static final int STA_UNSYNC = 0x40;
    private static final int TIME_ERROR = 5;

    static Adjtimex open() throws IOException {
        var linker = Linker.nativeLinker();
        return new Adjtimex(linker.downcallHandle(
                linker.defaultLookup()
                        .find("adjtimex")
                        .orElseThrow(() -> new IOException("the C library has no adjtimex")),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS)));
    }

    @Override
    public KernelClock.Discipline get() {
        try (var arena = Arena.ofConfined()) {
            MemorySegment timex = arena.allocate(TIMEX_SIZE, 8);
            int state = (int) function.invokeExact(timex);
            int status = timex.get(ValueLayout.JAVA_INT, STATUS_OFFSET);
            boolean synced = state >= 0 && state != TIME_ERROR && (status & STA_UNSYNC) == 0;
            long maxErrorMicros = timex.get(ValueLayout.JAVA_LONG, MAX_ERROR_OFFSET);
            return new KernelClock.Discipline(synced, (maxErrorMicros + 999) / 1000);
        } catch (Throwable e) {
            throw new IllegalStateException("adjtimex cannot be called", e);
        }
    }
}
