package org.sealpost.ota.tuf;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.ota.tuf.Repository.NotThere;
import org.sealpost.ota.tuf.Repository.TooMuch;

/// One pass of the client's workflow, step by step as in section 5 of the specification. Each file is stored as
/// soon as it is trusted, so that a run that is cut short, or refuses a later file, has not been in vain; the image's
/// root with the first timestamp that passes it.
final class RefreshRun {
    private final Repository repository;
    private final TrustedStore store;
    private final MetadataLimits limits;
    private final Instant now;
    private final Known known;

    /// A root that the image brings, or one that follows it, until a timestamp passes it: a release on trial may
    /// bring the root of another repository, and what it stored would bind the old slot after a fallback.
    private byte @Nullable [] unproven;

    /// Whether what the store holds besides no longer counts once that root does.
    private boolean forgets;

    RefreshRun(Repository repository, TrustedStore store, MetadataLimits limits, Instant now) {
        this.repository = repository;
        this.store = store;
        this.limits = limits;
        this.now = now;
        this.known = new Known(store);
    }

    Trusted run(byte[] imageRoot) throws Refusal, IOException {
        Root root = newestRoot(imageRoot);
        Checks.expiry(Role.ROOT.file(), root, now);
        Timestamp timestamp = timestamp(root);
        Snapshot snapshot = snapshot(root, timestamp);
        Targets targets = targets(root, snapshot);
        return new Trusted(root, timestamp, snapshot, targets, known.remarks());
    }

    /// What was odd so far.
    List<String> remarks() {
        return known.remarks();
    }

    /// 5.2: the stored root, or the image's where that is newer or nothing is stored.
    private Root newestRoot(byte[] imageRoot) throws Refusal, IOException {
        var image = Checks.form(Root.class, "root.json of the image", imageRoot);
        Checks.signature(image.metadata(), "root.json of the image", image);
        var stored = known.root().map(Signed::metadata);
        if (stored.isPresent() && stored.get().version() >= image.metadata().version()) {
            return newestRoot(stored.get(), this::take);
        }
        unproven = imageRoot;
        // Where the stored root is lost, what is stored besides is judged by the newest root's keys alone.
        if (stored.isEmpty()) return newestRoot(image.metadata(), (_, _, bytes) -> unproven = bytes);
        known.remark("The image brings root.json version " + image.metadata().version()
                + ", newer than the stored version " + stored.get().version() + ".");
        forgets = endsFastForward(stored.get(), image.metadata());
        return newestRoot(image.metadata(), (old, next, bytes) -> {
            forgets |= endsFastForward(old, next);
            unproven = bytes;
        });
    }

    private interface Step {
        void to(Root old, Root next, byte[] bytes) throws IOException;
    }

    /// 5.3: one version after the other, each signed by the keys of the one before it and by its own.
    private Root newestRoot(Root first, Step step) throws Refusal, IOException {
        Root root = first;
        for (int steps = 0; steps < limits.rootSteps(); steps++) {
            long version = root.version() + 1;
            var file = Role.ROOT.file(version);
            byte[] bytes;
            try {
                bytes = fetch(file, limits.of(Role.ROOT));
            } catch (NotThere none) {
                return root;
            }
            var next = Checks.form(Root.class, file, bytes);
            Checks.signature(root, file, next);
            Checks.signature(next.metadata(), file, next);
            Checks.announced(file, version, "its name", next.metadata().version());
            step.to(root, next.metadata(), bytes);
            root = next.metadata();
        }
        return root;
    }

    private void take(Root old, Root next, byte[] bytes) throws IOException {
        if (endsFastForward(old, next)) forget();
        store.replace(Role.ROOT, bytes);
    }

    /// Recovery from fast-forward: where the keys of timestamp or snapshot are others, what the old ones said
    /// no longer counts.
    private static boolean endsFastForward(Root old, Root next) {
        return old.rotated(Role.TIMESTAMP, next) || old.rotated(Role.SNAPSHOT, next);
    }

    /// Always before the root is stored: once that is there, nobody sees any more that keys were rotated, and a
    /// timestamp may well pass whose snapshot's key alone is another.
    private void forget() throws IOException {
        store.forget(Role.TIMESTAMP);
        store.forget(Role.SNAPSHOT);
        store.forget(Role.TARGETS);
    }

    /// A timestamp has passed, and so the repository is the one that the root is of.
    private void storeProvenRoot() throws IOException {
        if (unproven == null) return;
        if (forgets) forget();
        store.replace(Role.ROOT, unproven);
        forgets = false;
        unproven = null;
    }

    private <M extends Metadata> Optional<Signed<M>> known(Class<M> kind, Role role, Root root) throws IOException {
        return forgets ? Optional.empty() : known.good(kind, role, root);
    }

    /// 5.4.
    private Timestamp timestamp(Root root) throws Refusal, IOException {
        var file = Role.TIMESTAMP.file();
        var stored = known(Timestamp.class, Role.TIMESTAMP, root);
        byte[] bytes = require(file, limits.of(Role.TIMESTAMP));
        var next = Checks.form(Timestamp.class, file, bytes);
        Checks.signature(root, file, next);
        if (stored.isPresent()) {
            var old = stored.get().metadata();
            Checks.noRollback(file, "timestamp", old.version(), next.metadata().version());
            if (old.version() == next.metadata().version()) return sameTimestamp(old, next.metadata());
            Checks.noRollback(
                    file,
                    "snapshot",
                    old.snapshot().version(),
                    next.metadata().snapshot().version());
        }
        // Says as much where timestamp.json was lost, but not the snapshot.
        var snapshot = known(Snapshot.class, Role.SNAPSHOT, root);
        if (snapshot.isPresent()) {
            long version = snapshot.get().metadata().version();
            Checks.noRollback(
                    file, "snapshot", version, next.metadata().snapshot().version());
        }
        Checks.expiry(file, next.metadata(), now);
        storeProvenRoot();
        store.replace(Role.TIMESTAMP, bytes);
        return next.metadata();
    }

    private Timestamp sameTimestamp(Timestamp old, Timestamp next) throws Refusal, IOException {
        if (!old.equals(next)) {
            known.remark("timestamp.json: version " + next.version()
                    + " came with other content than before; what was known is kept.");
        }
        Checks.expiry(Role.TIMESTAMP.file(), old, now);
        storeProvenRoot();
        return old;
    }

    /// 5.5.
    private Snapshot snapshot(Root root, Timestamp timestamp) throws Refusal, IOException {
        var expected = timestamp.snapshot();
        var stored = known.good(Snapshot.class, Role.SNAPSHOT, root);
        if (stored.isPresent() && isCurrent(Role.SNAPSHOT, stored.get().metadata(), expected)) {
            return stored.get().metadata();
        }
        var file = root.consistentSnapshot() ? Role.SNAPSHOT.file(expected.version()) : Role.SNAPSHOT.file();
        byte[] bytes = require(file, limit(file, Role.SNAPSHOT, expected));
        Checks.described(file, expected, Role.TIMESTAMP.file(), bytes);
        var next = Checks.form(Snapshot.class, file, bytes);
        Checks.signature(root, file, next);
        Checks.announced(
                file, expected.version(), Role.TIMESTAMP.file(), next.metadata().version());
        if (stored.isPresent()) noRollback(file, stored.get().metadata(), next.metadata());
        noRollbackOfTargets(root, file, stored, next.metadata());
        Checks.expiry(file, next.metadata(), now);
        store.replace(Role.SNAPSHOT, bytes);
        return next.metadata();
    }

    private static void noRollback(String file, Snapshot old, Snapshot next) throws Refusal {
        for (var listed : old.files().entrySet()) {
            var found = next.files().get(listed.getKey());
            if (found == null) {
                throw new Refusal(
                        file,
                        Rule.VERSION,
                        "no longer lists " + listed.getKey() + ", which it listed before",
                        "publish a snapshot that lists all that was there");
            }
            Checks.noRollback(file, listed.getKey(), listed.getValue().version(), found.version());
        }
    }

    /// Says as much where the snapshot was lost, but not the targets.
    private void noRollbackOfTargets(Root root, String file, Optional<Signed<Snapshot>> stored, Snapshot next)
            throws Refusal, IOException {
        if (stored.isPresent()) return;
        var targets = known.good(Targets.class, Role.TARGETS, root);
        if (targets.isEmpty()) return;
        long version = targets.get().metadata().version();
        Checks.noRollback(file, Role.TARGETS.file(), version, next.targets().version());
    }

    /// 5.6, without delegations.
    private Targets targets(Root root, Snapshot snapshot) throws Refusal, IOException {
        var expected = snapshot.targets();
        var stored = known.good(Targets.class, Role.TARGETS, root);
        if (stored.isPresent() && isCurrent(Role.TARGETS, stored.get().metadata(), expected)) {
            return stored.get().metadata();
        }
        var file = root.consistentSnapshot() ? Role.TARGETS.file(expected.version()) : Role.TARGETS.file();
        byte[] bytes = require(file, limit(file, Role.TARGETS, expected));
        Checks.described(file, expected, Role.SNAPSHOT.file(), bytes);
        var next = Checks.form(Targets.class, file, bytes);
        Checks.signature(root, file, next);
        Checks.announced(
                file, expected.version(), Role.SNAPSHOT.file(), next.metadata().version());
        Checks.expiry(file, next.metadata(), now);
        store.replace(Role.TARGETS, bytes);
        return next.metadata();
    }

    /// Whether what is stored is what is asked for, so that it need not be fetched.
    private boolean isCurrent(Role role, Metadata stored, FileVersion expected) throws IOException {
        return stored.version() == expected.version()
                && stored.expires().isAfter(now)
                && store.load(role).filter(expected::describes).isPresent();
    }

    private int limit(String file, Role role, FileVersion expected) throws Refusal {
        long length = expected.length().orElse((long) limits.of(role));
        if (length > limits.of(role)) throw tooMuch(file, limits.of(role));
        return (int) length;
    }

    private byte[] require(String file, int maxLength) throws Refusal, IOException {
        try {
            return fetch(file, maxLength);
        } catch (NotThere missing) {
            throw new Refusal(
                    file,
                    Rule.MISSING,
                    "is not there",
                    "publish the whole repository, or correct the source's address");
        }
    }

    private byte[] fetch(String file, int maxLength) throws Refusal, IOException {
        try {
            return repository.fetch(TufClient.METADATA + file, maxLength);
        } catch (TooMuch endless) {
            throw tooMuch(file, maxLength);
        }
    }

    private static Refusal tooMuch(String file, int maxLength) {
        return new Refusal(
                file,
                Rule.SIZE,
                "has more than " + maxLength + " bytes",
                "publish a smaller file, or see who answers in the repository's place");
    }
}
