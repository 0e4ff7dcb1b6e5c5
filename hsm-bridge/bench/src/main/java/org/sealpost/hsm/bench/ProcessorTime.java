package org.sealpost.hsm.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Processor time of a process, to the nanosecond: its processor clock, which anybody may read
/// (clock_getcpuclockid(3)).
final class ProcessorTime {
    private static final int CLOCK_OF_A_PROCESS = 2;
    private static final MethodHandle CLOCK_GETTIME = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().find("clock_gettime").orElseThrow(),
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    private ProcessorTime() {}

    /// Of this process and of all that it has started and that still run; 0 for one that has ended.
    static long nanos(ProcessHandle process) {
        return nanos(process.pid())
                + process.descendants().mapToLong(child -> nanos(child.pid())).sum();
    }

    private static long nanos(long pid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(16, 8);
            int failed = (int) CLOCK_GETTIME.invokeExact((int) (~pid << 3) | CLOCK_OF_A_PROCESS, time);
            return failed != 0 ? 0 : time.get(JAVA_LONG, 0) * 1_000_000_000L + time.get(JAVA_LONG, 8);
        } catch (Throwable t) {
            throw new IllegalStateException("clock_gettime", t);
        }
    }
}
