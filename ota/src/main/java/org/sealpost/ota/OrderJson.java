package org.sealpost.ota;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/// An order and its answer as lines of JSON.
final class OrderJson {
    private static final JsonMapper JSON = JsonMapper.builder(new JsonFactoryBuilder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(4).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private OrderJson() {}

    /// @throws IllegalArgumentException with a sentence, if it is no order
    static Order read(byte[] line) {
        try {
            var node = JSON.readTree(line);
            if (node == null || !node.isObject())
                throw new IllegalArgumentException("an order is one JSON object a line");
            var order = text(node, "order");
            return switch (order) {
                case "status" -> {
                    only(node, Set.of("order"));
                    yield new Order.Status();
                }
                case "source" -> {
                    only(node, Set.of("order", "url", "ca", "automatic", "by"));
                    var automatic = node.path("automatic");
                    if (!automatic.isBoolean())
                        throw new IllegalArgumentException("\"automatic\" must be true or false");
                    yield new Order.Source(
                            optionalText(node, "url"), optionalText(node, "ca"), automatic.booleanValue(), by(node));
                }
                case "check" -> {
                    only(node, Set.of("order", "by"));
                    yield new Order.Check(by(node));
                }
                case "install" -> {
                    only(node, Set.of("order", "version", "by"));
                    yield new Order.Install(Version.parse(text(node, "version")), by(node));
                }
                case "allow" -> {
                    only(node, Set.of("order", "version", "by"));
                    yield new Order.Allow(Version.parse(text(node, "version")), by(node));
                }
                default ->
                    throw new IllegalArgumentException(
                            "there is no such order; the orders are status, source, check, install and allow");
            };
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("an order is one JSON object a line: " + e.getOriginalMessage());
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException("an order is one JSON object a line: " + e.getMessage());
        }
    }

    private static void only(JsonNode node, Set<String> members) {
        node.fieldNames().forEachRemaining(name -> {
            if (!members.contains(name)) {
                throw new IllegalArgumentException("this order has no member \"" + shown(name) + "\"");
            }
        });
    }

    private static String by(JsonNode node) {
        var by = text(node, "by");
        ActEntry.requireBy(by);
        return by;
    }

    private static String text(JsonNode node, String name) {
        var found = node.path(name);
        if (!found.isTextual()) throw new IllegalArgumentException("\"" + name + "\" must be a text");
        return found.textValue();
    }

    private static Optional<String> optionalText(JsonNode node, String name) {
        return node.path(name).isMissingNode() || node.path(name).isNull()
                ? Optional.empty()
                : Optional.of(text(node, name));
    }

    private static String shown(String name) {
        return (name.length() > 40 ? name.substring(0, 40) + "…" : name).replaceAll("\\p{C}", "?");
    }

    static byte[] answer(Optional<String> sentence, UpdateStatus status) {
        var node = JSON.createObjectNode().put("ok", sentence.isEmpty());
        sentence.ifPresent(why -> node.put("sentence", why));
        node.set("status", status.toNode());
        return (node + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
