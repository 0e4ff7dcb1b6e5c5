package org.sealpost.sensor.gpio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.sensor.Adapter;
import org.sealpost.sensor.ContactSettings;
import org.sealpost.sensor.Quality;
import org.sealpost.sensor.Sample;
import org.sealpost.sensor.SensorSetback;
import org.sealpost.sensor.Value;

class ContactAdapterTest {
    @TempDir
    Path devices;

    private final FakeKernel kernel = new FakeKernel();
    private FakeKernel.FakeChip chip;

    @BeforeEach
    void plugAChip() throws IOException {
        chip = plug("gpiochip0", "bank");
        chip.line(3).name = "gate";
        chip.line(3).isHigh = true;
    }

    @Test
    void firstSaysHowTheContactIsAndThenEachChange() throws Exception {
        try (Adapter contact = opened(gate())) {
            assertEquals(new Value.Truth(false), value(contact.read()), "pulled up, so open");
            kernel.drive(chip.line(3), false);
            Sample.Measured closed = assertInstanceOf(Sample.Measured.class, contact.read());
            assertEquals(new Value.Truth(true), closed.value());
            assertEquals("1", closed.unit());
            assertEquals(Quality.GOOD, closed.quality());
            assertEquals(Layouts.EVENT.byteSize(), closed.raw().bytes().orElseThrow().length, "the kernel's event");
            kernel.drive(chip.line(3), true);
            assertEquals(new Value.Truth(false), value(contact.read()));
        }
        assertEquals(0, kernel.openFiles(), "everything was given back");
    }

    @Test
    void nothingComesWhileNothingChanges() throws Exception {
        try (Adapter contact = opened(gate())) {
            contact.read();
            assertEquals(new Sample.Nothing(), contact.read());
        }
    }

    @Test
    void theLineIsAskedForAsTheSettingsSay() throws Exception {
        opened(gate()).close();
        FakeKernel.FakeLine gate = chip.line(3);
        long edges = Layouts.INPUT | Layouts.EDGE_RISING | Layouts.EDGE_FALLING;
        assertEquals(edges | Layouts.ACTIVE_LOW | Layouts.BIAS_PULL_UP, gate.flags);
        assertEquals(20_000, gate.debounceMicroseconds);

        opened(settings(
                        "gpiochip0",
                        new ContactSettings.Line.Number(1),
                        ContactSettings.Bias.AS_IT_IS,
                        Optional.empty()))
                .close();
        assertEquals(edges | Layouts.ACTIVE_LOW, chip.line(1).flags, "no word about a bias");
        assertEquals(0, chip.line(1).debounceMicroseconds);

        opened(settings("gpiochip0", new ContactSettings.Line.Number(2), ContactSettings.Bias.NONE, Optional.empty()))
                .close();
        assertEquals(edges | Layouts.ACTIVE_LOW | Layouts.BIAS_DISABLED, chip.line(2).flags);
    }

    @Test
    void closedMayMeanHigh() throws Exception {
        var settings = new ContactSettings(
                "gpiochip0",
                new ContactSettings.Line.Number(3),
                ContactSettings.Level.HIGH,
                ContactSettings.Bias.PULL_DOWN,
                Optional.empty());
        try (Adapter contact = opened(settings)) {
            assertEquals(new Value.Truth(true), value(contact.read()));
            kernel.drive(chip.line(3), false);
            assertEquals(new Value.Truth(false), value(contact.read()));
        }
    }

    @Test
    void aChipIsFoundByItsLabelAndALineByItsName() throws Exception {
        plug("gpiochip1", "other");
        var settings =
                settings("bank", new ContactSettings.Line.Name("gate"), ContactSettings.Bias.PULL_UP, Optional.empty());
        try (Adapter contact = opened(settings)) {
            assertEquals(new Value.Truth(false), value(contact.read()));
        }
    }

    /// The kernel keeps 16 here, and throws the oldest away.
    @Test
    void changesThatTheKernelThrewAwayAreCounted() throws Exception {
        try (Adapter contact = opened(gate())) {
            contact.read();
            for (int change = 0; change < 20; change++) {
                kernel.drive(chip.line(3), change % 2 == 1);
            }
            Sample.Lost lost = assertInstanceOf(Sample.Lost.class, contact.read());
            assertEquals(4, lost.count());
            boolean isClosed = false;
            for (int change = 4; change < 20; change++) {
                isClosed = ((Value.Truth) value(contact.read())).isTrue();
                assertEquals(change % 2 == 0, isClosed);
            }
            assertEquals(false, isClosed);
            assertEquals(new Sample.Nothing(), contact.read());
        }
    }

    @Test
    void theKernelsCountMayBeginAnew() throws Exception {
        // The number before it, -1, is the last that 32 bits have.
        chip.line(3).firstNumber = 0;
        try (Adapter contact = opened(gate())) {
            contact.read();
            kernel.drive(chip.line(3), false);
            // From 1 on in a real kernel: all numbers up to 0 seem lost, which shows that they count without a sign.
            assertEquals(
                    0xFFFF_FFFFL,
                    assertInstanceOf(Sample.Lost.class, contact.read()).count());
            contact.read();
            kernel.drive(chip.line(3), true);
            assertEquals(new Value.Truth(false), value(contact.read()));
        }
    }

    @Test
    void aChangeBeforeTheFirstLookIsNotToldTwice() throws Exception {
        chip.line(3).whenTaken = () -> kernel.drive(chip.line(3), false);
        try (Adapter contact = opened(gate())) {
            assertEquals(new Value.Truth(true), value(contact.read()));
            assertEquals(new Sample.Unchanged(), contact.read());
            kernel.drive(chip.line(3), true);
            assertEquals(new Value.Truth(false), value(contact.read()));
        }
    }

    @Test
    void aChipThatVanishesIsASetbackAndComesBackUnderAnotherNumber() throws Exception {
        Adapter contact = opened(
                settings("bank", new ContactSettings.Line.Number(3), ContactSettings.Bias.PULL_UP, Optional.empty()));
        contact.read();
        kernel.unplug(chip);
        Files.delete(devices.resolve("gpiochip0"));
        SensorSetback gone = assertThrows(SensorSetback.class, contact::read);
        assertTrue(gone.reason().contains("line 3 (gate) of gpiochip0 (bank) is gone"), gone.reason());
        assertTrue(gone.remedy().contains("Connect it again"), gone.remedy());
        contact.close();
        assertEquals(0, kernel.openFiles());

        SensorSetback missing = assertThrows(SensorSetback.class, () -> opened(gate()));
        assertTrue(missing.reason().contains("(there is none)"), missing.reason());

        plug("gpiochip7", "bank");
        try (Adapter again = opened(
                settings("bank", new ContactSettings.Line.Number(3), ContactSettings.Bias.PULL_UP, Optional.empty()))) {
            assertEquals(new Value.Truth(true), value(again.read()));
        }
    }

    @Test
    void closingEndsTheReadOfAnotherThread() throws Exception {
        Adapter contact = opened(gate());
        contact.read();
        var answer = new CompletableFuture<Sample>();
        Thread.ofPlatform().start(() -> {
            try {
                while (true) {
                    contact.read();
                }
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        contact.close();
        contact.close();
        var ended = assertThrows(Exception.class, () -> answer.get(60, TimeUnit.SECONDS));
        assertInstanceOf(SensorSetback.class, ended.getCause());
        assertEquals(0, kernel.openFiles());
    }

    @Test
    void aChipThatMayNotBeOpenedIsExplained() {
        for (int error : new int[] {SystemCallFailed.EACCES, SystemCallFailed.EPERM}) {
            kernel.refuse("gpiochip0", error);
            SensorSetback refused = assertThrows(SensorSetback.class, () -> opened(gate()));
            assertEquals("the gateway may not use the GPIO chip gpiochip0", refused.reason());
            assertTrue(refused.remedy().contains("group"), refused.remedy());
        }
    }

    @Test
    void aLineOfSomebodyElseIsNotTaken() {
        chip.line(3).consumer = "relay";
        SensorSetback refused = assertThrows(SensorSetback.class, () -> opened(gate()));
        assertEquals("line 3 (gate) of gpiochip0 (bank) is in use by relay", refused.reason());
    }

    @Test
    void aLineThatTheChipDoesNotHaveIsRefusedWithThoseThatItHas() {
        for (var line :
                new ContactSettings.Line[] {new ContactSettings.Line.Number(8), new ContactSettings.Line.Name("door")
                }) {
            SensorSetback refused = assertThrows(
                    SensorSetback.class,
                    () -> opened(settings("bank", line, ContactSettings.Bias.PULL_UP, Optional.empty())));
            assertTrue(
                    refused.reason().contains("lines are 0 to 7")
                            || refused.reason().contains("the name door"),
                    refused.reason());
        }
    }

    @Test
    void aLabelOfTwoChipsIsNotGuessed() throws IOException {
        plug("gpiochip1", "bank");
        SensorSetback refused = assertThrows(
                SensorSetback.class,
                () -> opened(settings(
                        "bank", new ContactSettings.Line.Number(3), ContactSettings.Bias.PULL_UP, Optional.empty())));
        assertTrue(refused.reason().contains("gpiochip0, gpiochip1"), refused.reason());
    }

    @Test
    void closingBeforeOpeningIsHarmless() {
        Adapter contact = new ContactKind(kernel, devices).adapter(gate());
        contact.close();
        contact.close();
        assertEquals("contact at line 3 of gpiochip0", contact.description());
    }

    private FakeKernel.FakeChip plug(String name, String label) throws IOException {
        Files.createFile(devices.resolve(name));
        return kernel.plug(name, label, 8);
    }

    private Adapter opened(ContactSettings settings) throws Exception {
        Adapter contact = new ContactKind(kernel, devices).adapter(settings);
        contact.open();
        return contact;
    }

    private static ContactSettings gate() {
        return settings(
                "gpiochip0",
                new ContactSettings.Line.Number(3),
                ContactSettings.Bias.PULL_UP,
                Optional.of(Duration.ofMillis(20)));
    }

    private static ContactSettings settings(
            String chip, ContactSettings.Line line, ContactSettings.Bias bias, Optional<Duration> debounce) {
        return new ContactSettings(chip, line, ContactSettings.Level.LOW, bias, debounce);
    }

    private static Value value(Sample sample) {
        return assertInstanceOf(Sample.Measured.class, sample).value();
    }
}
