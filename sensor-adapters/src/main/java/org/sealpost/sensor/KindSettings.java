package org.sealpost.sensor;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.sealpost.sensor.ContactSettings.Line;
import org.sealpost.sensor.ModbusSettings.Table;
import org.sealpost.sensor.ModbusSettings.Type;
import org.sealpost.sensor.ModbusSettings.WordOrder;
import org.sealpost.sensor.serial.frame.FramePattern;

/// Reads what the settings say for each kind, and checks that the keys go together.
final class KindSettings {
    private static final List<String> KINDS = List.of("contact", "serial", "modbus", "simulated");
    private static final Pattern REGISTER = Pattern.compile("(holding|input|coil|discrete):([0-9]{1,5})");
    private static final Pattern UNIT = Pattern.compile("[!-~]{1,32}");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.:_-]{0,252})");
    private static final Pattern PORT = Pattern.compile("/dev/[A-Za-z0-9._:+@/-]{1,200}");

    private KindSettings() {}

    static AdapterSettings read(SettingsTable table) throws SettingsRefused {
        String kind = table.text("kind");
        return switch (kind) {
            case "contact" -> contact(table);
            case "serial" -> serial(table);
            case "modbus" -> modbus(table);
            case "simulated" -> simulated(table);
            default ->
                throw table.refused(
                        "kind",
                        "is \"" + Words.fit(kind) + "\", expected one of \"" + String.join("\", \"", KINDS) + "\"");
        };
    }

    private static ContactSettings contact(SettingsTable table) throws SettingsRefused {
        String chip = table.word("chip");
        boolean numbered = table.has("line");
        if (numbered == table.has("line-name")) {
            throw table.refused("line", "or line-name: expected one of the two");
        }
        Line line = numbered
                ? new Line.Number(table.integer("line", 0, 0, 65_535))
                : new Line.Name(table.word("line-name"));
        return new ContactSettings(
                chip,
                line,
                table.choice("closed-is", ContactSettings.Level.class),
                table.choice("bias", ContactSettings.Bias.class, ContactSettings.Bias.AS_IT_IS),
                table.optionalDuration("debounce", Duration.ofMillis(1), Duration.ofSeconds(10)));
    }

    private static SerialSettings serial(SettingsTable table) throws SettingsRefused {
        String port = table.text("port");
        if (!PORT.matcher(port).matches() || port.contains("..")) {
            throw table.refused("port", "is \"" + Words.fit(port) + "\", expected a device such as \"/dev/ttyUSB0\"");
        }
        String frameEnd = table.text("frame-end");
        if (frameEnd.length() > 8 || frameEnd.chars().anyMatch(each -> each > 0xff)) {
            throw table.refused("frame-end", "is no 1 to 8 bytes, expected a text such as \"\\r\\n\"");
        }
        FramePattern frame = frame(table);
        Optional<String> stable = table.optionalText("stable");
        Optional<String> unit = unit(table);
        Map<String, String> units = table.texts("units");
        for (var pair : units.entrySet()) {
            if (!UNIT.matcher(pair.getValue()).matches()) throw noUnit(table, "units", pair.getValue());
        }
        checkGroups(table, frame, stable, unit);
        return new SerialSettings(
                port,
                table.integer("baud", 9600, 50, 4_000_000),
                table.integer("data-bits", 8, 5, 8),
                table.choice("parity", SerialSettings.Parity.class, SerialSettings.Parity.NONE),
                table.integer("stop-bits", 1, 1, 2),
                frameEnd,
                table.integer("max-frame", 256, 1, 256),
                frame,
                stable,
                unit,
                units,
                table.range("range"),
                table.choice("record", SerialSettings.Recorded.class, SerialSettings.Recorded.EACH),
                table.optionalDuration("silent-after", Duration.ofSeconds(1), Duration.ofHours(24)));
    }

    private static FramePattern frame(SettingsTable table) throws SettingsRefused {
        try {
            return FramePattern.of(table.text("frame"));
        } catch (IllegalArgumentException e) {
            throw table.refused("frame", Words.sentence(e));
        }
    }

    private static void checkGroups(
            SettingsTable table, FramePattern frame, Optional<String> stable, Optional<String> unit)
            throws SettingsRefused {
        Set<String> groups = frame.groups();
        if (groups.contains("text") == groups.contains("value")) {
            throw table.refused("frame", "needs a group (?<value>...) for an instrument, or (?<text>...) for a reader");
        }
        if (groups.contains("text")) {
            if (stable.isPresent())
                throw table.refused("stable", "is for instruments; a reader's text is always settled");
            return;
        }
        if (!groups.contains("stable") || stable.isEmpty()) {
            throw table.refused(
                    "stable",
                    "is missing: an instrument needs a group (?<stable>...) in frame, and the key stable with what it"
                            + " says when the value has settled");
        }
        if (groups.contains("unit") == unit.isPresent()) {
            throw table.refused("unit", "is needed once: as a group (?<unit>...) in frame, or as the key unit");
        }
    }

    private static ModbusSettings modbus(SettingsTable table) throws SettingsRefused {
        String host = table.text("host");
        if (!HOST.matcher(host).matches()) {
            throw table.refused("host", "is \"" + Words.fit(host) + "\", expected an address or a name");
        }
        String register = table.text("register");
        var match = REGISTER.matcher(register);
        int address = match.matches() ? Integer.parseInt(match.group(2)) : -1;
        if (address < 0 || address > 65_535) {
            throw table.refused(
                    "register",
                    "is \"" + Words.fit(register) + "\", expected holding, input, coil or discrete, \":\", and an"
                            + " address from 0 to 65535: \"input:0\"");
        }
        var place = Table.valueOf(match.group(1).toUpperCase(Locale.ROOT));
        Type type = table.choice("type", Type.class);
        if (place.holdsBits() != (type == Type.BOOL)) {
            throw table.refused("type", "does not fit: coil and discrete are \"bool\", holding and input are numbers");
        }
        if (address + type.registers() > 65_536) {
            throw table.refused("register", "is the last one, and the type needs two");
        }
        for (String key : List.of("scale", "offset", "range", "unit")) {
            if (type == Type.BOOL && table.has(key)) throw table.refused(key, "is for numbers; a bool has none");
        }
        BigDecimal scale = table.decimal("scale", "1");
        if (scale.signum() == 0) throw table.refused("scale", "is 0, so that every value would be the offset");
        return new ModbusSettings(
                host,
                table.integer("port", 502, 1, 65_535),
                table.integer("unit-id", 1, 0, 255),
                place,
                address,
                type,
                table.choice("word-order", WordOrder.class, WordOrder.HIGH_FIRST),
                scale,
                table.decimal("offset", "0"),
                type == Type.BOOL ? "1" : neededUnit(table),
                table.duration("every", Duration.ofMillis(100), Duration.ofHours(24)),
                table.range("range"));
    }

    private static SimulatedSettings simulated(SettingsTable table) throws SettingsRefused {
        return new SimulatedSettings(
                table.seed("seed"),
                table.duration("every", Duration.ofMillis(100), Duration.ofHours(24)),
                table.choices("faults", SimulatedSettings.Fault.class));
    }

    private static String neededUnit(SettingsTable table) throws SettingsRefused {
        Optional<String> unit = unit(table);
        if (unit.isEmpty()) throw table.refused("unit", "is missing; a number without a unit has \"1\"");
        return unit.get();
    }

    private static Optional<String> unit(SettingsTable table) throws SettingsRefused {
        Optional<String> unit = table.optionalText("unit");
        if (unit.isPresent() && !UNIT.matcher(unit.get()).matches()) throw noUnit(table, "unit", unit.get());
        return unit;
    }

    private static SettingsRefused noUnit(SettingsTable table, String key, String unit) {
        return table.refused(key, "is \"" + Words.fit(unit) + "\", expected a unit of UCUM such as \"kg\" or \"Cel\"");
    }
}
