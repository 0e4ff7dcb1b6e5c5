package org.sealpost.hsm.driver;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import org.sealpost.hsm.Replies;

/// How a driver process is run.
///
/// `environment` is added to this process's own, for libraries that find their settings there. `patience` is how
/// long the token may be UNRESPONSIVE with calls that do not come back before the process is killed; opening the
/// token may take three times as long. `silence` is how long the process itself may say nothing, and three times as
/// long it may take to load the library.
///
/// Signatures are handed out on `replies`, in this process; failures on virtual threads. `Runnable::run`
/// completes a future on the thread that reads from the driver, so that no other is woken: for callers who wait
/// with `get`, or hang nothing on a future that could block, since that would hold up all answers of the token.
public record DriverOptions(Map<String, String> environment, Duration patience, Duration silence, Executor replies) {
    public static final DriverOptions DEFAULT = new DriverOptions(Map.of(), Duration.ofSeconds(10));

    public DriverOptions {
        environment = Map.copyOf(environment);
        if (patience.toMillis() < 10 || silence.compareTo(patience) < 0) {
            throw new IllegalArgumentException(
                    "patience must be at least 10 ms, and silence no less, not " + patience + " and " + silence);
        }
    }

    /// Silent for as long as it may be UNRESPONSIVE.
    public DriverOptions(Map<String, String> environment, Duration patience) {
        this(environment, patience, patience);
    }

    public DriverOptions(Map<String, String> environment, Duration patience, Duration silence) {
        this(environment, patience, silence, Replies.ON_THREADS_OF_THEIR_OWN);
    }

    public DriverOptions withEnvironment(Map<String, String> added) {
        return new DriverOptions(added, patience, silence, replies);
    }

    public DriverOptions withPatience(Duration other) {
        return new DriverOptions(environment, other, other, replies);
    }

    public DriverOptions withReplies(Executor other) {
        return new DriverOptions(environment, patience, silence, other);
    }
}
