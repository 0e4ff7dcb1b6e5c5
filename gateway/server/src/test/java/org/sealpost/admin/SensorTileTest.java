package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.sensor.SensorState;
import org.sealpost.sensor.SensorState.Condition;
import org.sealpost.sensor.Value;

class SensorTileTest {
    @Test
    void theRedOnesStandFirstAndTheRestIsCounted() {
        var sensors = new ArrayList<SensorState>();
        for (int i = 0; i < 8; i++) sensors.add(sensor("s" + i, Condition.WELL));
        sensors.add(sensor("tank", Condition.RED));
        var tile = SensorTile.of(sensors, FakeBox.NOW);
        assertEquals("bad", tile.tone());
        assertEquals("one needs you", tile.word());
        assertEquals("9 sensors", tile.value() + " " + tile.unit());
        assertEquals(Optional.of("/sensors"), tile.link());
        assertEquals("tank: 4.5 Cel (needs you),", tile.lines().getFirst().text());
        assertEquals(Optional.of("3 s ago"), tile.lines().getFirst().time());
        assertEquals("and 3 others", tile.lines().getLast().text());
        assertEquals(7, tile.lines().size());
    }

    @Test
    void whereAllAreWellItIsGood() {
        var tile = SensorTile.of(List.of(sensor("gate", Condition.WELL)), FakeBox.NOW);
        assertEquals("good", tile.tone());
        assertEquals("1 sensor", tile.value() + " " + tile.unit());
        var silent = FakeDesk.state("new", "serial", Condition.WAITING, Optional.empty(), "kg", "");
        var waiting = SensorTile.of(List.of(silent), FakeBox.NOW);
        assertEquals("good", waiting.tone(), "nobody is needed yet");
        assertEquals("new: nothing yet (waiting)", waiting.lines().getFirst().text());
    }

    @Test
    void aBoxWithoutSensorsHasNoSuchTile() throws Exception {
        var box = new FakeBox();
        assertFalse(HomeView.of(box.now()).tiles().stream()
                .anyMatch(tile -> tile.label().equals("Sensors")));
        box.sensors = List.of(sensor("gate", Condition.WELL));
        assertTrue(HomeView.of(box.now()).tiles().stream()
                .anyMatch(tile -> tile.label().equals("Sensors")));
    }

    private static SensorState sensor(String name, Condition condition) {
        return FakeDesk.state(name, "modbus", condition, Optional.of(new Value.Decimal("4.5")), "Cel", "");
    }
}
