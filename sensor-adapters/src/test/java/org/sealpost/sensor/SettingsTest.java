package org.sealpost.sensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    private static String documented() throws Exception {
        String page = Files.readString(Path.of(System.getProperty("sealpost.root"), "docs", "sensors.md"));
        int begin = page.indexOf("```toml\n") + 8;
        return page.substring(begin, page.indexOf("```", begin));
    }

    @Test
    void theDocumentedSettingsAreRead() throws Exception {
        SensorSettings settings = SensorSettings.parse(documented());
        assertEquals(
                List.of("barcode", "gate", "scale", "tank", "try"),
                settings.sensors().stream().map(ConfiguredSensor::name).toList());
        assertEquals(
                new ContactSettings(
                        "gpiochip0",
                        new ContactSettings.Line.Number(3),
                        ContactSettings.Level.LOW,
                        ContactSettings.Bias.PULL_UP,
                        Optional.of(Duration.ofMillis(20))),
                settings.sensor("gate").orElseThrow().adapter());
        var scale = (SerialSettings) settings.sensor("scale").orElseThrow().adapter();
        assertEquals("\r\n", scale.frameEnd());
        assertEquals(Optional.of(Duration.ofSeconds(30)), scale.silentAfter());
        assertEquals(SerialSettings.Recorded.CHANGES, scale.recorded());
        var tank = (ModbusSettings) settings.sensor("tank").orElseThrow().adapter();
        assertEquals(ModbusSettings.Table.INPUT, tank.table());
        assertTrue(tank.range().orElseThrow().holds(new BigDecimal("-40")));
        assertEquals(
                5,
                ((SimulatedSettings) settings.sensor("try").orElseThrow().adapter())
                        .faults()
                        .size());
        assertEquals(10, settings.sensors().getFirst().maxPerSecond());
    }

    @Test
    void nothingIsASettingsDocumentToo() throws Exception {
        assertEquals(SensorSettings.NONE, SensorSettings.parse(""));
        assertEquals(SensorSettings.parse(documented()), SensorSettings.parse("\n" + documented() + "\n# again\n"));
    }

    /// Each line: what is put in the place of what, and what the sentence has to say.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            baud = 9600|bauds = 9600|sensor.scale.bauds is a key that nobody knows; the nearest known one is sensor.scale.baud
            baud = 9600|baud = 10|sensor.scale.baud is 10, allowed are 50 to 4000000
            baud = 9600|baud = "9600"|sensor.scale.baud is "9600", expected a whole number
            baud = 9600|baud = 99999999999999999999|allowed are 50 to 4000000
            kind = "contact"|kind = "gpio"|sensor.gate.kind is "gpio", expected one of "contact", "serial", "modbus", "simulated"
            line = 3|lines = 3|sensor.gate.line or line-name: expected one of the two
            closed-is = "low"|closed-is = "down"|sensor.gate.closed-is is "down", expected one of "low", "high"
            debounce = "20ms"|debounce = "20"|sensor.gate.debounce is "20", expected a duration
            stable = "ST"|# none|sensor.scale.stable is missing: an instrument needs
            (?<unit>kg|(?<units>kg|sensor.scale.unit is needed once
            ^(?<text>.{1,80})$|^(.*)$|needs a group (?<value>...) for an instrument, or (?<text>...) for a reader
            ^(?<text>.{1,80})$|^(?<text>.{1,80}$|sensor.barcode.frame is no pattern: missing closing )
            ^(?<text>.{1,80})$|^(?<text>(?:(?:){1000}){1000}.*)$|sensor.barcode.frame repeats too much: a number in braces is at most 256
            ^(?<text>.{1,80})$|^(?<text>^{257}.*)$|sensor.barcode.frame repeats too much
            ^(?<text>.{1,80})$|^(?<text>.{99999999999})$|sensor.barcode.frame repeats too much
            ^(?<text>.{1,80})$|^(?<text>(.)\\1)$|sensor.barcode.frame refers back to a group with \\1, which a pattern cannot
            frame-end = "\\r"|frame-end = ""|sensor.barcode.frame-end is "", expected a text in quotes
            port = "/dev/ttyACM0"|port = "../etc/passwd"|sensor.barcode.port is "../etc/passwd", expected a device
            register = "input:0"|register = "input:70000"|sensor.tank.register is "input:70000", expected holding
            type = "int16"|type = "bool"|sensor.tank.type does not fit
            scale = "0.1"|scale = 0.1|sensor.tank.scale is 0.1, expected a text in quotes
            scale = "0.1"|scale = "1e9"|expected a decimal number in quotes such as "0.1"
            scale = "0.1"|scale = "0.0"|sensor.tank.scale is 0, so that every value would be the offset
            range = ["-40", "120"]|range = ["120", "-40"]|sensor.tank.range ends before it begins
            every = "10s"|every = "10ms"|sensor.tank.every is "10ms", allowed are 100ms to 24h
            "silent", |"silnt", |sensor.try.faults is "silnt", expected one of "silent"
            [sensor.try]|[sensor.Try]|sensor.Try is no name for a sensor, expected 1 to 32 lower-case letters
            [sensor.try]|[sensors.try]|sensors is a key that nobody knows
            [sensor.try]|[sensor.tank]|the document is no TOML
            """)
    void oneMistakeRefusesTheDocumentWithASentence(String what, String by, String sentence) throws Exception {
        String toml = documented();
        assertTrue(toml.contains(what), () -> "the documented settings have no " + what);
        String wrong = toml.replaceFirst(Pattern.quote(what), Matcher.quoteReplacement(by));
        var refused = assertThrows(SettingsRefused.class, () -> SensorSettings.parse(wrong));
        assertTrue(refused.sentence().contains(sentence), refused::sentence);
    }

    @Test
    void thereIsABoundForSensorsAndSize() {
        var many = new StringBuilder();
        for (int i = 0; i < 65; i++)
            many.append("[sensor.s%d]\nkind=\"simulated\"\nseed=1\nevery=\"1s\"\n".formatted(i));
        assertTrue(assertThrows(SettingsRefused.class, () -> SensorSettings.parse(many.toString()))
                .sentence()
                .contains("there are 65 sensors, at most 64 are read"));
        assertTrue(assertThrows(SettingsRefused.class, () -> SensorSettings.parse("#".repeat(70_000)))
                .sentence()
                .contains("larger than 64 KiB"));
    }

    /// Documents with bytes changed, doubled and left out, and nests: read or refused with one plain line, never else.
    @Test
    void whateverTheDocumentIsItIsReadOrRefusedInOneLine() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        String good = documented();
        for (int i = 0; i < 4_000; i++) {
            var mutated = new StringBuilder(good);
            for (int change = random.nextInt(6); change >= 0; change--) {
                int at = random.nextInt(mutated.length());
                switch (random.nextInt(4)) {
                    case 0 -> mutated.setCharAt(at, (char) random.nextInt(random.nextBoolean() ? 128 : 0x10000));
                    case 1 -> mutated.deleteCharAt(at);
                    case 2 -> mutated.insert(at, mutated.substring(at, Math.min(mutated.length(), at + 20)));
                    default -> mutated.insert(at, "[\"'=.{}\n".charAt(random.nextInt(8)));
                }
            }
            check(mutated.toString(), seed);
        }
        for (String nest : List.of("[", "{a=", "a.", "[[", "\"", "'''")) {
            check("x = " + nest.repeat(20_000), seed);
            check(nest.repeat(20_000), seed);
        }
    }

    private static void check(String toml, long seed) {
        try {
            SensorSettings.parse(toml);
        } catch (SettingsRefused e) {
            assertTrue(e.sentence().length() < 600, () -> "seed " + seed + ": " + e.sentence());
            assertTrue(
                    e.sentence().chars().noneMatch(Character::isISOControl),
                    () -> "seed " + seed + ": " + e.sentence());
        } catch (RuntimeException | Error e) {
            fail("seed " + seed + ": " + toml.substring(0, Math.min(300, toml.length())), e);
        }
    }
}
