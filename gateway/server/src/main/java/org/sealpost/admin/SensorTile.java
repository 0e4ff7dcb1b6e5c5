package org.sealpost.admin;

import java.time.Instant;
import java.util.List;
import org.sealpost.sensor.Reading;
import org.sealpost.sensor.SensorState;

/// The sensors at a glance, on Home: the red ones first, then as many as there is room for.
final class SensorTile {
    private static final int MAX_LINES = 6;

    private SensorTile() {}

    static Tile of(List<SensorState> sensors, Instant now) {
        long red = sensors.stream().filter(SensorTile::isRed).count();
        var tile = red == 0 ? Tile.good("Sensors", "feeling") : Tile.bad("Sensors", red + " need you");
        if (red == 1) tile = Tile.bad("Sensors", "one needs you");
        tile = tile.leadingTo(SensorPages.PATH)
                .showing(Phrases.count(sensors.size()), sensors.size() == 1 ? "sensor" : "sensors");
        var redFirst = sensors.stream()
                .sorted((a, b) -> Boolean.compare(isRed(b), isRed(a)))
                .toList();
        for (var sensor : redFirst.subList(0, Math.min(MAX_LINES, sensors.size()))) tile = line(tile, sensor, now);
        return sensors.size() <= MAX_LINES
                ? tile
                : tile.line("and " + Phrases.counted(sensors.size() - MAX_LINES, "other", "others"));
    }

    private static Tile line(Tile tile, SensorState sensor, Instant now) {
        var said = sensor.name() + ": " + sensor.last().map(Reading::words).orElse("nothing yet");
        var health = sensor.state() == SensorState.Condition.WELL ? "" : " (" + SensorRow.word(sensor) + ")";
        var age = sensor.lastAt().flatMap(at -> SensorRow.age(at, now));
        return age.isPresent()
                ? tile.line(said + health + ",", Phrases.duration(age.get()) + " ago")
                : tile.line(said + health);
    }

    private static boolean isRed(SensorState sensor) {
        return sensor.state() == SensorState.Condition.RED;
    }
}
