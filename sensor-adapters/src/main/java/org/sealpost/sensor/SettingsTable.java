package org.sealpost.sensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// One sensor's table of the settings. Every key that is asked for is known; [#done] refuses the others.
final class SettingsTable {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,12})?");
    private static final int MAX_TEXT = 512;

    private final String name;
    private final JsonNode node;
    private final Set<String> known = new LinkedHashSet<>();

    SettingsTable(String name, JsonNode node) {
        this.name = name;
        this.node = node;
    }

    String text(String key) throws SettingsRefused {
        Optional<String> text = optionalText(key);
        if (text.isEmpty()) throw refused(key, "is missing");
        return text.get();
    }

    Optional<String> optionalText(String key) throws SettingsRefused {
        Optional<JsonNode> found = find(key);
        if (found.isEmpty()) return Optional.empty();
        JsonNode text = found.get();
        if (!text.isTextual() || text.asText().isEmpty()) throw wrong(key, "a text in quotes", text);
        if (text.asText().length() > MAX_TEXT) throw refused(key, "is longer than " + MAX_TEXT + " characters");
        return Optional.of(text.asText());
    }

    /// A text that is fit to be shown on one line.
    String word(String key) throws SettingsRefused {
        String text = text(key);
        if (text.isBlank() || text.chars().anyMatch(Character::isISOControl)) {
            throw refused(key, "has a control character or is blank, expected a plain text");
        }
        return text;
    }

    int integer(String key, int absent, int min, int max) throws SettingsRefused {
        Optional<JsonNode> found = find(key);
        return found.isEmpty() ? absent : (int) whole(key, found.get(), min, max);
    }

    long seed(String key) throws SettingsRefused {
        Optional<JsonNode> found = find(key);
        if (found.isEmpty()) throw refused(key, "is missing");
        return whole(key, found.get(), 0, Long.MAX_VALUE);
    }

    private long whole(String key, JsonNode found, long min, long max) throws SettingsRefused {
        if (!found.isIntegralNumber()) throw wrong(key, "a whole number", found);
        BigInteger value = found.bigIntegerValue();
        if (value.compareTo(BigInteger.valueOf(min)) < 0 || value.compareTo(BigInteger.valueOf(max)) > 0) {
            throw refused(key, "is " + shown(found) + ", allowed are " + min + " to " + max);
        }
        return value.longValueExact();
    }

    BigDecimal decimal(String key, String absent) throws SettingsRefused {
        return number(key, optionalText(key).orElse(absent));
    }

    private BigDecimal number(String key, String text) throws SettingsRefused {
        if (!DECIMAL.matcher(text).matches()) {
            throw refused(
                    key,
                    "is " + quoted(text)
                            + ", expected a decimal number in quotes such as \"0.1\", with at most 18 digits"
                            + " before and 12 behind the point");
        }
        return new BigDecimal(text);
    }

    Optional<Range> range(String key) throws SettingsRefused {
        Optional<JsonNode> found = find(key);
        if (found.isEmpty()) return Optional.empty();
        JsonNode ends = found.get();
        if (!ends.isArray()
                || ends.size() != 2
                || !ends.get(0).isTextual()
                || !ends.get(1).isTextual()) {
            throw wrong(key, "two decimal numbers in quotes such as [\"-40\", \"120\"]", ends);
        }
        BigDecimal min = number(key, ends.get(0).asText());
        BigDecimal max = number(key, ends.get(1).asText());
        if (min.compareTo(max) > 0) throw refused(key, "ends before it begins: " + min + " is above " + max);
        return Optional.of(new Range(min, max));
    }

    Duration duration(String key, Duration min, Duration max) throws SettingsRefused {
        Optional<Duration> duration = optionalDuration(key, min, max);
        if (duration.isEmpty()) throw refused(key, "is missing");
        return duration.get();
    }

    Optional<Duration> optionalDuration(String key, Duration min, Duration max) throws SettingsRefused {
        Optional<String> text = optionalText(key);
        if (text.isEmpty()) return Optional.empty();
        var match = DURATION.matcher(text.get());
        if (!match.matches()) {
            throw refused(
                    key,
                    "is " + quoted(text.get()) + ", expected a duration such as \"10s\", \"20ms\", \"5m\" or \"1h\"");
        }
        long count = Long.parseLong(match.group(1));
        Duration duration = switch (match.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
        if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
            throw refused(key, "is " + quoted(text.get()) + ", allowed are " + Words.of(min) + " to " + Words.of(max));
        }
        return Optional.of(duration);
    }

    /// One of the words of an enum, which the document writes in lower case with dashes.
    <E extends Enum<E>> E choice(String key, Class<E> type) throws SettingsRefused {
        return choice(key, type, text(key));
    }

    <E extends Enum<E>> E choice(String key, Class<E> type, E absent) throws SettingsRefused {
        Optional<String> text = optionalText(key);
        return text.isEmpty() ? absent : choice(key, type, text.get());
    }

    private <E extends Enum<E>> E choice(String key, Class<E> type, String text) throws SettingsRefused {
        List<String> words = new ArrayList<>();
        for (E each : type.getEnumConstants()) {
            String word = each.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (word.equals(text)) return each;
            words.add(quoted(word));
        }
        throw refused(key, "is " + quoted(text) + ", expected one of " + String.join(", ", words));
    }

    <E extends Enum<E>> Set<E> choices(String key, Class<E> type) throws SettingsRefused {
        Set<E> chosen = new LinkedHashSet<>();
        Optional<JsonNode> found = find(key);
        if (found.isEmpty()) return chosen;
        if (!found.get().isArray()) throw wrong(key, "a list in brackets", found.get());
        for (JsonNode each : found.get()) {
            if (!each.isTextual()) throw wrong(key, "a list of texts in quotes", found.get());
            chosen.add(choice(key, type, each.asText()));
        }
        return chosen;
    }

    /// A table of texts, at most 32 of them.
    Map<String, String> texts(String key) throws SettingsRefused {
        Map<String, String> texts = new LinkedHashMap<>();
        Optional<JsonNode> found = find(key);
        if (found.isEmpty()) return texts;
        if (!found.get().isObject() || found.get().size() > 32) {
            throw wrong(key, "at most 32 pairs such as { KG = \"kg\" }", found.get());
        }
        for (var each : found.get().properties()) {
            if (!each.getValue().isTextual()) throw wrong(key, "pairs such as { KG = \"kg\" }", found.get());
            texts.put(each.getKey(), each.getValue().asText());
        }
        return texts;
    }

    boolean has(String key) {
        return find(key).isPresent();
    }

    /// Refuses every key of this table that nobody asked for, and names the nearest that exists.
    void done() throws SettingsRefused {
        for (var property : node.properties()) {
            if (!known.contains(property.getKey())) throw unknown(name, property.getKey(), known);
        }
    }

    static SettingsRefused unknown(String table, String key, Set<String> known) {
        String shown = table + "." + Words.fit(key);
        return known.stream()
                .min(Comparator.comparingInt(other -> Words.distance(key, other)))
                .map(nearest -> new SettingsRefused(
                        shown + " is a key that nobody knows; the nearest known one is " + table + "." + nearest))
                .orElseGet(() -> new SettingsRefused(shown + " is a key that nobody knows"));
    }

    SettingsRefused refused(String key, String why) {
        return new SettingsRefused(name + "." + key + " " + why);
    }

    private SettingsRefused wrong(String key, String expected, JsonNode found) {
        return refused(key, "is " + shown(found) + ", expected " + expected);
    }

    private Optional<JsonNode> find(String key) {
        known.add(key);
        return Optional.ofNullable(node.get(key));
    }

    private static String shown(JsonNode found) {
        return Words.fit(found.toString());
    }

    private static String quoted(String text) {
        return "\"" + Words.fit(text) + "\"";
    }
}
