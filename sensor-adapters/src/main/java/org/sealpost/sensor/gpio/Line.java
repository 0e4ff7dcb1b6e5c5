package org.sealpost.sensor.gpio;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;

/// A line that is ours: its level now, and its edges, in their order. One thread reads; any thread may close it,
/// which ends a wait for an edge.
final class Line implements AutoCloseable {
    private final SystemCalls calls;
    private final int file;
    private final int alarm;
    // All three are guarded by this object. A descriptor is closed when nobody is in a call with it: its number
    // could be another file's by then.
    private boolean isWaiting;
    private boolean isOver;
    private boolean isFreed;
    // The reader's.
    private int lastNumber;

    private Line(SystemCalls calls, int file, int alarm) {
        this.calls = calls;
        this.file = file;
        this.alarm = alarm;
    }

    /// Owns the descriptor from here on, also where it fails.
    static Line of(SystemCalls calls, int file) throws SystemCallFailed {
        try {
            return new Line(calls, file, calls.alarm());
        } catch (SystemCallFailed e) {
            calls.close(file);
            throw e;
        }
    }

    /// Whether the line is active now.
    synchronized boolean isActive() throws IOException {
        if (isOver) {
            throw new IOException("the line was closed");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(Layouts.LINE_VALUES);
            values.set(JAVA_LONG, Layouts.at(Layouts.LINE_VALUES, "mask"), 1);
            calls.ioctl(file, Layouts.GET_VALUES, values);
            return (values.get(JAVA_LONG, Layouts.at(Layouts.LINE_VALUES, "bits")) & 1) != 0;
        }
    }

    /// The next edge, waiting for it if there is none; empty if none came in time.
    Optional<Edge> next(Duration atMost) throws IOException {
        long end = System.nanoTime() + atMost.toNanos();
        enter();
        try {
            while (true) {
                Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
                boolean isReadable = calls.awaitReadable(file, alarm, left);
                if (isOver()) {
                    throw new IOException("the line was closed");
                }
                if (isReadable) {
                    return Optional.of(read());
                }
                if (System.nanoTime() - end >= 0) {
                    return Optional.empty();
                }
            }
        } finally {
            leave();
        }
    }

    private Edge read() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(Layouts.EVENT);
            long count = calls.read(file, event);
            if (count != event.byteSize()) {
                throw new IOException("the kernel gave an event of " + count + " bytes, expected " + event.byteSize());
            }
            int kind = event.get(JAVA_INT, Layouts.at(Layouts.EVENT, "id"));
            if (kind != Layouts.RISING_EDGE && kind != Layouts.FALLING_EDGE) {
                throw new IOException("the kernel gave an event of kind " + kind + ", expected 1 or 2");
            }
            int number = event.get(JAVA_INT, Layouts.at(Layouts.EVENT, "line_seqno"));
            // From 1, 32 bits without a sign, and then from 0 again.
            long missed = Integer.toUnsignedLong(number - lastNumber - 1);
            lastNumber = number;
            return new Edge(kind == Layouts.RISING_EDGE, missed, event.toArray(JAVA_BYTE));
        }
    }

    @Override
    public synchronized void close() {
        if (isOver) {
            return;
        }
        isOver = true;
        if (isWaiting) {
            try {
                calls.sound(alarm);
            } catch (SystemCallFailed e) {
                // The reader sees it when its time is over.
                return;
            }
        } else {
            free();
        }
    }

    private synchronized boolean isOver() {
        return isOver;
    }

    private synchronized void enter() throws IOException {
        if (isOver) {
            throw new IOException("the line was closed");
        }
        isWaiting = true;
    }

    private synchronized void leave() {
        isWaiting = false;
        if (isOver) {
            free();
        }
    }

    private void free() {
        if (!isFreed) {
            isFreed = true;
            calls.close(file);
            calls.close(alarm);
        }
    }
}
