package org.sealpost.app.inspect;

import java.io.IOException;
import java.util.Optional;

/// Knows some kinds of file.
@FunctionalInterface
interface Explainer {
    /// @return empty if it is none of those
    Optional<Explanation> explain(Subject subject) throws IOException;
}
