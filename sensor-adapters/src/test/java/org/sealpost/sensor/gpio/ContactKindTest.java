package org.sealpost.sensor.gpio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.sensor.Discovered;
import org.sealpost.sensor.SensorSettings;

class ContactKindTest {
    @TempDir
    Path devices;

    private final FakeKernel kernel = new FakeKernel();

    @Test
    void showsEachChipWithItsLines() throws Exception {
        FakeKernel.FakeChip chip = plug("gpiochip1", "bank", 3);
        chip.line(0).consumer = "relay";
        chip.line(2).name = "gate";
        plug("gpiochip10", "", 60);
        plug("gpiochip2", "shut", 1);
        kernel.refuse("gpiochip2", SystemCallFailed.EACCES);
        Files.createSymbolicLink(devices.resolve("gpiochip4"), devices.resolve("gpiochip1"));
        Files.createFile(devices.resolve("gpiochipX"));

        List<Discovered> found = new ContactKind(kernel, devices).discover();

        assertEquals(
                List.of("gpiochip1 (bank)", "gpiochip2", "gpiochip10"),
                found.stream().map(Discovered::title).toList());
        assertEquals(
                "3 lines: 0 in use by relay, 1 free, 2 gate free", found.get(0).description());
        assertTrue(
                found.get(0).toml().contains("chip = \"bank\"\nline-name = \"gate\""),
                found.get(0).toml());
        assertTrue(
                found.get(1).description().contains("may not use"), found.get(1).description());
        assertTrue(
                found.get(2).description().endsWith("39 free, and 20 more"),
                found.get(2).description());
        assertTrue(
                found.get(2).toml().contains("chip = \"gpiochip10\"\nline = 0"),
                found.get(2).toml());
    }

    @Test
    void whatItOffersAreSettings() throws Exception {
        plug("gpiochip0", "a \"label\"", 2);
        Discovered found = new ContactKind(kernel, devices).discover().getFirst();
        assertEquals(
                "contact",
                SensorSettings.parse(found.toml()).sensors().getFirst().kind());
    }

    @Test
    void aMachineWithoutChipsHasNone() throws Exception {
        assertEquals(List.of(), new ContactKind(kernel, devices).discover());
        assertEquals(List.of(), new ContactKind(kernel, devices.resolve("none")).discover());
    }

    private FakeKernel.FakeChip plug(String name, String label, int lines) throws Exception {
        Files.createFile(devices.resolve(name));
        return kernel.plug(name, label, lines);
    }
}
