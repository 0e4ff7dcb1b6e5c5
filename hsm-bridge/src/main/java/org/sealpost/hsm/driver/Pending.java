package org.sealpost.hsm.driver;

import org.sealpost.hsm.TokenSetback;

/// What waits for the driver process: answered once, or lost with it.
interface Pending {
    /// On the reading thread, so that it must never run a caller's code.
    void answered(Message.Answer answer) throws ProtocolError;

    /// The process has ended before it answered.
    void lost(TokenSetback reason);
}
