package org.sealpost.admin;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.sealpost.ota.AgentClient;
import org.sealpost.ota.UpdateStatus;

/// The update agent as pages need it, declared here so that they know no wiring.
public interface UpdateAgent {
    /// What it said last, and whether it still answers. Any thread, without waiting.
    Seen seen();

    /// Gives it an order; waits some seconds for the answer, so for worker threads only.
    ///
    /// @throws IOException if it does not answer: nothing is known of the order then
    AgentClient.Answer give(Order order) throws IOException;

    /// One of the orders that an [AgentClient] gives.
    @FunctionalInterface
    interface Order {
        AgentClient.Answer to(AgentClient agent) throws IOException;
    }

    /// @param status  what it said last; empty if it has not answered since the gateway was started
    /// @param silence why it does not answer now; empty while it does
    record Seen(Optional<UpdateStatus> status, Optional<Silence> silence) {}

    /// @param since the first try that failed
    record Silence(String cause, String remedy, Instant since) {}
}
