package org.sealpost.admin;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.sealpost.capture.Receipt;
import org.sealpost.capture.sensor.RecordedReading;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.journal.JournalFull;
import org.sealpost.record.ClockReading;
import org.sealpost.sensor.Discovered;
import org.sealpost.sensor.Quality;
import org.sealpost.sensor.Raw;
import org.sealpost.sensor.Reading;
import org.sealpost.sensor.SensorSettings;
import org.sealpost.sensor.SensorState;
import org.sealpost.sensor.SensorState.Condition;
import org.sealpost.sensor.SettingsRefused;
import org.sealpost.sensor.Trial;
import org.sealpost.sensor.Value;

/// Sensors whose states a test sets one by one; it keeps the document that it is given last, if it can be read.
final class FakeDesk implements SensorDesk {
    static final String DOCUMENT = "[sensor.try]\nkind = \"simulated\"\nseed = 7\nevery = \"1s\"\n";

    volatile List<SensorState> states = List.of(
            state("gate", "contact", Condition.WELL, Optional.of(new Value.Truth(true)), "1", ""),
            state("scale", "serial", Condition.WAITING, Optional.empty(), "kg", ""),
            state(
                    "tank",
                    "modbus",
                    Condition.RED,
                    Optional.of(new Value.Decimal("12.50")),
                    "Cel",
                    "192.168.1.20 does not answer on port 502"));
    volatile Map<String, RecordedReading> newest =
            Map.of("gate", recorded(states.getFirst().last().orElseThrow(), FakeBox.NOW.minusSeconds(3), 77));
    volatile String document = DOCUMENT;
    volatile String by = "";
    volatile boolean full;
    volatile boolean broken;

    /// What is asked of devices waits for it.
    volatile CountDownLatch devices = new CountDownLatch(0);

    static SensorState state(
            String name, String kind, Condition condition, Optional<Value> value, String unit, String cause) {
        return new SensorState(
                name,
                kind,
                "what " + name + " is read by",
                condition,
                FakeBox.NOW.minusSeconds(90),
                cause,
                "",
                cause.isEmpty() ? "" : "see that it has power and that its cable is whole",
                value.map(said ->
                        new Reading(name, kind, said, unit, Quality.GOOD, Optional.empty(), Raw.of(new byte[] {1}))),
                value.map(_ -> FakeBox.NOW.minusSeconds(3)),
                new SensorState.Counts(1204, 2, 5, 1, 0, 3, 0));
    }

    @Override
    public List<SensorState> states() {
        return states;
    }

    @Override
    public Optional<RecordedReading> newest(String sensor) {
        return Optional.ofNullable(newest.get(sensor));
    }

    static RecordedReading recorded(Reading reading, Instant at, long index) {
        return new RecordedReading(reading, new Receipt(index, FakeBox.clock(at, ClockReading.State.SYNCED)));
    }

    @Override
    public String document() {
        return document;
    }

    @Override
    public void set(String document, String by) throws IOException, SettingsRefused {
        if (broken) throw new IOException("segment 00000007 of a secret journal");
        if (full) throw journalFull();
        SensorSettings.parse(document);
        this.document = document;
        this.by = by;
    }

    @Override
    public List<Discovered> discover() {
        await();
        return List.of(
                new Discovered("serial", "/dev/ttyUSB0", "FTDI <b>", "[sensor.ttyusb0]\nport = \"/dev/ttyUSB0\"\n"));
    }

    @Override
    public Trial test(String name) {
        await();
        return new Trial(
                name,
                false,
                Optional.empty(),
                "nothing was said within " + Duration.ofSeconds(15).toSeconds() + " s");
    }

    /// As a journal says it that has no room.
    private static JournalFull journalFull() throws IOException {
        var disk = new FaultyDisk();
        try (var journal = Journal.open(disk, new JournalConfig("control", 1 << 20, 1 << 16, 1 << 18), 0)) {
            disk.capacity(1);
            while (true) journal.append(new byte[1 << 16], new byte[0]);
        } catch (JournalFull full) {
            return full;
        }
    }

    private void await() {
        try {
            devices.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
