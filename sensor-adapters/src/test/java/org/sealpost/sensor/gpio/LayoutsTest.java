package org.sealpost.sensor.gpio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.StructLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our structs are those of `<linux/gpio.h>`.
class LayoutsTest {
    @TempDir
    Path folder;

    /// A C compiler says where each field lies; the numbers of the requests and the flags with them.
    @Test
    void theKernelsHeaderAgrees() throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/usr/include/linux/gpio.h")), "there is no <linux/gpio.h> (linux-libc-dev)");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "there is no C compiler (gcc)");
        String prints = ours().keySet().stream()
                .map(expression -> "  printf(\"%s %%lld\\n\", (long long)(%s));\n"
                        .formatted(expression.replace("%", "%%"), expression))
                .collect(Collectors.joining());
        Path source = Files.writeString(
                folder.resolve("layouts.c"),
                "#include <stddef.h>\n#include <stdio.h>\n#include <linux/gpio.h>\nint main(void) {\n" + prints
                        + "  return 0;\n}\n");
        Path program = folder.resolve("layouts");
        assertEquals("", run("/usr/bin/gcc", "-w", "-o", program.toString(), source.toString()));
        String expected = ours().entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue() + "\n")
                .collect(Collectors.joining());
        assertEquals(run(program.toString()), expected);
    }

    /// The same where there is no compiler, by numbers taken from Linux 6.1's header by hand: its fields have the
    /// same places on every architecture, since all of its 64-bit fields are aligned to 8 bytes there.
    @Test
    void sizesAndNumbersAreThoseOfTheHeader() {
        assertEquals(68, Layouts.CHIP_INFO.byteSize());
        assertEquals(16, Layouts.LINE_VALUES.byteSize());
        assertEquals(16, Layouts.ATTRIBUTE.byteSize());
        assertEquals(24, Layouts.CONFIG_ATTRIBUTE.byteSize());
        assertEquals(272, Layouts.CONFIG.byteSize());
        assertEquals(592, Layouts.REQUEST.byteSize());
        assertEquals(256, Layouts.LINE_INFO.byteSize());
        assertEquals(48, Layouts.EVENT.byteSize());
        assertEquals(0x8044B401, Layouts.GET_CHIP_INFO);
        assertEquals(0xC100B405, Layouts.GET_LINE_INFO);
        assertEquals(0xC250B407, Layouts.GET_LINE);
        assertEquals(0xC010B40E, Layouts.GET_VALUES);
    }

    /// Expressions of C, and what we say of them.
    private static Map<String, Long> ours() {
        Map<String, Long> all = new LinkedHashMap<>();
        fields(all, Layouts.CHIP_INFO, "name", "label", "lines");
        fields(all, Layouts.LINE_VALUES, "bits", "mask");
        fields(all, Layouts.ATTRIBUTE, "id", "padding");
        all.put("offsetof(struct gpio_v2_line_attribute, flags)", Layouts.at(Layouts.ATTRIBUTE, "value"));
        all.put("offsetof(struct gpio_v2_line_attribute, debounce_period_us)", Layouts.at(Layouts.ATTRIBUTE, "value"));
        fields(all, Layouts.CONFIG_ATTRIBUTE, "attr", "mask");
        fields(all, Layouts.CONFIG, "flags", "num_attrs", "padding", "attrs");
        fields(
                all,
                Layouts.REQUEST,
                "offsets",
                "consumer",
                "config",
                "num_lines",
                "event_buffer_size",
                "padding",
                "fd");
        fields(all, Layouts.LINE_INFO, "name", "consumer", "offset", "num_attrs", "flags", "attrs", "padding");
        fields(all, Layouts.EVENT, "timestamp_ns", "id", "offset", "seqno", "line_seqno", "padding");
        all.put("GPIO_GET_CHIPINFO_IOCTL", Integer.toUnsignedLong(Layouts.GET_CHIP_INFO));
        all.put("GPIO_V2_GET_LINEINFO_IOCTL", Integer.toUnsignedLong(Layouts.GET_LINE_INFO));
        all.put("GPIO_V2_GET_LINE_IOCTL", Integer.toUnsignedLong(Layouts.GET_LINE));
        all.put("GPIO_V2_LINE_GET_VALUES_IOCTL", Integer.toUnsignedLong(Layouts.GET_VALUES));
        all.put("GPIO_MAX_NAME_SIZE", (long) Layouts.NAME_SIZE);
        all.put("GPIO_V2_LINES_MAX", (long) Layouts.LINES_MAX);
        all.put("GPIO_V2_LINE_NUM_ATTRS_MAX", (long) Layouts.ATTRIBUTES_MAX);
        all.put("GPIO_V2_LINE_FLAG_USED", Layouts.USED);
        all.put("GPIO_V2_LINE_FLAG_ACTIVE_LOW", Layouts.ACTIVE_LOW);
        all.put("GPIO_V2_LINE_FLAG_INPUT", Layouts.INPUT);
        all.put("GPIO_V2_LINE_FLAG_EDGE_RISING", Layouts.EDGE_RISING);
        all.put("GPIO_V2_LINE_FLAG_EDGE_FALLING", Layouts.EDGE_FALLING);
        all.put("GPIO_V2_LINE_FLAG_BIAS_PULL_UP", Layouts.BIAS_PULL_UP);
        all.put("GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN", Layouts.BIAS_PULL_DOWN);
        all.put("GPIO_V2_LINE_FLAG_BIAS_DISABLED", Layouts.BIAS_DISABLED);
        all.put("GPIO_V2_LINE_ATTR_ID_DEBOUNCE", (long) Layouts.DEBOUNCE);
        all.put("GPIO_V2_LINE_EVENT_RISING_EDGE", (long) Layouts.RISING_EDGE);
        all.put("GPIO_V2_LINE_EVENT_FALLING_EDGE", (long) Layouts.FALLING_EDGE);
        return all;
    }

    private static void fields(Map<String, Long> all, StructLayout layout, String... names) {
        String struct = "struct " + layout.name().orElseThrow();
        all.put("sizeof(" + struct + ")", layout.byteSize());
        for (String name : names) {
            all.put("offsetof(" + struct + ", " + name + ")", Layouts.at(layout, name));
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), said);
        return said;
    }
}
