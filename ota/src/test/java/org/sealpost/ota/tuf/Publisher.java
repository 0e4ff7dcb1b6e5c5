package org.sealpost.ota.tuf;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A repository in memory that our own writer makes, with one Ed25519 key for each role.
final class Publisher implements Repository {
    static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final Instant EXPIRES = Instant.parse("2027-06-01T00:00:00Z");

    final Map<String, byte[]> files = new TreeMap<>();
    final Map<Role, Signer> signers = new EnumMap<>(Role.class);
    final Map<Role, Long> versions = new EnumMap<>(Role.class);
    private final Map<String, Target> targets = new LinkedHashMap<>();

    Publisher() {
        for (var role : Role.values()) {
            signers.put(role, Signer.make("Ed25519"));
            versions.put(role, 0L);
        }
        publishRoot();
        publish();
    }

    byte[] imageRoot() {
        return files.get("metadata/1.root.json");
    }

    void target(String path, byte[] content) {
        var target = Target.of(path, content);
        targets.put(path, target);
        files.put("targets/" + target.location(true).orElseThrow(), content);
    }

    /// The next root; signed by the old root key, too, where that is another.
    void publishRoot(Role... rotated) {
        var old = signers.get(Role.ROOT);
        for (var role : rotated) signers.put(role, Signer.make("Ed25519"));
        var keys = new LinkedHashMap<String, TufKey>();
        var roles = new EnumMap<Role, RoleKeys>(Role.class);
        signers.forEach((role, signer) -> {
            keys.put(signer.key().id(), signer.key());
            roles.put(role, new RoleKeys(List.of(signer.key().id()), 1));
        });
        var root = new Root(next(Role.ROOT), EXPIRES, true, keys, roles);
        put(Role.ROOT, signed(signed(Signed.draft(root), old), signers.get(Role.ROOT)));
    }

    /// The next targets, snapshot and timestamp.
    void publish() {
        var file = put(
                Role.TARGETS, signed(Signed.draft(new Targets(next(Role.TARGETS), EXPIRES, targets)), Role.TARGETS));
        var listed = Map.of(Role.TARGETS.file(), FileVersion.of(versions.get(Role.TARGETS), file));
        var snapshot = put(
                Role.SNAPSHOT, signed(Signed.draft(new Snapshot(next(Role.SNAPSHOT), EXPIRES, listed)), Role.SNAPSHOT));
        var newest = FileVersion.of(versions.get(Role.SNAPSHOT), snapshot);
        put(Role.TIMESTAMP, signed(Signed.draft(new Timestamp(next(Role.TIMESTAMP), EXPIRES, newest)), Role.TIMESTAMP));
    }

    Map<String, byte[]> copyOfFiles() {
        return new HashMap<>(files);
    }

    private long next(Role role) {
        return versions.merge(role, 1L, Long::sum);
    }

    private <M extends Metadata> Signed<M> signed(Signed<M> draft, Role role) {
        return signed(draft, signers.get(role));
    }

    private static <M extends Metadata> Signed<M> signed(Signed<M> draft, Signer signer) {
        try {
            return draft.signedBy(signer);
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private byte[] put(Role role, Signed<?> signed) {
        var name = role == Role.TIMESTAMP
                ? role.file()
                : role.file(signed.metadata().version());
        byte[] file = signed.toBytes();
        files.put("metadata/" + name, file);
        return file;
    }

    @Override
    public byte[] fetch(String path, int maxLength) throws IOException {
        var file = files.get(path);
        if (file == null) throw new NotThere(path);
        if (file.length > maxLength) throw new TooMuch(path, maxLength);
        return file;
    }

    @Override
    public void fetchInto(String path, Path part, long length, Progress progress) {
        throw new UnsupportedOperationException();
    }
}
