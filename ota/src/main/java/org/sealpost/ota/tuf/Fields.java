package org.sealpost.ota.tuf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The members of one JSON object, each taken with its type and its bound. Members that nobody asks for are
/// allowed: the specification keeps room for them.
record Fields(String where, ObjectNode node) {
    /// Beyond it not every JSON reader is exact.
    static final long MAX_WHOLE = (1L << 53) - 1;

    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");

    String text(String name, int maxLength) throws Malformed {
        JsonNode value = required(name);
        if (!value.isTextual()) throw new Malformed(path(name) + " is not a text");
        if (value.textValue().length() > maxLength) {
            throw new Malformed(path(name) + " is longer than " + maxLength + " characters");
        }
        return value.textValue();
    }

    long whole(String name, long min) throws Malformed {
        JsonNode value = required(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new Malformed(path(name) + " is not an integer");
        }
        if (value.longValue() < min || value.longValue() > MAX_WHOLE) {
            throw new Malformed(path(name) + " is not from " + min + " to " + MAX_WHOLE);
        }
        return value.longValue();
    }

    Optional<Long> optionalWhole(String name, long min) throws Malformed {
        return node.has(name) ? Optional.of(whole(name, min)) : Optional.empty();
    }

    boolean flag(String name, boolean ifAbsent) throws Malformed {
        if (!node.has(name)) return ifAbsent;
        if (!node.get(name).isBoolean()) throw new Malformed(path(name) + " is neither true nor false");
        return node.get(name).booleanValue();
    }

    Instant time(String name) throws Malformed {
        var text = text(name, 20);
        try {
            if (TIME.matcher(text).matches()) return Instant.parse(text);
        } catch (DateTimeParseException noSuchDay) {
            // As below.
        }
        throw new Malformed(path(name) + " is not a time like 2026-01-31T00:00:00Z");
    }

    Fields object(String name) throws Malformed {
        return object(path(name), required(name));
    }

    Optional<Fields> optionalObject(String name) throws Malformed {
        return node.has(name) ? Optional.of(object(name)) : Optional.empty();
    }

    /// Each member of this object, all of them objects themselves.
    Map<String, Fields> objects(int maxCount) throws Malformed {
        bound(node.size(), maxCount);
        var all = new LinkedHashMap<String, Fields>();
        for (var member : node.properties()) {
            all.put(member.getKey(), object(path(member.getKey()), member.getValue()));
        }
        return all;
    }

    /// Each member of this object, all of them texts.
    Map<String, String> texts(int maxCount, int maxLength) throws Malformed {
        bound(node.size(), maxCount);
        var all = new LinkedHashMap<String, String>();
        for (var member : node.properties()) all.put(member.getKey(), text(member.getKey(), maxLength));
        return all;
    }

    List<Fields> list(String name, int maxCount) throws Malformed {
        var all = new ArrayList<Fields>();
        for (JsonNode item : array(name, maxCount)) all.add(object(path(name), item));
        return all;
    }

    List<String> textList(String name, int maxCount, int maxLength) throws Malformed {
        var all = new ArrayList<String>();
        for (JsonNode item : array(name, maxCount)) {
            if (!item.isTextual() || item.textValue().length() > maxLength) {
                throw new Malformed(path(name) + " holds what is not a text of at most " + maxLength + " characters");
            }
            all.add(item.textValue());
        }
        return all;
    }

    private JsonNode array(String name, int maxCount) throws Malformed {
        JsonNode value = required(name);
        if (!value.isArray()) throw new Malformed(path(name) + " is not a list");
        if (value.size() > maxCount) throw new Malformed(path(name) + " has more than " + maxCount + " items");
        return value;
    }

    private void bound(int size, int maxCount) throws Malformed {
        if (size > maxCount) throw new Malformed("\"" + where + "\" has more than " + maxCount + " members");
    }

    private JsonNode required(String name) throws Malformed {
        JsonNode value = node.get(name);
        if (value == null) throw new Malformed(path(name) + " is missing");
        return value;
    }

    private String path(String name) {
        // A name comes from outside, and goes into a sentence.
        var shown = name.length() > 100 ? name.substring(0, 100) + "…" : name;
        return where.isEmpty() ? "\"" + shown + "\"" : "\"" + where + "." + shown + "\"";
    }

    private static Fields object(String where, JsonNode value) throws Malformed {
        if (value instanceof ObjectNode object) return new Fields(where.replace("\"", ""), object);
        throw new Malformed(where + " is not an object");
    }
}
