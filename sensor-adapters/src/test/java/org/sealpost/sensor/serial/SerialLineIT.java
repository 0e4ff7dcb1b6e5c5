package org.sealpost.sensor.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.sensor.Gap;
import org.sealpost.sensor.Reading;
import org.sealpost.sensor.SensorListener;
import org.sealpost.sensor.SensorSetback;
import org.sealpost.sensor.SensorSettings;
import org.sealpost.sensor.SensorState;
import org.sealpost.sensor.Sensors;
import org.sealpost.sensor.Trial;

/// The real library at a real terminal of the kernel, whose other end is socat's: a line that is fed, unplugged and
/// plugged in again.
class SerialLineIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final BlockingQueue<Object> taken = new LinkedBlockingQueue<>();
    private Path near = Path.of("");
    private Path far = Path.of("");
    private Process socat;

    private final SensorListener listener = new SensorListener() {
        @Override
        public boolean take(Reading reading) {
            return taken.add(reading);
        }

        @Override
        public boolean take(Gap gap) {
            return taken.add(gap);
        }
    };

    @BeforeEach
    void plugIn() throws Exception {
        boolean installed = List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(folder -> Path.of(folder, "socat").toFile().canExecute());
        assumeTrue(installed, "socat is not installed (package socat)");
        // The settings ask for a device below /dev; a name there that nothing else has.
        assumeTrue(Files.isWritable(Path.of("/dev/shm")), "there is no /dev/shm to put a line's name into");
        long id = ProcessHandle.current().pid();
        near = Path.of("/dev/shm/ttySealpost" + id);
        far = Path.of("/dev/shm/ttySealpostFar" + id);
        startSocat();
    }

    private void startSocat() throws Exception {
        socat = new ProcessBuilder("socat", "pty,raw,echo=0,link=" + near, "pty,raw,echo=0,link=" + far)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        await(() -> "no line", () -> Files.exists(near) && Files.exists(far));
    }

    @AfterEach
    void unplug() throws Exception {
        if (socat == null) return;
        socat.destroy();
        socat.waitFor(10, TimeUnit.SECONDS);
        Files.deleteIfExists(near);
        Files.deleteIfExists(far);
    }

    private SensorSettings settings(String keys) throws Exception {
        return SensorSettings.parse("[sensor.scale]\nkind = \"serial\"\nport = \"" + near + "\"\n" + keys);
    }

    private void feed(String text) throws Exception {
        Files.write(far, text.getBytes(StandardCharsets.ISO_8859_1), StandardOpenOption.WRITE);
    }

    private Object next(Predicate<Object> wanted) throws Exception {
        Object found = taken.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (found == null) throw new AssertionError("nothing came");
        assertTrue(wanted.test(found), found::toString);
        return found;
    }

    private static void await(Supplier<Object> seen, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) throw new AssertionError("last seen: " + seen.get());
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static SensorState state(Sensors sensors) {
        return sensors.states().getFirst();
    }

    // What comes right after the opening is left out: so it is fed weights in motion until one is seen.
    private void awaitListening(Sensors sensors) {
        await(() -> state(sensors), () -> {
            try {
                if (state(sensors).cause().startsWith("it is open")) feed("US,GS,+0000000.9kg\r\n");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            return state(sensors).counts().unsettled() > 0;
        });
    }

    @Test
    void framesAreReadAndALineThatIsUnpluggedIsAGapAndReadAgainWhenItIsBack() throws Exception {
        try (var sensors = Sensors.start(List.of(new SerialKind()), listener, InstantSource.system())) {
            sensors.use(settings(FrameReaderTest.SCALE));
            awaitListening(sensors);
            feed("ST,GS,+0001250.5kg\r\n");
            assertEquals("1250.5 kg", ((Reading) next(Reading.class::isInstance)).words());

            feed("\u0000\u00ff?\r\n");
            await(() -> state(sensors), () -> state(sensors).state() == SensorState.Condition.RED);
            assertTrue(
                    state(sensors).causeWithBytes().endsWith("the first bytes are 00ff3f"),
                    state(sensors)::causeWithBytes);

            unplug();
            await(
                    () -> state(sensors),
                    () -> state(sensors).cause().contains("unplugged")
                            || state(sensors).cause().contains("there is no"));
            startSocat();
            await(() -> state(sensors), () -> state(sensors).state() != SensorState.Condition.RED);
            long moved = state(sensors).counts().unsettled();
            await(() -> state(sensors), () -> {
                try {
                    feed("US,GS,+0000000.9kg\r\n");
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
                return state(sensors).counts().unsettled() > moved;
            });
            feed("ST,GS,+7kg\r\n");
            var gap = (Gap) next(Gap.class::isInstance);
            assertEquals("the device was unplugged: " + near + " is gone", gap.cause());
            assertFalse(gap.to().isBefore(gap.from()));
            assertEquals("7 kg", ((Reading) next(Reading.class::isInstance)).words());
        }
    }

    @Test
    void aTrialSaysTheFirstReadingOrWhyThereIsNone() throws Exception {
        var kinds = List.<org.sealpost.sensor.AdapterKind>of(new SerialKind());
        var settings = settings(FrameReaderTest.SCALE);
        Trial silent = Sensors.test(kinds, settings, "scale", Duration.ofSeconds(8));
        assertEquals("It made no reading within 8s: it is open, and silent.", silent.words());
        var feeder = Thread.ofVirtual().start(() -> {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!Thread.currentThread().isInterrupted() && System.nanoTime() < end) {
                try {
                    feed("ST,GS,+0001250.5kg\r\n");
                } catch (Exception e) {
                    return;
                }
                LockSupport.parkNanos(200_000_000);
            }
        });
        Trial well = Sensors.test(kinds, settings, "scale", Duration.ofSeconds(15));
        feeder.interrupt();
        feeder.join();
        assertEquals("1250.5 kg", well.words());
        unplug();
        Trial gone = Sensors.test(kinds, settings, "scale", Duration.ofSeconds(15));
        assertEquals("there is no " + near + ". Plug the device in; it is opened again by itself.", gone.words());
        assertFalse(gone.works());
        assertTrue(Sensors.test(kinds, settings, "scales", Duration.ofSeconds(1))
                .words()
                .contains("no sensor"));
    }

    @Test
    void aFileThatIsNoLineIsASetbackInPlainWords() throws Exception {
        unplug();
        Files.createFile(near);
        try (var adapter = new SerialKind()
                .adapter(settings(FrameReaderTest.SCALE).sensors().getFirst().adapter())) {
            var setback = assertThrows(SensorSetback.class, adapter::open);
            assertTrue(setback.reason().contains(near.toString()), setback::reason);
        }
    }

    // To close any descriptor of a file is to let go of all locks that the process has on it.
    @Test
    void aFileOfTheProcessItselfIsNotOpenedSoThatItsLocksStay() throws Exception {
        unplug();
        Path locked = Files.createTempFile("locked", "");
        try (var channel = FileChannel.open(locked, StandardOpenOption.WRITE);
                var lock = channel.tryLock()) {
            assertTrue(lock.isValid());
            Files.createSymbolicLink(near, locked);
            var adapter = new SerialKind()
                    .adapter(
                            settings(FrameReaderTest.SCALE).sensors().getFirst().adapter());
            var setback = assertThrows(SensorSetback.class, adapter::open);
            adapter.close();
            assertEquals(near + " is no serial port", setback.reason());
            long inode = (Long) Files.getAttribute(locked, "unix:ino");
            assertTrue(Files.readString(Path.of("/proc/locks")).contains(":" + inode + " "), "the lock is gone");
        } finally {
            Files.delete(locked);
        }
    }

    @Test
    void whatIsFoundIsAPieceOfSettingsThatCanBeRead() throws Exception {
        for (var found : Sensors.discover(List.of(new SerialKind()))) {
            if (!found.toml().isEmpty()) SensorSettings.parse(found.toml());
        }
        assertEquals(
                1,
                SensorSettings.parse(SerialKind.toml("/dev/ttyUSB0")).sensors().size());
    }
}
