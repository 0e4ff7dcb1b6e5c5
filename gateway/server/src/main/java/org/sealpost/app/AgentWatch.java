package org.sealpost.app;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.sealpost.admin.UpdateAgent;
import org.sealpost.ota.AgentClient;
import org.sealpost.ota.UpdateStatus;
import org.sealpost.stage.Stage;

/// Asks the update agent again and again how it stands, and keeps the answer for whoever must not wait. Its own thread
/// steps it; any thread looks and gives orders.
final class AgentWatch implements Stage, UpdateAgent {
    /// An agent is started anew within seconds, and a release that is installed starts its own.
    static final Duration SILENT = Duration.ofMinutes(2);

    private static final String REMEDY =
            "its service is started again by itself; if this stays, start the box again: records are taken meanwhile";

    private final AgentClient agent;
    private final LongSupplier nanoTime;
    private final InstantSource clock;

    // Answers come on several threads; the last one stays.
    private volatile Optional<UpdateStatus> status = Optional.empty();
    private volatile Optional<Silent> silent = Optional.empty();

    /// @param sinceNanos running time, since the clock may be set meanwhile
    private record Silent(Silence silence, long sinceNanos) {}

    AgentWatch(AgentClient agent, LongSupplier nanoTime, InstantSource clock) {
        this.agent = agent;
        this.nanoTime = nanoTime;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "agent-watch";
    }

    @Override
    public int step() throws IOException {
        give(client -> new AgentClient.Answer(Optional.empty(), client.status()));
        return 0;
    }

    @Override
    public AgentClient.Answer give(Order order) throws IOException {
        try {
            var answer = order.to(agent);
            status = Optional.of(answer.status());
            silent = Optional.empty();
            return answer;
        } catch (IOException e) {
            var cause = "the update agent does not answer: " + e.getMessage();
            var before = silent;
            var since = before.map(known -> known.silence.since()).orElseGet(clock::instant);
            long sinceNanos = before.map(Silent::sinceNanos).orElseGet(nanoTime::getAsLong);
            silent = Optional.of(new Silent(new Silence(cause, REMEDY, since), sinceNanos));
            throw e;
        }
    }

    @Override
    public Seen seen() {
        return new Seen(status, silent.map(Silent::silence));
    }

    /// Its silence, once it is too long for a restart.
    Optional<Silence> lasting() {
        return silent.filter(known -> nanoTime.getAsLong() - known.sinceNanos >= SILENT.toNanos())
                .map(Silent::silence);
    }
}
