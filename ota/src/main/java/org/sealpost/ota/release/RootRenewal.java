package org.sealpost.ota.release;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sealpost.ota.tuf.MetadataSigner;
import org.sealpost.ota.tuf.Role;
import org.sealpost.ota.tuf.RoleKeys;
import org.sealpost.ota.tuf.Root;
import org.sealpost.ota.tuf.Signed;
import org.sealpost.ota.tuf.TufKey;

/// The next root on its way: the one before with other keys and a later expiry, signed by enough holders of the old
/// root keys and of the new ones.
final class RootRenewal {
    private final Root before;
    private final Map<String, TufKey> keys;
    private final Map<Role, RoleKeys> roles;

    private RootRenewal(Root before) {
        this.before = before;
        this.keys = new LinkedHashMap<>(before.keys());
        this.roles = new LinkedHashMap<>(before.roles());
    }

    static RootRenewal after(Root before) {
        return new RootRenewal(before);
    }

    /// Takes a root key away: of somebody who left, or one that was lost.
    RootRenewal drop(String id, String name) {
        var ids = new ArrayList<>(roles.get(Role.ROOT).keyIds());
        if (!ids.remove(id)) {
            throw new Refusal(name + " is no root key of version " + before.version() + "; there are " + ids.size());
        }
        return rootKeys(ids, roles.get(Role.ROOT).threshold());
    }

    RootRenewal add(TufKey key) {
        keys.put(key.id(), key);
        var ids = new ArrayList<>(roles.get(Role.ROOT).keyIds());
        ids.add(key.id());
        return rootKeys(ids, roles.get(Role.ROOT).threshold());
    }

    RootRenewal threshold(int threshold) {
        return rootKeys(roles.get(Role.ROOT).keyIds(), threshold);
    }

    private RootRenewal rootKeys(List<String> ids, int threshold) {
        roles.put(Role.ROOT, new RoleKeys(ids, threshold));
        return this;
    }

    /// Gives an online role another key.
    RootRenewal replace(Role role, TufKey key) {
        keys.put(key.id(), key);
        roles.put(role, new RoleKeys(List.of(key.id()), 1));
        return this;
    }

    /// @throws Refusal if the signers are too few
    Signed<Root> sign(Instant expires, List<MetadataSigner> signers) {
        RoleKeys root = roles.get(Role.ROOT);
        if (root.keyIds().size() < root.threshold()) {
            throw new Refusal("the new root would have " + root.keyIds().size() + " root keys for a threshold of "
                    + root.threshold() + "; add keys with --new-root-keys, or lower --threshold");
        }
        keys.keySet()
                .removeIf(id ->
                        roles.values().stream().noneMatch(role -> role.keyIds().contains(id)));
        Signed<Root> signed =
                signedByAll(Signed.draft(new Root(before.version() + 1, expires, true, keys, roles)), signers);
        requireEnough(before, signed, "the old");
        requireEnough(signed.metadata(), signed, "the new");
        return signed;
    }

    private static void requireEnough(Root judge, Signed<Root> signed, String which) {
        int signers = judge.signers(Role.ROOT, signed);
        int threshold = judge.keysOf(Role.ROOT).threshold();
        if (signers < threshold) {
            throw new Refusal("the root is signed by " + signers + " of " + which + " root keys, and needs " + threshold
                    + "; name more of their files with --root");
        }
    }

    static Signed<Root> signedByAll(Signed<Root> draft, List<MetadataSigner> signers) {
        Signed<Root> signed = draft;
        try {
            for (MetadataSigner signer : signers) {
                signed = signed.signedBy(signer);
            }
            return signed;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
