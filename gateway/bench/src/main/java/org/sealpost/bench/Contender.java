package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A server that takes part in a comparison. Started once, then loaded round by round beside the others.
interface Contender extends AutoCloseable {
    /// What a table calls it; may be the start of a sentence.
    String name();

    /// In a line, what it does with a record before it answers, as far as its configuration says.
    String configuration();

    /// Starts with empty data below the folder, and returns when it takes connections.
    ///
    /// @param wrapper see [ServerProcess#start]
    void start(Path folder, List<String> wrapper) throws IOException, InterruptedException;

    /// Called before each round: whatever an earlier round left behind and would slow this one.
    default void beforeRound() throws IOException, InterruptedException {}

    int port();

    default Optional<LoadPlan.Login> login() {
        return Optional.empty();
    }

    default String topic() {
        return "records/default";
    }

    Duration processorTime();

    /// Waits until everything that was acknowledged is sealed, where the server seals.
    ///
    /// @param acknowledged records since the last call
    /// @return whether it does
    /// @throws IOException if it does not come to pass, or the number is not that of the records taken
    default boolean awaitSealed(long acknowledged) throws IOException, InterruptedException {
        return false;
    }

    /// How long what it acknowledged since its start waited for a seal, where it says that.
    default Optional<SealDelays> sealDelays() throws IOException, InterruptedException {
        return Optional.empty();
    }

    /// Waits until a head that covers all of it is published, where heads are. Outside the time that is measured: a
    /// head is published once a second at most.
    default void checkPublished() throws IOException, InterruptedException {}

    /// Ends the process; the folder stays.
    @Override
    void close() throws IOException;
}
