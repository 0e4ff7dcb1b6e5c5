package org.sealpost.ota.rauc;

import java.io.IOException;

/// What systemd says of its units, read and never told.
public interface Units {
    /// @param activeState such as `active`, `activating` or `failed`
    /// @param restarts    how often systemd started it again in this boot
    record State(String activeState, long restarts) {
        public boolean hasFailed() {
            return activeState.equals("failed");
        }
    }

    State of(String unit) throws IOException;
}
