package org.sealpost.ota;

import java.util.Optional;

/// What the agent can be told to do; who gives orders is not its concern.
sealed interface Order {
    record Status() implements Order {}

    /// @param ca certificates in PEM that the server's is to be trusted by; else the system's
    record Source(Optional<String> url, Optional<String> ca, boolean automatic, String by) implements Order {}

    record Check(String by) implements Order {}

    record Install(Version version, String by) implements Order {}

    record Allow(Version version, String by) implements Order {}
}
