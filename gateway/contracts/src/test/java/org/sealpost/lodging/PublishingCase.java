package org.sealpost.lodging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.sealpost.merkle.Hash;

/// One case of `publishing.json`: heads and publications that are brought to an empty ledger, one after the
/// other, what it answers to each, and what it holds of the last publication's origin in the end.
///
/// @param last        the highest number that is used, 0 for none
/// @param digests     by numbers
/// @param commitments where each was published first
public record PublishingCase(
        String name, List<Step> steps, long last, Map<Long, Hash> digests, Map<Hash, Spot> commitments) {
    private static final HexFormat HEX = HexFormat.of();
    private static final JsonMapper JSON = new JsonMapper();

    /// What is brought.
    public sealed interface Step {
        record Lodge(LodgingCase.Brought head) implements Step {}

        record Publish(Offered publication) implements Step {}
    }

    /// @param position from 0
    public record Spot(long number, int position) {}

    /// A publication of any content.
    ///
    /// @param key    x ‖ y of the first sealing key
    /// @param number and first, count: the bits of unsigned numbers
    /// @param kind   0 to 255
    /// @param answer `published`, `repeated`, or why not in the words of [PublicationRules.Refusal]
    public record Offered(
            byte[] key,
            String origin,
            long number,
            int kind,
            long first,
            long count,
            byte[] content,
            byte[] signature,
            String answer) {
        public static Offered of(SignedPublication signed) {
            var said = signed.publication();
            return new Offered(
                    LodgingCase.point(said.firstKey()),
                    said.origin().name(),
                    said.number(),
                    said.kind().code(),
                    said.first(),
                    said.count(),
                    said.content(),
                    signed.signature(),
                    "");
        }

        public Offered signed(byte[] by) {
            return new Offered(key, origin, number, kind, first, count, content, by, answer);
        }

        public Offered ofOrigin(String other) {
            return new Offered(key, other, number, kind, first, count, content, signature, answer);
        }

        public Offered by(byte[] firstKey) {
            return new Offered(firstKey, origin, number, kind, first, count, content, signature, answer);
        }

        public Offered numbered(long other) {
            return new Offered(key, origin, other, kind, first, count, content, signature, answer);
        }

        public Offered ofKind(int other) {
            return new Offered(key, origin, number, other, first, count, content, signature, answer);
        }

        public Offered ofRun(long from, long entries) {
            return new Offered(key, origin, number, kind, from, entries, content, signature, answer);
        }

        public Offered with(byte[] other) {
            return new Offered(key, origin, number, kind, first, count, other, signature, answer);
        }

        public Offered answered(String with) {
            return new Offered(key, origin, number, kind, first, count, content, signature, with);
        }

        public OriginId originId() {
            return LodgingCase.originId(key, origin);
        }
    }

    /// Whose publications the end is about.
    public OriginId origin() {
        return steps.stream()
                .filter(Step.Publish.class::isInstance)
                .map(step -> ((Step.Publish) step).publication().originId())
                .reduce((_, later) -> later)
                .orElseThrow();
    }

    public static Path file() {
        return Path.of(System.getProperty("sealpost.root"), "gateway/contracts/src/test/resources/publishing.json");
    }

    public static List<PublishingCase> read() throws IOException {
        var cases = new ArrayList<PublishingCase>();
        for (var found : JSON.readTree(Files.readString(file())).required("cases")) {
            var steps = new ArrayList<Step>();
            for (var each : found.required("brought")) {
                steps.add(
                        each.has("number")
                                ? new Step.Publish(offered(each))
                                : new Step.Lodge(LodgingCase.brought(each)));
            }
            var digests = new TreeMap<Long, Hash>();
            found.required("publications")
                    .properties()
                    .forEach(held -> digests.put(
                            Long.parseLong(held.getKey()),
                            Hash.ofHex(held.getValue().asText())));
            Map<Hash, Spot> commitments = new TreeMap<>(Comparator.comparing(Hash::hex));
            found.required("commitments")
                    .properties()
                    .forEach(held -> commitments.put(Hash.ofHex(held.getKey()), spot(held.getValue())));
            long last = Long.parseLong(found.required("last").asText());
            cases.add(new PublishingCase(found.required("name").asText(), steps, last, digests, commitments));
        }
        return cases;
    }

    private static Spot spot(JsonNode from) {
        return new Spot(
                Long.parseLong(from.required("number").asText()),
                from.required("position").asInt());
    }

    private static Offered offered(JsonNode from) {
        return new Offered(
                HEX.parseHex(from.required("key").asText()),
                from.required("origin").asText(),
                Long.parseUnsignedLong(from.required("number").asText()),
                from.required("kind").asInt(),
                Long.parseUnsignedLong(from.required("first").asText()),
                Long.parseUnsignedLong(from.required("count").asText()),
                HEX.parseHex(from.required("content").asText()),
                HEX.parseHex(from.required("signature").asText()),
                from.required("answer").asText());
    }

    /// The file that has these cases.
    public static String write(List<PublishingCase> cases) throws IOException {
        var all = JSON.createObjectNode();
        all.put(
                "about",
                "What every ledger that takes publications answers, docs/relay.md §6, C11; heads are as in lodging.json");
        var array = all.putArray("cases");
        for (var each : cases) each.write(array.addObject());
        return LodgingCase.lines(all);
    }

    private void write(ObjectNode out) {
        out.put("name", name);
        var array = out.putArray("brought");
        for (var step : steps) {
            switch (step) {
                case Step.Lodge(var head) -> LodgingCase.write(head, array.addObject());
                case Step.Publish(var publication) -> write(publication, array.addObject());
            }
        }
        out.put("last", Long.toString(last));
        var held = out.putObject("publications");
        digests.forEach((number, digest) -> held.put(Long.toString(number), digest.hex()));
        var spots = out.putObject("commitments");
        commitments.forEach((commitment, spot) -> spots.putObject(commitment.hex())
                .put("number", Long.toString(spot.number()))
                .put("position", spot.position()));
    }

    private static void write(Offered each, ObjectNode out) {
        out.put("key", HEX.formatHex(each.key));
        out.put("origin", each.origin);
        out.put("number", Long.toUnsignedString(each.number));
        out.put("kind", each.kind);
        out.put("first", Long.toUnsignedString(each.first));
        out.put("count", Long.toUnsignedString(each.count));
        out.put("content", HEX.formatHex(each.content));
        out.put("signature", HEX.formatHex(each.signature));
        out.put("answer", each.answer);
    }
}
