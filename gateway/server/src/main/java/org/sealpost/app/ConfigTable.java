package org.sealpost.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// One table of the configuration file. Every key that is asked for is known; [#done] refuses the others.
///
/// All problems are [ConfigRefused] with the sentence that an operator needs.
final class ConfigTable {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(B|KiB|MiB|GiB)");

    private final String name;
    private final JsonNode node;
    private final Path baseDirectory;
    private final Set<String> known = new LinkedHashSet<>();

    /// What is in force, by full name; shared by all tables of a file.
    private final Map<String, String> effective;

    private ConfigTable(String name, JsonNode node, Path baseDirectory, Map<String, String> effective) {
        this.name = name;
        this.node = node;
        this.baseDirectory = baseDirectory;
        this.effective = effective;
    }

    static ConfigTable read(Path file) {
        try {
            var node = new TomlMapper().readTree(Files.readString(file));
            var base = Optional.ofNullable(file.toAbsolutePath().getParent()).orElseThrow();
            return new ConfigTable("", node, base, new TreeMap<>());
        } catch (IOException e) {
            throw new ConfigRefused(file + " cannot be read: " + e.getMessage());
        }
    }

    /// A table inside this one, empty if the file has none of that name.
    ConfigTable table(String key) {
        return optionalTable(key)
                .orElseGet(() ->
                        new ConfigTable(full(key), JsonNodeFactory.instance.objectNode(), baseDirectory, effective));
    }

    Optional<ConfigTable> optionalTable(String key) {
        return find(key).map(found -> {
            if (!found.isObject()) throw wrong(key, "a table", found);
            if (found.isEmpty()) inForce(key, "present");
            return new ConfigTable(full(key), found, baseDirectory, effective);
        });
    }

    /// The names of what is in it, in their order.
    List<String> keys() {
        return node.propertyStream().map(Map.Entry::getKey).sorted().toList();
    }

    boolean has(String key) {
        return node.has(key);
    }

    String text(String key) {
        return optionalText(key).orElseThrow(() -> new ConfigRefused(full(key) + " is missing"));
    }

    Optional<String> optionalText(String key) {
        Optional<String> text = find(key).map(found -> {
            if (!found.isTextual() || found.asText().isBlank()) throw wrong(key, "a text in quotes", found);
            return found.asText();
        });
        inForce(key, text.map(ConfigTable::withoutSecrets).orElse("default"));
        return text;
    }

    Path path(String key) {
        return optionalPath(key).orElseThrow(() -> new ConfigRefused(full(key) + " is missing"));
    }

    /// A list of texts; empty if the key is not there.
    Optional<List<String>> optionalTexts(String key) {
        var texts = find(key).map(found -> {
            if (!found.isArray()) throw wrong(key, "a list of texts in quotes", found);
            var all = new ArrayList<String>();
            found.forEach(item -> {
                if (!item.isTextual() || item.asText().isBlank()) throw wrong(key, "a list of texts in quotes", found);
                all.add(item.asText());
            });
            return List.copyOf(all);
        });
        inForce(
                key,
                texts.map(all -> all.stream().map(ConfigTable::withoutSecrets).toList())
                        .map(List::toString)
                        .orElse("default"));
        return texts;
    }

    Optional<Path> optionalPath(String key) {
        return optionalText(key).map(text -> path(key, text));
    }

    /// One that stands in the text of a key.
    Path path(String key, String text) {
        if (text.indexOf('\0') >= 0) throw new ConfigRefused(full(key) + " has a character NUL, which no path has");
        return resolve(text);
    }

    /// A path as the file gives it: relative to the file's own directory.
    Path resolve(String path) {
        return baseDirectory.resolve(path);
    }

    int integer(String key, int absent, int min, int max) {
        var found = find(key);
        inForce(key, found.map(JsonNode::asText).orElse(Integer.toString(absent)));
        if (found.isEmpty()) return absent;
        if (!found.get().isIntegralNumber()) throw wrong(key, "a whole number", found.get());
        long value = found.get().asLong();
        if (value < min || value > max) {
            throw new ConfigRefused(full(key) + " is " + value + ", allowed are " + min + " to " + max);
        }
        return (int) value;
    }

    /// A part of a whole, more than 0 and less than 1.
    double share(String key, double absent) {
        var found = find(key);
        inForce(key, found.map(JsonNode::asText).orElse(Double.toString(absent)));
        if (found.isEmpty()) return absent;
        double value = found.get().asDouble();
        if (!found.get().isNumber() || !(value > 0 && value < 1)) {
            throw wrong(key, "a number between 0 and 1, such as 0.67", found.get());
        }
        return value;
    }

    boolean flag(String key) {
        return find(key)
                .map(found -> {
                    if (!found.isBoolean()) throw wrong(key, "true or false", found);
                    return found.asBoolean();
                })
                .orElse(false);
    }

    boolean flag(String key, boolean absent) {
        if (find(key).isPresent()) return flag(key);
        inForce(key, String.valueOf(absent));
        return absent;
    }

    Duration duration(String key, Duration absent) {
        var found = optionalDuration(key);
        if (found.isEmpty()) inForce(key, absent.toMillis() + "ms");
        return found.orElse(absent);
    }

    Optional<Duration> optionalDuration(String key) {
        return optionalText(key).map(text -> duration(key, text));
    }

    private Duration duration(String key, String text) {
        var match = DURATION.matcher(text);
        if (!match.matches()) {
            throw new ConfigRefused(
                    full(key) + " is \"" + text + "\", expected a duration such as \"5s\" or \"200ms\"");
        }
        long count = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }

    int sizeBytes(String key, int absent) {
        var found = optionalSizeBytes(key);
        if (found.isEmpty()) {
            inForce(key, absent + "B");
            return absent;
        }
        if (found.getAsLong() > Integer.MAX_VALUE) throw new ConfigRefused(full(key) + " is above 2 GiB");
        return (int) found.getAsLong();
    }

    /// One that may be large, such as that of a disk.
    OptionalLong optionalSizeBytes(String key) {
        var found = optionalText(key);
        if (found.isEmpty()) return OptionalLong.empty();
        var match = SIZE.matcher(found.get());
        if (!match.matches()) {
            throw new ConfigRefused(full(key) + " is \"" + found.get() + "\", expected a size such as \"64MiB\"");
        }
        int shift = List.of("B", "KiB", "MiB", "GiB").indexOf(match.group(2)) * 10;
        return OptionalLong.of(Long.parseLong(match.group(1)) << shift);
    }

    /// Refuses every key of this table that nobody asked for, and names the nearest that exists.
    void done() {
        node.fieldNames().forEachRemaining(key -> {
            if (!known.contains(key)) {
                var nearest = known.stream().min((a, b) -> Integer.compare(distance(key, a), distance(key, b)));
                throw new ConfigRefused("unknown key " + full(key)
                        + nearest.map(other -> "; did you mean " + full(other) + "?")
                                .orElse(""));
            }
        });
    }

    /// All keys that were asked for and what is in force, for the log: a key whose default the reader supplies
    /// is called "default". Nothing of it is secret.
    String effective() {
        return effective.entrySet().stream()
                .map(entry -> entry.getKey() + " = " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private void inForce(String key, String value) {
        effective.put(full(key), value);
    }

    /// An address in the text of a key. One that is none is not repeated: keys may stand in it.
    static URI address(String text, String fullKey) {
        try {
            return new URI(text);
        } catch (URISyntaxException none) {
            throw new ConfigRefused(fullKey + " has an address that is none");
        }
    }

    /// Nodes are often reached by an address that has a password or a client's key in it.
    private static String withoutSecrets(String text) {
        if (!text.contains("://")) return text;
        try {
            var address = new URI(text);
            if (address.getHost() == null) return "an address";
            return address.getScheme() + "://" + address.getHost()
                    + (address.getPort() < 0 ? "" : ":" + address.getPort());
        } catch (URISyntaxException none) {
            return "an address";
        }
    }

    private Optional<JsonNode> find(String key) {
        known.add(key);
        return Optional.ofNullable(node.get(key));
    }

    private String full(String key) {
        return name.isEmpty() ? key : name + "." + key;
    }

    private ConfigRefused wrong(String key, String expected, JsonNode found) {
        var shown = found.toString();
        return new ConfigRefused(
                full(key) + " is " + (shown.contains("://") ? "an address" : shown) + ", expected " + expected);
    }

    /// Levenshtein distance.
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) previous[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(previous[j], row[j - 1]) + 1);
            }
            previous = row;
        }
        return previous[b.length()];
    }
}
