package org.sealpost.lodging;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.sealpost.merkle.Hash;

/// One case of `lodging.json`: what is brought to an empty ledger, one after the other, what it answers to
/// each, and what it holds of the first one's origin in the end.
///
/// @param newest 0 if nothing was lodged
/// @param hops   the indexes of the hand-overs that were followed
/// @param keys   by sizes, x ‖ y of the key whose heads of that size are taken, in hex
public record LodgingCase(String name, List<Brought> brought, long newest, List<Long> hops, Map<Long, String> keys) {
    /// What a ledger may be offered, of any content.
    ///
    /// @param key    x ‖ y of the first sealing key
    /// @param size   the bits of an unsigned number
    /// @param answer `lodged`, `repeated`, `covered`, or why not in the words of [LodgingRules.Refusal]
    public record Brought(
            byte[] key,
            String origin,
            long size,
            Hash root,
            byte[] signature,
            List<Hash> consistency,
            KeyProof.Hops hops,
            String answer) {
        public static Brought of(LodgeableHead head, List<Hash> consistency, KeyProof.Hops hops) {
            return new Brought(
                    point(head.firstKey()),
                    head.origin().name(),
                    head.size(),
                    head.root(),
                    head.signature(),
                    consistency,
                    hops,
                    "");
        }

        public Brought with(KeyProof.Hops others) {
            return new Brought(key, origin, size, root, signature, consistency, others, answer);
        }

        public Brought signed(byte[] by) {
            return new Brought(key, origin, size, root, by, consistency, hops, answer);
        }

        public Brought proved(List<Hash> by) {
            return new Brought(key, origin, size, root, signature, by, hops, answer);
        }

        public Brought ofSize(long other) {
            return new Brought(key, origin, other, root, signature, consistency, hops, answer);
        }

        public Brought ofOrigin(String other) {
            return new Brought(key, other, size, root, signature, consistency, hops, answer);
        }

        public Brought ofRoot(Hash other) {
            return new Brought(key, origin, size, other, signature, consistency, hops, answer);
        }

        public Brought by(byte[] firstKey) {
            return new Brought(firstKey, origin, size, root, signature, consistency, hops, answer);
        }

        public Brought answered(String with) {
            return new Brought(key, origin, size, root, signature, consistency, hops, with);
        }

        public byte[] spki() {
            return LodgingCase.spki(key);
        }

        public OriginId originId() {
            return LodgingCase.originId(key, origin);
        }
    }

    /// x ‖ y of a key.
    static byte[] point(byte[] spki) {
        return Arrays.copyOfRange(spki, SPKI_PREFIX.length() / 2, spki.length);
    }

    /// @param key x ‖ y
    public static byte[] spki(byte[] key) {
        return HEX.parseHex(SPKI_PREFIX + HEX.formatHex(key));
    }

    /// Of any name, also of one that no origin has.
    static OriginId originId(byte[] key, String origin) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(spki(key));
            return new OriginId(Hash.of(sha256.digest(origin.getBytes(StandardCharsets.UTF_8))));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static final String SPKI_PREFIX = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
    private static final HexFormat HEX = HexFormat.of();
    private static final JsonMapper JSON = new JsonMapper();

    public static Path file() {
        return Path.of(System.getProperty("sealpost.root"), "gateway/contracts/src/test/resources/lodging.json");
    }

    public static List<LodgingCase> read() throws IOException {
        var cases = new ArrayList<LodgingCase>();
        for (var found : JSON.readTree(Files.readString(file())).required("cases")) {
            var brought = new ArrayList<Brought>();
            for (var each : found.required("brought")) brought.add(brought(each));
            var hops = new ArrayList<Long>();
            for (var index : found.required("hops")) hops.add(Long.parseLong(index.asText()));
            var keys = new TreeMap<Long, String>();
            found.required("keys")
                    .properties()
                    .forEach(key -> keys.put(
                            Long.parseLong(key.getKey()), key.getValue().asText()));
            long newest = Long.parseLong(found.required("newest").asText());
            cases.add(new LodgingCase(found.required("name").asText(), brought, newest, hops, keys));
        }
        return cases;
    }

    static Brought brought(JsonNode from) {
        var steps = new ArrayList<KeyProof.Step>();
        for (var hop : from.required("hops")) {
            steps.add(new KeyProof.Step(HEX.parseHex(hop.required("leaf").asText()), hashes(hop.required("path"))));
        }
        return new Brought(
                HEX.parseHex(from.required("key").asText()),
                from.required("origin").asText(),
                Long.parseUnsignedLong(from.required("size").asText()),
                Hash.ofHex(from.required("root").asText()),
                HEX.parseHex(from.required("signature").asText()),
                hashes(from.required("consistency")),
                new KeyProof.Hops(
                        Hash.ofHex(from.required("genesis").asText()), hashes(from.required("genesis-path")), steps),
                from.required("answer").asText());
    }

    private static List<Hash> hashes(JsonNode array) {
        var hashes = new ArrayList<Hash>();
        for (var hash : array) hashes.add(Hash.ofHex(hash.asText()));
        return hashes;
    }

    /// The file that has these cases.
    public static String write(List<LodgingCase> cases) throws IOException {
        var all = JSON.createObjectNode();
        all.put("about", "What every ledger that takes heads answers, docs/relay.md §6; sizes and indexes in decimal");
        var array = all.putArray("cases");
        for (var each : cases) each.write(array.addObject());
        return lines(all);
    }

    static String lines(ObjectNode all) throws IOException {
        var lines = new DefaultIndenter(" ", "\n");
        return JSON.writer(new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines))
                        .writeValueAsString(all)
                + "\n";
    }

    private void write(ObjectNode out) {
        out.put("name", name);
        var array = out.putArray("brought");
        for (var each : brought) write(each, array.addObject());
        out.put("newest", Long.toString(newest));
        var indexes = out.putArray("hops");
        for (long index : hops) indexes.add(Long.toString(index));
        var inForce = out.putObject("keys");
        keys.forEach((size, key) -> inForce.put(Long.toString(size), key));
    }

    static void write(Brought each, ObjectNode head) {
        head.put("key", HEX.formatHex(each.key));
        head.put("origin", each.origin);
        head.put("size", Long.toUnsignedString(each.size));
        head.put("root", each.root.hex());
        head.put("signature", HEX.formatHex(each.signature));
        write(head.putArray("consistency"), each.consistency);
        head.put("genesis", each.hops.genesisHash().hex());
        write(head.putArray("genesis-path"), each.hops.genesisPath());
        var steps = head.putArray("hops");
        for (var step : each.hops.steps()) {
            var hop = steps.addObject().put("leaf", HEX.formatHex(step.leaf()));
            write(hop.putArray("path"), step.path());
        }
        head.put("answer", each.answer);
    }

    private static void write(ArrayNode out, List<Hash> hashes) {
        for (var hash : hashes) out.add(hash.hex());
    }
}
