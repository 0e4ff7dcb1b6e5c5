package org.sealpost.ota.tuf;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the trusted store holds, as far as it is still good. What is damaged counts as absent, and is remarked
/// on.
final class Known {
    private final TrustedStore store;
    /// Each once, though a file is looked at more than once.
    private final Set<String> remarks = new LinkedHashSet<>();

    Known(TrustedStore store) {
        this.store = store;
    }

    List<String> remarks() {
        return List.copyOf(remarks);
    }

    void remark(String sentence) {
        remarks.add(sentence);
    }

    /// The stored root, if it is whole and signed by its own keys.
    Optional<Signed<Root>> root() throws IOException {
        var stored = load(Root.class, Role.ROOT);
        if (stored.isEmpty()) return stored;
        var root = stored.get().metadata();
        if (root.accepts(Role.ROOT, stored.get())) return stored;
        remark(
                "The stored root.json is damaged (its signatures do not fit); what the image brings is trusted instead.");
        return Optional.empty();
    }

    /// Another stored file, if it is whole and signed as this root asks.
    <M extends Metadata> Optional<Signed<M>> good(Class<M> kind, Role role, Root root) throws IOException {
        var stored = load(kind, role);
        if (stored.isPresent() && !root.accepts(role, stored.get())) {
            remark("The stored " + role.file()
                    + " is damaged or of other keys; it no longer guards against older versions.");
            return Optional.empty();
        }
        return stored;
    }

    private <M extends Metadata> Optional<Signed<M>> load(Class<M> kind, Role role) throws IOException {
        var bytes = store.load(role);
        if (bytes.isEmpty()) return Optional.empty();
        try {
            return Optional.of(Signed.parse(kind, bytes.get()));
        } catch (Malformed damaged) {
            remark("The stored " + role.file() + " is damaged (it " + damaged.getMessage()
                    + "); it no longer guards against older versions.");
            return Optional.empty();
        }
    }
}
