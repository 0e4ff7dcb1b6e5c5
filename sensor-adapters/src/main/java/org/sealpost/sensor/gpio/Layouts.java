package org.sealpost.sensor.gpio;

import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.nio.charset.StandardCharsets;

/// The structs and numbers of `<linux/gpio.h>`, second version of its interface (Linux 5.10 and later). All
/// fields have the sizes and places that every architecture gives them: the header pads by hand.
final class Layouts {
    static final int NAME_SIZE = 32;
    static final int LINES_MAX = 64;
    static final int ATTRIBUTES_MAX = 10;

    static final StructLayout CHIP_INFO = structLayout(text("name"), text("label"), JAVA_INT.withName("lines"))
            .withName("gpiochip_info");

    static final StructLayout LINE_VALUES =
            structLayout(JAVA_LONG.withName("bits"), JAVA_LONG.withName("mask")).withName("gpio_v2_line_values");

    /// The union of flags, values and a debounce period in microseconds is a long here: the period is its lower
    /// half on little-endian machines, and it is written as an int at its place.
    static final StructLayout ATTRIBUTE = structLayout(
                    JAVA_INT.withName("id"), JAVA_INT.withName("padding"), JAVA_LONG.withName("value"))
            .withName("gpio_v2_line_attribute");

    static final StructLayout CONFIG_ATTRIBUTE = structLayout(ATTRIBUTE.withName("attr"), JAVA_LONG.withName("mask"))
            .withName("gpio_v2_line_config_attribute");

    static final StructLayout CONFIG = structLayout(
                    JAVA_LONG.withName("flags"),
                    JAVA_INT.withName("num_attrs"),
                    padding(5),
                    sequenceLayout(ATTRIBUTES_MAX, CONFIG_ATTRIBUTE).withName("attrs"))
            .withName("gpio_v2_line_config");

    static final StructLayout REQUEST = structLayout(
                    sequenceLayout(LINES_MAX, JAVA_INT).withName("offsets"),
                    text("consumer"),
                    CONFIG.withName("config"),
                    JAVA_INT.withName("num_lines"),
                    JAVA_INT.withName("event_buffer_size"),
                    padding(5),
                    JAVA_INT.withName("fd"))
            .withName("gpio_v2_line_request");

    static final StructLayout LINE_INFO = structLayout(
                    text("name"),
                    text("consumer"),
                    JAVA_INT.withName("offset"),
                    JAVA_INT.withName("num_attrs"),
                    JAVA_LONG.withName("flags"),
                    sequenceLayout(ATTRIBUTES_MAX, ATTRIBUTE).withName("attrs"),
                    padding(4))
            .withName("gpio_v2_line_info");

    static final StructLayout EVENT = structLayout(
                    JAVA_LONG.withName("timestamp_ns"),
                    JAVA_INT.withName("id"),
                    JAVA_INT.withName("offset"),
                    JAVA_INT.withName("seqno"),
                    JAVA_INT.withName("line_seqno"),
                    padding(6))
            .withName("gpio_v2_line_event");

    // asm-generic/ioctl.h: direction, size, type and number of a request, from the top.
    private static final int WRITE = 1;
    private static final int READ = 2;

    static final int GET_CHIP_INFO = request(READ, 0x01, CHIP_INFO);
    static final int GET_LINE_INFO = request(READ | WRITE, 0x05, LINE_INFO);
    static final int GET_LINE = request(READ | WRITE, 0x07, REQUEST);
    static final int GET_VALUES = request(READ | WRITE, 0x0E, LINE_VALUES);

    static final long USED = 1;
    static final long ACTIVE_LOW = 1 << 1;
    static final long INPUT = 1 << 2;
    static final long EDGE_RISING = 1 << 4;
    static final long EDGE_FALLING = 1 << 5;
    static final long BIAS_PULL_UP = 1 << 8;
    static final long BIAS_PULL_DOWN = 1 << 9;
    static final long BIAS_DISABLED = 1 << 10;

    static final int DEBOUNCE = 3;
    static final int RISING_EDGE = 1;
    static final int FALLING_EDGE = 2;

    private Layouts() {}

    /// Where a field lies; fields of fields are named by their path.
    static long at(StructLayout layout, String... path) {
        var elements = new PathElement[path.length];
        for (int i = 0; i < path.length; i++) {
            elements[i] = path[i].equals("[0]") ? PathElement.sequenceElement(0) : PathElement.groupElement(path[i]);
        }
        return layout.byteOffset(elements);
    }

    /// A text of at most 31 bytes and a zero.
    static String text(MemorySegment struct, long at) {
        byte[] bytes = struct.asSlice(at, NAME_SIZE).toArray(JAVA_BYTE);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /// Writes a text, cut to 31 bytes.
    static void text(MemorySegment struct, long at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(bytes, 0, struct, JAVA_BYTE, at, Math.min(bytes.length, NAME_SIZE - 1));
    }

    private static MemoryLayout text(String name) {
        return sequenceLayout(NAME_SIZE, JAVA_BYTE).withName(name);
    }

    private static MemoryLayout padding(int words) {
        return sequenceLayout(words, JAVA_INT).withName("padding");
    }

    private static int request(int direction, int number, MemoryLayout argument) {
        return direction << 30 | (int) argument.byteSize() << 16 | 0xB4 << 8 | number;
    }
}
