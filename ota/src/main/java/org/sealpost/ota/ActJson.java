package org.sealpost.ota;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// An act as JSON (docs/updates.md, "Acts").
final class ActJson {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private ActJson() {}

    static String write(ActEntry entry) {
        var node = JSON.createObjectNode()
                .put("n", entry.n())
                .put("at", TIME.format(entry.at()))
                .put("clock", entry.synced() ? "synced" : "untrusted")
                .put("by", entry.by());
        switch (entry.act()) {
            case UpdateAct.SourceSet act ->
                node.put("act", "source")
                        .put("url", act.url().orElse(null))
                        .put("ca", act.ca().orElse(null))
                        .put("automatic", act.automatic());
            case UpdateAct.Offered act -> {
                node.put("act", "offered").set("release", release(act.offer().release()));
                node.put("from", act.offer().from().word());
            }
            case UpdateAct.Refused act ->
                node.put("act", "refused")
                        .put("rule", act.rule())
                        .put("sentence", act.sentence())
                        .put("from", act.from().word())
                        .put("file", act.file().orElse(null))
                        .put("version", act.version().map(Version::toString).orElse(null));
            case UpdateAct.Ordered act -> version(node, "ordered", act.version());
            case UpdateAct.Verified act ->
                version(node, "verified", act.version()).put("sha256", act.sha256());
            case UpdateAct.Installing act -> {
                version(node, "installing", act.version())
                        .put("slot", act.slot().name());
                act.red().forEach(node.putArray("red")::add);
            }
            case UpdateAct.Installed act ->
                version(node, "installed", act.version()).put("slot", act.slot().name());
            case UpdateAct.Rebooting act -> {
                version(node, "rebooting", act.version())
                        .put("slot", act.slot().name())
                        .put("from", act.from().name());
                act.red().forEach(node.putArray("red")::add);
            }
            case UpdateAct.Confirmed act ->
                version(node, "confirmed", act.version())
                        .put("slot", act.slot().name())
                        .put("epoch", act.epoch())
                        .put("dataFormat", act.dataFormat());
            case UpdateAct.Failed act -> version(node, "failed", act.version()).put("why", act.why());
            case UpdateAct.RolledBack act ->
                version(node, "rolled-back", act.version()).put("why", act.why());
            case UpdateAct.Allowed act -> version(node, "allowed", act.version());
            case UpdateAct.Booted act ->
                version(node, "booted", act.version())
                        .put("slot", act.slot().name())
                        .put("epoch", act.epoch());
        }
        return node.toString();
    }

    private static ObjectNode version(ObjectNode node, String act, Version version) {
        return node.put("act", act).put("version", version.toString());
    }

    private static JsonNode release(ReleaseDescriptor release) {
        try {
            var node = (ObjectNode) JSON.readTree(release.toJson());
            node.remove("format");
            return node;
        } catch (java.io.IOException e) {
            throw new IllegalStateException("a descriptor writes what is no JSON", e);
        }
    }

    /// @throws IllegalArgumentException if it is no act
    static ActEntry read(String json) {
        try {
            var node = JSON.readTree(json);
            var clock = text(node, "clock");
            if (!clock.equals("synced") && !clock.equals("untrusted")) {
                throw new IllegalArgumentException("its clock is \"" + clock + "\"");
            }
            return new ActEntry(
                    node.required("n").longValue(),
                    Instant.parse(text(node, "at")),
                    clock.equals("synced"),
                    text(node, "by"),
                    act(node));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("it is no JSON: " + e.getOriginalMessage());
        } catch (DateTimeException | DescriptorRefused e) {
            throw new IllegalArgumentException(e.getMessage());
        }
    }

    private static UpdateAct act(JsonNode node) throws DescriptorRefused {
        var act = text(node, "act");
        return switch (act) {
            case "source" ->
                new UpdateAct.SourceSet(
                        optionalText(node, "url"),
                        optionalText(node, "ca"),
                        node.required("automatic").asBoolean());
            case "offered" -> {
                var release = (ObjectNode) node.required("release").deepCopy();
                release.put("format", ReleaseDescriptor.FORMAT);
                var bytes = release.toString().getBytes(StandardCharsets.UTF_8);
                yield new UpdateAct.Offered(new Offer(ReleaseDescriptor.parse(bytes), from(node)));
            }
            case "refused" ->
                new UpdateAct.Refused(
                        text(node, "rule"),
                        text(node, "sentence"),
                        from(node),
                        optionalText(node, "file"),
                        optionalText(node, "version").map(Version::parse));
            case "ordered" -> new UpdateAct.Ordered(version(node));
            case "verified" -> new UpdateAct.Verified(version(node), text(node, "sha256"));
            case "installing" -> new UpdateAct.Installing(version(node), slot(node, "slot"), red(node));
            case "installed" -> new UpdateAct.Installed(version(node), slot(node, "slot"));
            case "rebooting" ->
                new UpdateAct.Rebooting(version(node), slot(node, "slot"), slot(node, "from"), red(node));
            case "confirmed" ->
                new UpdateAct.Confirmed(
                        version(node),
                        slot(node, "slot"),
                        node.required("epoch").intValue(),
                        node.required("dataFormat").intValue());
            case "failed" -> new UpdateAct.Failed(version(node), text(node, "why"));
            case "rolled-back" -> new UpdateAct.RolledBack(version(node), text(node, "why"));
            case "allowed" -> new UpdateAct.Allowed(version(node));
            case "booted" ->
                new UpdateAct.Booted(
                        version(node),
                        slot(node, "slot"),
                        node.required("epoch").intValue());
            default -> throw new IllegalArgumentException("nobody knows the act \"" + act + "\"");
        };
    }

    private static Version version(JsonNode node) {
        return Version.parse(text(node, "version"));
    }

    private static Slot slot(JsonNode node, String name) {
        return Slot.valueOf(text(node, name));
    }

    private static Offer.From from(JsonNode node) {
        return Offer.From.of(text(node, "from"));
    }

    private static SortedSet<String> red(JsonNode node) {
        var red = new TreeSet<String>();
        node.required("red").forEach(part -> red.add(part.asText()));
        return red;
    }

    private static String text(JsonNode node, String name) {
        var found = node.required(name);
        if (!found.isTextual()) throw new IllegalArgumentException("its \"" + name + "\" is no text");
        return found.textValue();
    }

    private static Optional<String> optionalText(JsonNode node, String name) {
        return node.required(name).isNull() ? Optional.empty() : Optional.of(text(node, name));
    }
}
