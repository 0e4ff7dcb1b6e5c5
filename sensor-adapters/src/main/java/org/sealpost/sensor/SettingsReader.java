package org.sealpost.sensor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Reads a settings document, table by table; each kind's keys are read by [KindSettings].
final class SettingsReader {
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,32}");

    private SettingsReader() {}

    static SensorSettings read(String toml) throws SettingsRefused {
        if (toml.getBytes(StandardCharsets.UTF_8).length > SensorSettings.MAX_SIZE_BYTES) {
            throw SensorSettings.tooLarge();
        }
        JsonNode root = tree(toml);
        for (var property : root.properties()) {
            if (!property.getKey().equals("sensor")) throw topLevel(property.getKey());
        }
        JsonNode tables = root.has("sensor") ? root.get("sensor") : JsonNodeFactory.instance.objectNode();
        if (!tables.isObject()) throw new SettingsRefused("sensor is no table, expected [sensor.NAME] for each sensor");
        if (tables.size() > SensorSettings.MAX_SENSORS) {
            throw new SettingsRefused("there are " + tables.size() + " sensors, at most 64 are read");
        }
        List<ConfiguredSensor> sensors = new ArrayList<>();
        // In the order of their names: two documents that say the same give the same settings.
        var sorted = new TreeMap<String, JsonNode>();
        tables.properties().forEach(table -> sorted.put(table.getKey(), table.getValue()));
        for (var table : sorted.entrySet()) {
            sensors.add(sensor(table.getKey(), table.getValue()));
        }
        return new SensorSettings(sensors);
    }

    private static ConfiguredSensor sensor(String name, JsonNode node) throws SettingsRefused {
        if (!NAME.matcher(name).matches()) {
            throw new SettingsRefused("sensor." + Words.fit(name)
                    + " is no name for a sensor, expected 1 to 32 lower-case letters, digits and \"-\"");
        }
        String full = "sensor." + name;
        if (!node.isObject()) throw new SettingsRefused(full + " is no table, expected [" + full + "]");
        var table = new SettingsTable(full, node);
        int maxPerSecond = table.integer("max-per-second", 10, 1, 1000);
        AdapterSettings adapter = KindSettings.read(table);
        table.done();
        return new ConfiguredSensor(name, maxPerSecond, adapter);
    }

    private static JsonNode tree(String toml) throws SettingsRefused {
        try {
            return new TomlMapper().readTree(toml);
        } catch (JsonProcessingException e) {
            var place = e.getLocation();
            String where = place == null ? "" : " at line " + place.getLineNr() + ", column " + place.getColumnNr();
            throw new SettingsRefused("the document is no TOML" + where + ": " + Words.fit(e.getOriginalMessage()));
        } catch (RuntimeException | StackOverflowError e) {
            // The parser has more ways to fail than it says, all of them for want of TOML.
            throw new SettingsRefused("the document is no TOML: " + Words.fit(Words.sentence(e)));
        }
    }

    private static SettingsRefused topLevel(String key) {
        return key.equals("kind") || Words.distance(key, "sensor") > 3
                ? new SettingsRefused(Words.fit(key)
                        + " is a key that nobody knows; each sensor is a table of its own: [sensor.NAME]")
                : SettingsTable.unknown("", key, Set.of("sensor"));
    }
}
