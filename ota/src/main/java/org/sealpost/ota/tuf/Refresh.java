package org.sealpost.ota.tuf;

import java.util.List;

/// What became of looking for newer metadata.
public sealed interface Refresh permits Trusted, Refused {
    /// Sentences for the log.
    List<String> remarks();
}
