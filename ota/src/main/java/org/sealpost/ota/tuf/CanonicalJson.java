package org.sealpost.ota.tuf;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;

/// The form that is hashed and signed: canonical JSON as OLPC defined it. No space; names in the order of their
/// code points; only quote and backslash escaped; integers only. It is not itself JSON where a text holds a
/// line feed.
final class CanonicalJson {
    /// UTF-16 has surrogates below U+E000, so `String`'s own order is another one.
    private static final Comparator<String> BY_CODE_POINT =
            (a, b) -> Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());

    private final StringBuilder out = new StringBuilder();

    private CanonicalJson() {}

    /// @throws Malformed if the tree holds what has no canonical form: a fraction, half a surrogate pair
    static byte[] bytes(JsonNode node) throws Malformed {
        var canonical = new CanonicalJson();
        canonical.value(node);
        return canonical.out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void value(JsonNode node) throws Malformed {
        switch (node.getNodeType()) {
            case OBJECT -> object(node);
            case ARRAY -> array(node);
            case STRING -> text(node.textValue());
            case NUMBER -> number(node);
            case BOOLEAN -> out.append(node.booleanValue());
            case NULL -> out.append("null");
            case BINARY, MISSING, POJO -> throw new Malformed("holds what is not JSON");
        }
    }

    private void object(JsonNode node) throws Malformed {
        out.append('{');
        boolean first = true;
        var members = node.properties().stream()
                .sorted(Map.Entry.comparingByKey(BY_CODE_POINT))
                .toList();
        for (var member : members) {
            if (!first) out.append(',');
            first = false;
            text(member.getKey());
            out.append(':');
            value(member.getValue());
        }
        out.append('}');
    }

    private void array(JsonNode node) throws Malformed {
        out.append('[');
        for (int i = 0; i < node.size(); i++) {
            if (i > 0) out.append(',');
            value(node.get(i));
        }
        out.append(']');
    }

    private void number(JsonNode node) throws Malformed {
        if (!node.isIntegralNumber()) throw new Malformed("holds a number that is not an integer");
        out.append(node.bigIntegerValue());
    }

    private void text(String value) throws Malformed {
        // Written as UTF-8 each half would become "?", and two texts would have one signature.
        if (value.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw new Malformed("holds half a surrogate pair");
        }
        out.append('"')
                .append(value.replace("\\", "\\\\").replace("\"", "\\\""))
                .append('"');
    }
}
