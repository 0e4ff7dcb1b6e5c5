package org.sealpost.ota;

import java.util.Optional;

/// Takes orders, whoever gives them: the gateway's pages today, a rollout server tomorrow. Called by any
/// thread.
interface Orders {
    /// @param sentence why it was not taken; empty if it was
    record Answer(Optional<String> sentence, UpdateStatus status) {}

    Answer take(Order order);
}
