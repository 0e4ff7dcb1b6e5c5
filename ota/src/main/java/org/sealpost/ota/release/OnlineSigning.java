package org.sealpost.ota.release;

import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.ota.ReleaseDescriptor;
import org.sealpost.ota.tuf.FileVersion;
import org.sealpost.ota.tuf.Metadata;
import org.sealpost.ota.tuf.MetadataSigner;
import org.sealpost.ota.tuf.Role;
import org.sealpost.ota.tuf.Root;
import org.sealpost.ota.tuf.Signed;
import org.sealpost.ota.tuf.Snapshot;
import org.sealpost.ota.tuf.Target;
import org.sealpost.ota.tuf.Targets;
import org.sealpost.ota.tuf.Timestamp;
import org.sealpost.ota.tuf.TufKey;

/// New targets, snapshot and timestamp, signed in the token.
///
/// Keys that earlier roots gave a role sign as well, as long as the token has them: so a box accepts it that has not
/// seen the newest roots yet, however many were made since the last publication, and publishing is safe at any moment.
final class OnlineSigning {
    private static final int MAX_EARLIER_KEYS = 32;

    private final OnlineToken token;
    private final KeyPlaces places;
    private final Root root;
    private final List<Root> earlier;

    /// @param earlier the roots before it, which boxes may still know, in their order
    OnlineSigning(OnlineToken token, KeyPlaces places, Root root, List<Root> earlier) {
        this.token = token;
        this.places = places;
        this.root = root;
        this.earlier = List.copyOf(earlier);
    }

    /// The three files that belong together.
    record Result(Signed<Targets> targets, Signed<Snapshot> snapshot, Signed<Timestamp> timestamp) {}

    Result sign(RepositoryFolder repository, Expiries expiries) {
        Optional<Signed<Timestamp>> last = repository.timestamp();
        Optional<Signed<Snapshot>> lastSnapshot = last.map(signed -> repository.snapshot(signed.metadata()));
        long targetsVersion =
                1 + lastSnapshot.map(s -> s.metadata().targets().version()).orElse(0L);
        long snapshotVersion = 1 + lastSnapshot.map(s -> s.metadata().version()).orElse(0L);
        long timestampVersion = 1 + last.map(s -> s.metadata().version()).orElse(0L);

        var targets = signed(new Targets(targetsVersion, expiries.of(Role.TARGETS), targets(repository)));
        var files = Map.of(Role.TARGETS.file(), FileVersion.of(targetsVersion, Limits.bytes(targets)));
        var snapshot = signed(new Snapshot(snapshotVersion, expiries.of(Role.SNAPSHOT), files));
        var meta = FileVersion.of(snapshotVersion, Limits.bytes(snapshot));
        var timestamp = signed(new Timestamp(timestampVersion, expiries.of(Role.TIMESTAMP), meta));
        return new Result(targets, snapshot, timestamp);
    }

    private static Map<String, Target> targets(RepositoryFolder repository) {
        var targets = new LinkedHashMap<String, Target>();
        for (ReleaseDescriptor release : repository.releases().values()) {
            targets.put(release.targetName(), Target.of(release.targetName(), release.toJson()));
        }
        return targets;
    }

    private <M extends Metadata> Signed<M> signed(M metadata) {
        Role role = metadata.role();
        Signed<M> signed = Signed.draft(metadata);
        try {
            for (MetadataSigner signer : signers(role)) {
                signed = signed.signedBy(signer);
            }
        } catch (GeneralSecurityException failed) {
            throw new Refusal("the " + role.word() + " metadata was not signed: " + failed.getMessage(), failed);
        }
        if (!root.accepts(role, signed)) {
            throw new Refusal("the " + role.word() + " metadata is not signed by the keys that the root names;"
                    + " take the token that has them, or give the role a new key: sign --root … --new-key");
        }
        return signed;
    }

    private List<MetadataSigner> signers(Role role) {
        var signers = new ArrayList<MetadataSigner>();
        for (String id : root.keysOf(role).keyIds()) {
            signers.add(token.key(place(role, id).name(), root.keys().get(id)));
        }
        earlierKeys(role)
                .forEach((id, old) -> places.online(id)
                        .flatMap(place -> token.find(place.name(), old))
                        .ifPresent(signers::add));
        return signers;
    }

    /// Of the latest first, lest the files grow without end.
    private Map<String, TufKey> earlierKeys(Role role) {
        var keys = new LinkedHashMap<String, TufKey>();
        for (Root before : earlier.reversed()) {
            for (String id : before.keysOf(role).keyIds()) {
                if (!root.keysOf(role).keyIds().contains(id) && keys.size() < MAX_EARLIER_KEYS) {
                    keys.put(id, before.keys().get(id));
                }
            }
        }
        return keys;
    }

    private KeyPlaces.OnlineKey place(Role role, String id) {
        return places.online(id)
                .orElseThrow(() -> new Refusal("keys.json does not say where the " + role.word() + " key " + id
                        + " is; bring back the keys.json that does"));
    }
}
