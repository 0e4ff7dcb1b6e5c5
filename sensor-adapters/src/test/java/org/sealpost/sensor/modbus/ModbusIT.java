package org.sealpost.sensor.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.sealpost.sensor.AdapterSettings;
import org.sealpost.sensor.Quality;
import org.sealpost.sensor.Sample;
import org.sealpost.sensor.SensorSetback;
import org.sealpost.sensor.SensorSettings;
import org.sealpost.sensor.SettingsRefused;
import org.sealpost.sensor.Value;

/// Against a machine that nobody here wrote: what is read of it, and what it does wrong.
class ModbusIT {
    private static AdapterSettings settings(int port, String keys) throws SettingsRefused {
        String toml =
                "[sensor.tank]\nkind = \"modbus\"\nhost = \"127.0.0.1\"\nport = " + port + "\nevery = \"1s\"\n" + keys;
        return SensorSettings.parse(toml).sensor("tank").orElseThrow().adapter();
    }

    private static Sample read(int port, String keys) throws Exception {
        try (var adapter = new ModbusKind().adapter(settings(port, keys))) {
            adapter.open();
            return adapter.read();
        }
    }

    private static String value(int port, String keys) throws Exception {
        var measured = assertInstanceOf(Sample.Measured.class, read(port, keys));
        String quality = measured.quality() == Quality.GOOD ? "" : ", uncertain";
        return measured.value().words() + " " + measured.unit() + quality;
    }

    @Test
    void valuesOfEachTableAndTypeAreReadInExactDecimals() throws Exception {
        try (var machine = Machine.start(0)) {
            int port = machine.port();
            assertEquals("21.5 Cel", value(port, """
                    register = "input:0"
                    type = "int16"
                    scale = "0.1"
                    unit = "Cel"
                    """));
            assertEquals("-40.00 Cel, uncertain", value(port, """
                    register = "holding:1"
                    type = "int16"
                    scale = "0.10"
                    unit = "Cel"
                    range = ["-39.9", "120"]
                    """));
            assertEquals("65136 1", value(port, "register = \"holding:1\"\ntype = \"uint16\"\nunit = \"1\"\n"));
            assertEquals("305419896 1", value(port, "register = \"holding:2\"\ntype = \"uint32\"\nunit = \"1\"\n"));
            assertEquals("1450709556 1", value(port, """
                    register = "holding:2"
                    type = "int32"
                    word-order = "low-first"
                    unit = "1"
                    """));
            assertEquals("4294967295 1", value(port, "register = \"input:10\"\ntype = \"uint32\"\nunit = \"1\"\n"));
            assertEquals("-1 1", value(port, "register = \"input:10\"\ntype = \"int32\"\nunit = \"1\"\n"));
            assertEquals("21.5 kPa", value(port, "register = \"holding:4\"\ntype = \"float32\"\nunit = \"kPa\"\n"));
            assertEquals("0.1 kPa", value(port, "register = \"holding:6\"\ntype = \"float32\"\nunit = \"kPa\"\n"));
            assertEquals("true 1", value(port, "register = \"coil:0\"\ntype = \"bool\"\n"));
            assertEquals("false 1", value(port, "register = \"discrete:1\"\ntype = \"bool\"\n"));
        }
    }

    @Test
    void theBytesOfTheAnswerAreKept() throws Exception {
        try (var machine = Machine.start(0)) {
            var measured =
                    (Sample.Measured) read(machine.port(), "register = \"input:0\"\ntype = \"int16\"\nunit = \"1\"\n");
            assertEquals(new Value.Decimal("215"), measured.value());
            assertEquals("040200d7", measured.raw().toString());
        }
    }

    @Test
    void whatTheMachineDoesNotStandBehindIsRefusedInPlainWords() throws Exception {
        try (var machine = Machine.start(0)) {
            var noNumber = read(machine.port(), "register = \"holding:8\"\ntype = \"float32\"\nunit = \"1\"\n");
            assertTrue(((Sample.Refused) noNumber).cause().contains("not a number"), noNumber::toString);
            var noAddress = read(machine.port(), "register = \"holding:900\"\ntype = \"int16\"\nunit = \"1\"\n");
            assertEquals(
                    "the machine answers with Modbus exception 2: it has nothing at this address",
                    ((Sample.Refused) noAddress).cause());
            var noUnit =
                    read(machine.port(), "unit-id = 9\nregister = \"holding:0\"\ntype = \"int16\"\nunit = \"1\"\n");
            assertTrue(
                    ((Sample.Refused) noUnit).cause().startsWith("the machine answers with Modbus exception 4"),
                    noUnit::toString);
        }
    }

    @Test
    void answersThatAreNotToTheQuestionAreNonsense() throws Exception {
        String keys = "register = \"holding:0\"\ntype = \"int16\"\nunit = \"1\"\n";
        try (var machine = Machine.start(0)) {
            machine.is("unit");
            var otherUnit = assertInstanceOf(Sample.Nonsense.class, read(machine.port(), keys));
            assertEquals("unit 1 was asked, and unit 7 answered", otherUnit.why());
            machine.is("short");
            var shortened = assertInstanceOf(Sample.Nonsense.class, read(machine.port(), keys));
            assertEquals("2 bytes were asked for, and 0 came", shortened.why());
            assertEquals("0300", shortened.bytes());
            machine.is("well");
            assertEquals("215 1", value(machine.port(), keys));
        }
    }

    @Test
    void aSilentMachineAndOneThatSpeaksSomethingElseAreSetbacksThatNameIt() throws Exception {
        String keys = "register = \"holding:0\"\ntype = \"int16\"\nunit = \"1\"\n";
        try (var machine = Machine.start(0)) {
            for (String mode : new String[] {"silent", "garbage"}) {
                machine.is(mode);
                var setback = assertThrows(SensorSetback.class, () -> read(machine.port(), keys));
                assertEquals("127.0.0.1:" + machine.port() + ", unit 1 did not answer within 3 s", setback.reason());
            }
        }
    }

    @Test
    void aMachineThatIsSwitchedOffAndOnIsReadAgain() throws Exception {
        String keys = "register = \"holding:0\"\ntype = \"int16\"\nunit = \"1\"\n";
        int port;
        try (var machine = Machine.start(0)) {
            port = machine.port();
            var adapter = new ModbusKind().adapter(settings(port, keys));
            try (adapter) {
                adapter.open();
                assertInstanceOf(Sample.Measured.class, adapter.read());
                machine.close();
                var lost = assertThrows(SensorSetback.class, adapter::read);
                assertEquals("127.0.0.1:" + port + " ended the connection", lost.reason());
            }
        }
        var refused = assertThrows(SensorSetback.class, () -> read(port, keys));
        assertEquals("127.0.0.1:" + port + " refuses the connection", refused.reason());
        try (var again = Machine.start(port)) {
            assertEquals("215 1", value(again.port(), keys));
        }
    }
}
