package org.sealpost.archive;

import java.util.List;
import java.util.stream.Collectors;
import org.sealpost.anchor.Anchored;

/// What is final on every anchorage on which it has to be before anything of it may go.
///
/// @param required where; if there is none, nothing ever counts as final
public record Finality(List<? extends Anchored> required) {
    public Finality {
        required = List.copyOf(required);
    }

    /// The entries below this are final everywhere. Any thread.
    public long size() {
        return required.stream().mapToLong(Anchored::finalSize).min().orElse(0);
    }

    /// On which anchorages the first `size` entries are not final yet.
    String missing(long size) {
        return required.stream()
                .filter(anchorage -> anchorage.finalSize() < size)
                .map(Anchored::name)
                .collect(Collectors.joining(", "));
    }
}
