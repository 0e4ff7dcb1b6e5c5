package org.sealpost.lodging;

import org.jspecify.annotations.Nullable;
import org.sealpost.merkle.Hash;

/// What an anchorage holds of an origin at a size.
public sealed interface Finding {
    /// Nothing at this size, and nothing larger. `newestSize` is 0 and the root null if the origin is unknown there.
    record Absent(long newestSize, @Nullable Hash newestRoot) implements Finding {
        public static final Absent EMPTY = new Absent(0, null);
    }

    /// This very head.
    ///
    /// @param isFinal whether it is beyond being taken back, by this anchorage's rule
    record Present(Place place, boolean isFinal) implements Finding {}

    /// Nothing at this size, but a larger head.
    record Covered(long newestSize, Hash newestRoot) implements Finding {}

    /// Another root for this size.
    record Conflict(Hash existingRoot) implements Finding {}
}
