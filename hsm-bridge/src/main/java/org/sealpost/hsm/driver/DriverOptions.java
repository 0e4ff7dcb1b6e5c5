package org.sealpost.hsm.driver;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import org.sealpost.hsm.Replies;

/// How a driver process is run.
///
/// `environment` is added to this process's own, for libraries that find their settings there. `patience` is how
/// long the process may be silent, or the token may be UNRESPONSIVE with calls that do not come back, before it is
/// killed; opening the token may take three times as long.
///
/// Signatures are handed out on `replies`, in this process; failures on virtual threads. `Runnable::run`
/// completes a future on the thread that reads from the driver, so that no other is woken: for callers who wait
/// with `get`, or hang nothing on a future that could block, since that would hold up all answers of the token.
public record DriverOptions(Map<String, String> environment, Duration patience, Executor replies) {
    public static final DriverOptions DEFAULT =
            new DriverOptions(Map.of(), Duration.ofSeconds(10), Replies.ON_THREADS_OF_THEIR_OWN);

    public DriverOptions {
        environment = Map.copyOf(environment);
        if (patience.toMillis() < 10) {
            throw new IllegalArgumentException("patience must be at least 10 ms, not " + patience);
        }
    }

    public DriverOptions withEnvironment(Map<String, String> added) {
        return new DriverOptions(added, patience, replies);
    }

    public DriverOptions withPatience(Duration other) {
        return new DriverOptions(environment, other, replies);
    }

    public DriverOptions withReplies(Executor other) {
        return new DriverOptions(environment, patience, other);
    }
}
