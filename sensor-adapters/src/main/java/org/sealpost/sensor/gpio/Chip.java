package org.sealpost.sensor.gpio;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// An open GPIO character device: `/dev/gpiochip0`. Lines that were asked for outlive it.
final class Chip implements AutoCloseable {
    // What waits in the kernel while nobody reads; it gives at most 16 for each of 64 lines.
    private static final int EVENTS_WAITING = 256;

    private final SystemCalls calls;
    private final int file;

    private Chip(SystemCalls calls, int file) {
        this.calls = calls;
        this.file = file;
    }

    static Chip open(SystemCalls calls, String path) throws SystemCallFailed {
        return new Chip(calls, calls.open(path));
    }

    ChipDescription description() throws SystemCallFailed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment told = arena.allocate(Layouts.CHIP_INFO);
            calls.ioctl(file, Layouts.GET_CHIP_INFO, told);
            return new ChipDescription(
                    Layouts.text(told, Layouts.at(Layouts.CHIP_INFO, "name")),
                    Layouts.text(told, Layouts.at(Layouts.CHIP_INFO, "label")),
                    told.get(JAVA_INT, Layouts.at(Layouts.CHIP_INFO, "lines")));
        }
    }

    LineDescription line(int offset) throws SystemCallFailed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment told = arena.allocate(Layouts.LINE_INFO);
            told.set(JAVA_INT, Layouts.at(Layouts.LINE_INFO, "offset"), offset);
            calls.ioctl(file, Layouts.GET_LINE_INFO, told);
            return new LineDescription(
                    offset,
                    Layouts.text(told, Layouts.at(Layouts.LINE_INFO, "name")),
                    Layouts.text(told, Layouts.at(Layouts.LINE_INFO, "consumer")),
                    (told.get(JAVA_LONG, Layouts.at(Layouts.LINE_INFO, "flags")) & Layouts.USED) != 0);
        }
    }

    /// Takes a line for us, until it is closed. Its edges are kept from now on.
    Line take(LineRequest wanted) throws SystemCallFailed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Layouts.REQUEST);
            request.set(JAVA_INT, Layouts.at(Layouts.REQUEST, "offsets"), wanted.offset());
            request.set(JAVA_INT, Layouts.at(Layouts.REQUEST, "num_lines"), 1);
            request.set(JAVA_INT, Layouts.at(Layouts.REQUEST, "event_buffer_size"), EVENTS_WAITING);
            Layouts.text(request, Layouts.at(Layouts.REQUEST, "consumer"), wanted.consumer());
            request.set(JAVA_LONG, Layouts.at(Layouts.REQUEST, "config", "flags"), wanted.flags());
            if (wanted.debounceMicroseconds() > 0) {
                debounce(request, wanted.debounceMicroseconds());
            }
            calls.ioctl(file, Layouts.GET_LINE, request);
            return Line.of(calls, request.get(JAVA_INT, Layouts.at(Layouts.REQUEST, "fd")));
        }
    }

    @Override
    public void close() {
        calls.close(file);
    }

    private static void debounce(MemorySegment request, int microseconds) {
        request.set(JAVA_INT, Layouts.at(Layouts.REQUEST, "config", "num_attrs"), 1);
        request.set(JAVA_INT, at("attr", "id"), Layouts.DEBOUNCE);
        request.set(JAVA_INT, at("attr", "value"), microseconds);
        // A bit for each line of the request: ours is the first.
        request.set(JAVA_LONG, at("mask"), 1);
    }

    private static long at(String... field) {
        String[] path = new String[3 + field.length];
        path[0] = "config";
        path[1] = "attrs";
        path[2] = "[0]";
        System.arraycopy(field, 0, path, 3, field.length);
        return Layouts.at(Layouts.REQUEST, path);
    }
}
