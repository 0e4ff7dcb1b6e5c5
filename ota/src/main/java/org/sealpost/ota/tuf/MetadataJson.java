package org.sealpost.ota.tuf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Metadata as members of a JSON object, and back.
final class MetadataJson {
    private static final String SPECIFICATION = "1.0.34";

    /// The first number decides: 2.x would be another format.
    private static final Pattern READABLE = Pattern.compile("1\\.\\d{1,9}(\\.\\d{1,9})?");

    private static final int MAX_KEYS = 256;
    private static final int MAX_FILES = 4096;

    private MetadataJson() {}

    static <M extends Metadata> M read(Class<M> kind, Fields signed) throws Malformed {
        Role role = Role.valueOf(kind.getSimpleName().toUpperCase(Locale.ROOT));
        var type = signed.text("_type", 64);
        if (!type.equals(role.word())) throw new Malformed("is metadata of another kind: " + type);
        var specification = signed.text("spec_version", 64);
        if (!READABLE.matcher(specification).matches()) {
            throw new Malformed("follows version " + specification + " of the specification, not 1.x");
        }
        try {
            return kind.cast(
                    switch (role) {
                        case ROOT -> root(signed);
                        case TIMESTAMP -> timestamp(signed);
                        case SNAPSHOT -> snapshot(signed);
                        case TARGETS -> targets(signed);
                    });
        } catch (IllegalArgumentException nonsense) {
            throw new Malformed("makes no sense: " + nonsense.getMessage());
        }
    }

    private static Root root(Fields signed) throws Malformed {
        var keys = new LinkedHashMap<String, TufKey>();
        for (var key : signed.object("keys").objects(MAX_KEYS).entrySet()) {
            keys.put(key.getKey(), TufKey.read(key.getValue()));
        }
        var roles = new EnumMap<Role, RoleKeys>(Role.class);
        for (Role role : Role.values()) {
            var fields = signed.object("roles").object(role.word());
            int threshold = (int) Math.min(fields.whole("threshold", 1), Integer.MAX_VALUE);
            roles.put(role, new RoleKeys(fields.textList("keyids", MAX_KEYS, 128), threshold));
        }
        return new Root(
                signed.whole("version", 1),
                signed.time("expires"),
                signed.flag("consistent_snapshot", false),
                keys,
                roles);
    }

    private static Timestamp timestamp(Fields signed) throws Malformed {
        var snapshot = fileVersion(signed.object("meta").object(Role.SNAPSHOT.file()));
        return new Timestamp(signed.whole("version", 1), signed.time("expires"), snapshot);
    }

    private static Snapshot snapshot(Fields signed) throws Malformed {
        var files = new LinkedHashMap<String, FileVersion>();
        for (var file : signed.object("meta").objects(MAX_FILES).entrySet()) {
            files.put(file.getKey(), fileVersion(file.getValue()));
        }
        return new Snapshot(signed.whole("version", 1), signed.time("expires"), files);
    }

    private static Targets targets(Fields signed) throws Malformed {
        var targets = new LinkedHashMap<String, Target>();
        for (var target : signed.object("targets").objects(MAX_FILES).entrySet()) {
            var fields = target.getValue();
            var custom = fields.optionalObject("custom").map(Fields::node);
            targets.put(
                    target.getKey(),
                    new Target(target.getKey(), fields.whole("length", 0), hashes(fields.object("hashes")), custom));
        }
        return new Targets(signed.whole("version", 1), signed.time("expires"), targets);
    }

    private static FileVersion fileVersion(Fields file) throws Malformed {
        var hashes = file.optionalObject("hashes");
        return new FileVersion(
                file.whole("version", 1),
                file.optionalWhole("length", 0),
                hashes.isPresent() ? Optional.of(hashes(hashes.get())) : Optional.empty());
    }

    private static Hashes hashes(Fields hashes) throws Malformed {
        var all = hashes.texts(16, 256);
        if (all.isEmpty()) throw new Malformed("\"" + hashes.where() + "\" is empty");
        return new Hashes(all);
    }

    static ObjectNode write(Metadata metadata) {
        var json = StrictJson.object();
        json.put("_type", metadata.role().word());
        switch (metadata) {
            case Root root -> writeRoot(json, root);
            case Timestamp timestamp -> writeFiles(json, Map.of(Role.SNAPSHOT.file(), timestamp.snapshot()));
            case Snapshot snapshot -> writeFiles(json, snapshot.files());
            case Targets targets -> writeTargets(json, targets);
        }
        json.put("expires", DateTimeFormatter.ISO_INSTANT.format(metadata.expires()));
        json.put("spec_version", SPECIFICATION);
        json.put("version", metadata.version());
        return json;
    }

    private static void writeRoot(ObjectNode json, Root root) {
        json.put("consistent_snapshot", root.consistentSnapshot());
        var keys = json.putObject("keys");
        new TreeMap<>(root.keys()).forEach((id, key) -> keys.set(id, key.json()));
        var roles = json.putObject("roles");
        for (Role role : Role.values()) {
            var node = roles.putObject(role.word());
            root.keysOf(role).keyIds().forEach(node.putArray("keyids")::add);
            node.put("threshold", root.keysOf(role).threshold());
        }
    }

    private static void writeFiles(ObjectNode json, Map<String, FileVersion> files) {
        var meta = json.putObject("meta");
        new TreeMap<>(files).forEach((name, file) -> {
            var node = meta.putObject(name);
            file.hashes().ifPresent(hashes -> writeHashes(node, hashes));
            file.length().ifPresent(length -> node.put("length", length));
            node.put("version", file.version());
        });
    }

    private static void writeTargets(ObjectNode json, Targets targets) {
        var all = json.putObject("targets");
        new TreeMap<>(targets.targets()).forEach((path, target) -> {
            var node = all.putObject(path);
            target.custom().ifPresent(custom -> node.set("custom", custom));
            writeHashes(node, target.hashes());
            node.put("length", target.length());
        });
    }

    private static void writeHashes(ObjectNode json, Hashes hashes) {
        var node = json.putObject("hashes");
        new TreeMap<>(hashes.hexByAlgorithm()).forEach(node::put);
    }
}
