package org.sealpost.admin;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.erasure.IndexRange;

/// What the owner asks to have erased, as it comes over HTTP.
///
/// @param origin the log that is meant, so that nobody does it to another box
record ErasureOrder(String origin, String rule, ErasureForm form, List<IndexRange> ranges) {
    /// Of the JSON: 4,096 ranges and a rule fit into it.
    static final int MAX_BYTES = 256 << 10;

    private static final Set<String> MEMBERS = Set.of("origin", "rule", "form", "entries");
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /// @throws IllegalArgumentException in a sentence for whoever sent it
    static ErasureOrder read(byte[] json) {
        JsonNode node;
        try {
            node = JSON.readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "The body is not JSON; send an object with origin, rule, form, entries.");
        }
        if (node == null || !node.isObject()) {
            throw new IllegalArgumentException(
                    "The body is no JSON object; send one with origin, rule, form, entries.");
        }
        for (var names = node.fieldNames(); names.hasNext(); ) {
            if (!MEMBERS.contains(names.next())) {
                throw new IllegalArgumentException(
                        "An order has the members origin, rule, form and entries, and no other; leave it out.");
            }
        }
        var form = ErasureForm.of(text(node, "form"))
                .orElseThrow(() -> new IllegalArgumentException(
                        "form is \"body\", after which who holds a copy can prove it, or \"body-and-salts\"."));
        return new ErasureOrder(text(node, "origin"), text(node, "rule"), form, ranges(node.path("entries")));
    }

    private static String text(JsonNode node, String member) {
        if (!node.path(member).isTextual()) {
            throw new IllegalArgumentException(
                    member + " is missing or no text; an order has origin, rule, form and" + " entries.");
        }
        return node.path(member).textValue();
    }

    private static List<IndexRange> ranges(JsonNode entries) {
        if (!entries.isArray() || entries.isEmpty() || entries.size() > Erasures.MAX_RANGES) {
            throw new IllegalArgumentException("entries is a list of 1 to " + Erasures.MAX_RANGES
                    + " ranges [first, next], next being the index behind the last one.");
        }
        var ranges = new ArrayList<IndexRange>();
        for (var range : entries) {
            boolean pair = range.isArray() && range.size() == 2;
            if (!pair || !isIndex(range.get(0)) || !isIndex(range.get(1))) {
                throw new IllegalArgumentException(
                        "A range is [first, next], two whole numbers, next being the index behind the last one.");
            }
            ranges.add(new IndexRange(range.get(0).longValue(), range.get(1).longValue()));
        }
        return ranges;
    }

    private static boolean isIndex(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0;
    }
}
