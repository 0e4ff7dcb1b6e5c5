package org.sealpost.ota.tuf;

import java.security.PublicKey;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Whose signatures count, for all four roles. Keys are named by the id that the file gives them; one whose id
/// is not its own counts for nothing.
public record Root(
        long version, Instant expires, boolean consistentSnapshot, Map<String, TufKey> keys, Map<Role, RoleKeys> roles)
        implements Metadata {
    public Root {
        Metadata.check(version, expires);
        keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
        roles = Map.copyOf(roles);
        if (!roles.keySet().equals(Set.of(Role.values()))) throw new IllegalArgumentException("not all four roles");
    }

    @Override
    public Role role() {
        return Role.ROOT;
    }

    public RoleKeys keysOf(Role role) {
        return roles.get(role);
    }

    /// How many different keys of the role signed this.
    public int signers(Role role, Signed<?> signed) {
        var counted = new HashSet<PublicKey>();
        for (var signature : signed.signatures()) {
            var key = keys.get(signature.keyId());
            if (key == null || !key.id().equals(signature.keyId())) continue;
            if (!keysOf(role).keyIds().contains(signature.keyId())) continue;
            if (signature
                    .bytes()
                    .filter(bytes -> key.verifies(signed.canonical(), bytes))
                    .isPresent()) {
                key.usable().ifPresent(counted::add);
            }
        }
        return counted.size();
    }

    /// Whether enough keys of the role signed this.
    public boolean accepts(Role role, Signed<?> signed) {
        return signers(role, signed) >= keysOf(role).threshold();
    }

    /// Whether the role's keys are others there: what the old ones said is then forgotten.
    boolean rotated(Role role, Root next) {
        return !new HashSet<>(keysOf(role).keyIds())
                .equals(new HashSet<>(next.keysOf(role).keyIds()));
    }
}
