package org.sealpost.ota;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How the update agent stands, as it answers each order (docs/updates.md, "Orders").
///
/// @param board     which hardware this is
/// @param version   of the release that runs
/// @param epoch     the security epoch below which nothing is installed
/// @param slot      the booted one, `A` or `B`
/// @param trial     whether the booted slot still has to prove itself
/// @param state     the state's name in lower case, such as `idle` or `fetching`; `damaged` where the agent's
///     memory is
/// @param release   the version that the state is about
/// @param progress  of what goes on at this moment
/// @param offer     what can be ordered
/// @param refusal   the last one since the last offer
/// @param last      the last update that came to an end
/// @param notAgain  versions that fell back here and are not tried until the owner allows it
/// @param source    where releases come from
/// @param checking  whether the source is being looked at right now
/// @param checkedAt when the source was last looked at with success
/// @param setback   what the agent waits out, and since when
public record UpdateStatus(
        String board,
        String version,
        int epoch,
        String slot,
        boolean trial,
        String state,
        Optional<String> release,
        Optional<Progress> progress,
        Optional<Offer> offer,
        Optional<Refusal> refusal,
        Optional<Last> last,
        List<String> notAgain,
        Source source,
        boolean checking,
        Optional<Instant> checkedAt,
        Optional<Setback> setback) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_VERSIONS = 1_000;

    public UpdateStatus {
        notAgain = List.copyOf(notAgain);
    }

    /// @param percent from 0 to 100
    /// @param of      `download`, `check` or `installation`
    public record Progress(int percent, String of) {}

    /// @param from        `url` or `stick`
    /// @param lengthBytes of the bundle
    public record Offer(String version, String notes, String from, long lengthBytes) {}

    /// @param rule the word for it, such as `signature` or `version`
    public record Refusal(String rule, String sentence, Instant at) {}

    /// @param outcome `confirmed` or `rolled-back`
    /// @param why     empty where it was confirmed
    public record Last(String version, String outcome, Instant at, String why) {}

    /// @param url       of the folder; empty if none is set
    /// @param automatic whether an offer from there is installed without an order
    /// @param stick     whether a stick with releases is there now
    public record Source(Optional<String> url, boolean automatic, boolean stick) {}

    public record Setback(String sentence, Instant since) {}

    /// One line of JSON.
    public String toJson() {
        return toNode().toString();
    }

    ObjectNode toNode() {
        var node = JSON.createObjectNode()
                .put("board", board)
                .put("version", version)
                .put("epoch", epoch)
                .put("slot", slot)
                .put("trial", trial)
                .put("state", state)
                .put("release", release.orElse(null));
        node.set(
                "progress",
                progress.map(p -> JSON.createObjectNode()
                                .put("percent", p.percent)
                                .put("of", p.of))
                        .orElse(null));
        node.set(
                "offer",
                offer.map(o -> JSON.createObjectNode()
                                .put("version", o.version)
                                .put("notes", o.notes)
                                .put("from", o.from)
                                .put("length", o.lengthBytes))
                        .orElse(null));
        node.set(
                "refusal",
                refusal.map(r -> JSON.createObjectNode()
                                .put("rule", r.rule)
                                .put("sentence", r.sentence)
                                .put("at", r.at.toString()))
                        .orElse(null));
        node.set(
                "last",
                last.map(l -> JSON.createObjectNode()
                                .put("version", l.version)
                                .put("outcome", l.outcome)
                                .put("at", l.at.toString())
                                .put("why", l.why))
                        .orElse(null));
        notAgain.forEach(node.putArray("notAgain")::add);
        node.putObject("source")
                .put("url", source.url.orElse(null))
                .put("automatic", source.automatic)
                .put("stick", source.stick);
        node.put("checking", checking);
        node.put("checkedAt", checkedAt.map(Instant::toString).orElse(null));
        node.set(
                "setback",
                setback.map(s -> JSON.createObjectNode()
                                .put("sentence", s.sentence)
                                .put("since", s.since.toString()))
                        .orElse(null));
        return node;
    }

    /// Members that it does not know are of a newer agent and passed over: the two are of one image except
    /// while systemd starts them anew.
    ///
    /// @throws IllegalArgumentException if a member is missing or not what it should be
    public static UpdateStatus parse(String json) {
        try {
            return parse(JSON.readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the status is not JSON: " + e.getOriginalMessage());
        }
    }

    static UpdateStatus parse(JsonNode node) {
        try {
            var versions = new ArrayList<String>();
            var notAgain = node.required("notAgain");
            if (notAgain.size() > MAX_VERSIONS) throw new IllegalArgumentException("more than 1000 versions");
            notAgain.forEach(version -> versions.add(version.asText()));
            var source = node.required("source");
            return new UpdateStatus(
                    text(node, "board"),
                    text(node, "version"),
                    node.required("epoch").asInt(),
                    text(node, "slot"),
                    node.required("trial").asBoolean(),
                    text(node, "state"),
                    optionalText(node, "release"),
                    optional(node, "progress")
                            .map(p -> new Progress(p.required("percent").asInt(), text(p, "of"))),
                    optional(node, "offer")
                            .map(o -> new Offer(
                                    text(o, "version"),
                                    text(o, "notes"),
                                    text(o, "from"),
                                    o.required("length").asLong())),
                    optional(node, "refusal")
                            .map(r -> new Refusal(text(r, "rule"), text(r, "sentence"), instant(r, "at"))),
                    optional(node, "last")
                            .map(l ->
                                    new Last(text(l, "version"), text(l, "outcome"), instant(l, "at"), text(l, "why"))),
                    versions,
                    new Source(
                            optionalText(source, "url"),
                            source.required("automatic").asBoolean(),
                            source.required("stick").asBoolean()),
                    node.required("checking").asBoolean(),
                    optional(node, "checkedAt").map(at -> Instant.parse(at.asText())),
                    optional(node, "setback").map(s -> new Setback(text(s, "sentence"), instant(s, "since"))));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("the status has a time that is none: " + e.getMessage());
        }
    }

    private static Optional<JsonNode> optional(JsonNode node, String name) {
        var found = node.required(name);
        return found.isNull() ? Optional.empty() : Optional.of(found);
    }

    private static Optional<String> optionalText(JsonNode node, String name) {
        return optional(node, name).map(JsonNode::asText);
    }

    private static String text(JsonNode node, String name) {
        var found = node.required(name);
        if (!found.isTextual()) throw new IllegalArgumentException("\"" + name + "\" of the status is no text");
        return found.textValue();
    }

    private static Instant instant(JsonNode node, String name) {
        return Instant.parse(text(node, name));
    }
}
