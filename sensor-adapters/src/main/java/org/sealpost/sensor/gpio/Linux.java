package org.sealpost.sensor.gpio;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.time.Duration;

/// The system calls of the machine we run on, through the C library.
///
/// Calls that wait do so in native code: their threads are platform threads, since a virtual one would hold its
/// carrier meanwhile.
final class Linux implements SystemCalls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_OF = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    // fcntl.h and eventfd.h; the same on x86 and ARM.
    private static final int O_RDONLY_CLOEXEC = 0x80000;
    private static final int EFD_CLOEXEC_NONBLOCK = 0x80000 | 0x800;
    private static final short POLLIN = 1;

    // struct pollfd { int fd; short events; short revents; }
    private static final StructLayout POLLFD = MemoryLayout.structLayout(
            JAVA_INT.withName("fd"), JAVA_SHORT.withName("events"), JAVA_SHORT.withName("revents"));

    private static final MethodHandle OPEN =
            call("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL = call(
            "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle READ =
            call("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle WRITE =
            call("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle POLL =
            call("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle EVENTFD = call("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    @Override
    public int open(String path) throws SystemCallFailed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int file = (int) OPEN.invokeExact(state, arena.allocateFrom(path), O_RDONLY_CLOEXEC);
            return (int) checked("open of " + path, file, state);
        } catch (SystemCallFailed e) {
            throw e;
        } catch (Throwable t) {
            throw notCallable(t);
        }
    }

    @Override
    public int ioctl(int file, int request, MemorySegment argument) throws SystemCallFailed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            // The kernel takes an unsigned number.
            int result = (int) IOCTL.invokeExact(state, file, Integer.toUnsignedLong(request), argument);
            return (int) checked("ioctl %08x".formatted(request), result, state);
        } catch (SystemCallFailed e) {
            throw e;
        } catch (Throwable t) {
            throw notCallable(t);
        }
    }

    @Override
    public long read(int file, MemorySegment into) throws SystemCallFailed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long count = (long) READ.invokeExact(state, file, into, into.byteSize());
            return checked("read", count, state);
        } catch (SystemCallFailed e) {
            throw e;
        } catch (Throwable t) {
            throw notCallable(t);
        }
    }

    @Override
    public boolean awaitReadable(int file, int alarm, Duration atMost) throws SystemCallFailed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment both = arena.allocate(POLLFD, 2);
            both.set(JAVA_INT, 0, file);
            both.set(JAVA_SHORT, 4, POLLIN);
            both.set(JAVA_INT, 8, alarm);
            both.set(JAVA_SHORT, 12, POLLIN);
            int milliseconds = Math.clamp(atMost.toMillis(), 0, Integer.MAX_VALUE);
            int ready = (int) POLL.invokeExact(state, both, 2L, milliseconds);
            // The JVM's signals may end it early: for the caller, no time was over then and nothing came.
            if (ready < 0 && errno(state) == SystemCallFailed.EINTR) {
                return false;
            }
            checked("poll", ready, state);
            return both.get(JAVA_SHORT, 6) != 0;
        } catch (SystemCallFailed e) {
            throw e;
        } catch (Throwable t) {
            throw notCallable(t);
        }
    }

    @Override
    public int alarm() throws SystemCallFailed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int file = (int) EVENTFD.invokeExact(state, 0, EFD_CLOEXEC_NONBLOCK);
            return (int) checked("eventfd", file, state);
        } catch (SystemCallFailed e) {
            throw e;
        } catch (Throwable t) {
            throw notCallable(t);
        }
    }

    @Override
    public void sound(int alarm) throws SystemCallFailed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long written = (long) WRITE.invokeExact(state, alarm, arena.allocateFrom(JAVA_LONG, 1L), 8L);
            checked("write to an eventfd", written, state);
        } catch (SystemCallFailed e) {
            throw e;
        } catch (Throwable t) {
            throw notCallable(t);
        }
    }

    @Override
    public void close(int file) {
        try (Arena arena = Arena.ofConfined()) {
            // Whatever it returns, the descriptor is free: Linux says so of each error.
            int ignored = (int) CLOSE.invokeExact(arena.allocate(STATE), file);
        } catch (Throwable t) {
            throw notCallable(t);
        }
    }

    private static long checked(String call, long result, MemorySegment state) throws SystemCallFailed {
        if (result < 0) {
            throw new SystemCallFailed(call, errno(state));
        }
        return result;
    }

    private static int errno(MemorySegment state) {
        return (int) ERRNO_OF.get(state, 0L);
    }

    private static MethodHandle call(String name, FunctionDescriptor type, Linker.Option... options) {
        var all = new Linker.Option[options.length + 1];
        all[0] = ERRNO;
        System.arraycopy(options, 0, all, 1, options.length);
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, all);
    }

    private static IllegalStateException notCallable(Throwable cause) {
        return new IllegalStateException("the C library cannot be called", cause);
    }
}
