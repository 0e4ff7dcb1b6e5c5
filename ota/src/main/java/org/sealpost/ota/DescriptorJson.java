package org.sealpost.ota;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/// A release descriptor as JSON.
final class DescriptorJson {
    private static final Set<String> MEMBERS =
            Set.of("format", "board", "version", "securityEpoch", "dataFormat", "readsFrom", "bundle", "notes");
    private static final Set<String> BUNDLE_MEMBERS = Set.of("length", "sha256");

    private static final JsonMapper STRICT = JsonMapper.builder(new JsonFactoryBuilder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(4)
                            .maxNumberLength(32)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private DescriptorJson() {}

    static ReleaseDescriptor read(byte[] json) throws DescriptorRefused {
        try {
            JsonNode object = tree(json);
            // Another format may well have other members, so it is told by its name first.
            if (object.path("format").isTextual() && !text(object, "format").equals(ReleaseDescriptor.FORMAT)) {
                throw new IllegalArgumentException("its format is not \"" + ReleaseDescriptor.FORMAT
                        + "\", the only one known here; a newer format needs a newer release in between");
            }
            requireMembers("", object, MEMBERS);
            text(object, "format");
            JsonNode bundle = object.get("bundle");
            requireMembers("bundle.", bundle, BUNDLE_MEMBERS);
            return new ReleaseDescriptor(
                    text(object, "board"),
                    Version.parse(text(object, "version")),
                    (int) number(object, "securityEpoch", Integer.MAX_VALUE),
                    (int) number(object, "dataFormat", Integer.MAX_VALUE),
                    (int) number(object, "readsFrom", Integer.MAX_VALUE),
                    new ReleaseDescriptor.Bundle(
                            number(bundle, "length", ReleaseDescriptor.Bundle.MAX_LENGTH), text(bundle, "sha256")),
                    text(object, "notes"));
        } catch (IllegalArgumentException refused) {
            throw new DescriptorRefused("the release descriptor is refused: " + refused.getMessage());
        }
    }

    static byte[] write(ReleaseDescriptor descriptor) {
        var object = JsonNodeFactory.instance
                .objectNode()
                .put("format", ReleaseDescriptor.FORMAT)
                .put("board", descriptor.board())
                .put("version", descriptor.version().toString())
                .put("securityEpoch", descriptor.securityEpoch())
                .put("dataFormat", descriptor.dataFormat())
                .put("readsFrom", descriptor.readsFrom());
        object.putObject("bundle")
                .put("length", descriptor.bundle().length())
                .put("sha256", descriptor.bundle().sha256());
        object.put("notes", descriptor.notes());
        return (object.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode tree(byte[] json) {
        if (json.length > ReleaseDescriptor.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "it has " + json.length + " bytes, more than the " + ReleaseDescriptor.MAX_BYTES + " allowed");
        }
        try {
            // Decoded here, since the parser would guess UTF-16 and UTF-32, and so give one file two readings.
            return STRICT.readTree(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString());
        } catch (CharacterCodingException notUtf8) {
            throw new IllegalArgumentException("it is not UTF-8");
        } catch (JsonProcessingException malformed) {
            throw new IllegalArgumentException("it is no JSON object as sealpost-release writes it ("
                    + malformed.getOriginalMessage().lines().findFirst().orElse("malformed") + ")");
        }
    }

    private static void requireMembers(String prefix, JsonNode object, Set<String> members) {
        if (!object.isObject()) {
            throw new IllegalArgumentException(
                    prefix.isEmpty() ? "it is no JSON object" : "bundle must be an object with length and sha256");
        }
        for (String member : new TreeSet<>(members)) {
            if (!object.has(member)) {
                throw new IllegalArgumentException("it lacks the member " + prefix + member);
            }
        }
        for (var member : object.properties()) {
            if (!members.contains(member.getKey())) {
                throw new IllegalArgumentException(
                        "it has a member that is not known, " + shown(prefix + member.getKey()));
            }
        }
    }

    private static String text(JsonNode object, String member) {
        JsonNode value = object.get(member);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(member + " must be a string");
        }
        return value.textValue();
    }

    private static long number(JsonNode object, String member, long max) {
        JsonNode value = object.get(member);
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < 0
                || value.longValue() > max) {
            throw new IllegalArgumentException(member + " must be a whole number from 0 to " + max);
        }
        return value.longValue();
    }

    private static String shown(String name) {
        return "\"" + (name.length() > 40 ? name.substring(0, 40) + "…" : name).replaceAll("\\p{C}", "?") + "\"";
    }
}
