package org.sealpost.anchor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.merkle.Hash;

/// The newest requests that were made in the place of one: a fold over [ReplacedEntry]s. Those of all others mean
/// nothing any more, since one is under way at most. Belongs to the relay's thread.
final class Replacements {
    private Optional<Hash> first = Optional.empty();
    private final List<SignedRequest> dearer = new ArrayList<>();

    void apply(ReplacedEntry.Replaced entry) {
        if (!has(entry.first())) dearer.clear();
        first = Optional.of(entry.first());
        dearer.add(entry.request());
    }

    /// Whether something was made in the place of the request of this id.
    boolean has(Hash id) {
        return first.equals(Optional.of(id));
    }

    /// This request, and what was made in its place.
    RequestRow row(SignedRequest request) {
        var row = new ArrayList<>(List.of(request));
        if (has(request.id())) row.addAll(dearer);
        return new RequestRow(row);
    }
}
