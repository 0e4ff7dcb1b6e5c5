package org.sealpost.ota;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sealpost.ota.tuf.FileVersion;
import org.sealpost.ota.tuf.Metadata;
import org.sealpost.ota.tuf.MetadataSigner;
import org.sealpost.ota.tuf.Role;
import org.sealpost.ota.tuf.RoleKeys;
import org.sealpost.ota.tuf.Root;
import org.sealpost.ota.tuf.Signed;
import org.sealpost.ota.tuf.Snapshot;
import org.sealpost.ota.tuf.Target;
import org.sealpost.ota.tuf.Targets;
import org.sealpost.ota.tuf.Timestamp;
import org.sealpost.ota.tuf.TufKey;

/// A small repository of releases in a folder, signed by one key in memory for all roles.
final class TestRepository {
    final Path folder;
    private final KeyPair pair;
    private final TufKey key;
    private final Map<String, Target> targets = new LinkedHashMap<>();
    private long version;

    TestRepository(Path folder) throws Exception {
        this.folder = folder;
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        pair = generator.generateKeyPair();
        key = TufKey.of(pair.getPublic());
        for (var name : List.of("metadata", "targets", "bundles")) Files.createDirectories(folder.resolve(name));
        var roles = new EnumMap<Role, RoleKeys>(Role.class);
        for (var role : Role.values()) roles.put(role, new RoleKeys(List.of(key.id()), 1));
        Files.write(root(), signed(new Root(1, expires(Duration.ofDays(365)), true, Map.of(key.id(), key), roles)));
    }

    Path root() {
        return folder.resolve("metadata/1.root.json");
    }

    private record Key(TufKey key, KeyPair pair) implements MetadataSigner {
        @Override
        public byte[] sign(byte[] message) throws GeneralSecurityException {
            var signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(pair.getPrivate());
            signature.update(message);
            return signature.sign();
        }
    }

    private byte[] signed(Metadata metadata) throws GeneralSecurityException {
        return Signed.draft(metadata).signedBy(new Key(key, pair)).toBytes();
    }

    private static Instant expires(Duration in) {
        return Instant.now().plus(in).truncatedTo(ChronoUnit.SECONDS);
    }

    /// Adds a release with this bundle.
    ReleaseDescriptor add(String board, String version, Path bundle) throws Exception {
        var content = Files.readAllBytes(bundle);
        var sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        var release = new ReleaseDescriptor(
                board,
                Version.parse(version),
                1,
                1,
                1,
                new ReleaseDescriptor.Bundle(content.length, sha256),
                "For tests.");
        addRaw(board, version, release.toJson());
        Files.write(folder.resolve(release.bundle().path()), content);
        return release;
    }

    /// Adds whatever it is as the descriptor of a release.
    void addRaw(String board, String version, byte[] json) throws Exception {
        var target = Target.of(board + "-" + version + ".release.json", json);
        targets.put(target.path(), target);
        var hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json));
        Files.write(folder.resolve("targets").resolve(hash + "." + target.path()), json);
    }

    /// Signs what was added.
    void publish(Duration validFor) throws Exception {
        version++;
        var expires = expires(validFor);
        var all = signed(new Targets(version, expires, targets));
        Files.write(folder.resolve("metadata/" + version + ".targets.json"), all);
        var snapshot = signed(new Snapshot(version, expires, Map.of("targets.json", FileVersion.of(version, all))));
        Files.write(folder.resolve("metadata/" + version + ".snapshot.json"), snapshot);
        var timestamp = signed(new Timestamp(version, expires, FileVersion.of(version, snapshot)));
        Files.write(folder.resolve("metadata/timestamp.json"), timestamp);
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
