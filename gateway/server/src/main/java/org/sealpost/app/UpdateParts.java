package org.sealpost.app;

import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.sealpost.admin.HealthView;
import org.sealpost.admin.UpdateAgent;
import org.sealpost.archive.Archive;
import org.sealpost.archive.StoredRecord;
import org.sealpost.capture.Intake;
import org.sealpost.control.ControlLog;
import org.sealpost.ota.AgentClient;
import org.sealpost.ota.UpdateActs;
import org.sealpost.ota.UpdateStatus;
import org.sealpost.stage.Stage;
import org.sealpost.stage.StageHealth;
import org.sealpost.stage.StageRunner;

/// What a gateway has to do with its update agent: it asks how it stands, and copies its acts into the log.
final class UpdateParts implements AutoCloseable {
    /// What all of it is called among the parts of [HealthView].
    static final String NAME = "updates";

    private static final String DAMAGED = "damaged";

    private final AgentWatch watch;
    private final StageRunner watching;
    private final StageRunner copying;

    private UpdateParts(AgentWatch watch, StageRunner watching, StageRunner copying) {
        this.watch = watch;
        this.watching = watching;
        this.copying = copying;
    }

    /// @param runner starts a stage on a thread of its own
    static UpdateParts start(
            GatewayConfig.Update config,
            Intake intake,
            ControlLog control,
            Archive archive,
            Function<Stage, StageRunner> runner) {
        var watch = new AgentWatch(new AgentClient(config.agent()), System::nanoTime, InstantSource.system());
        var scribe = new UpdateScribe(
                new UpdateActs(config.acts()),
                control,
                IntakeTrail.ofUpdates(intake),
                index -> archive.find(index).map(StoredRecord::content).map(content -> content.payload()));
        return new UpdateParts(watch, runner.apply(watch), runner.apply(scribe));
    }

    UpdateAgent agent() {
        return watch;
    }

    /// As one part of the box's health, whatever is wrong.
    HealthView.Part part() {
        return part(watch.lasting(), watch.seen().status(), copying.health());
    }

    static HealthView.Part part(
            Optional<UpdateAgent.Silence> silence, Optional<UpdateStatus> status, StageHealth copying) {
        if (silence.isPresent()) {
            var known = silence.get();
            return new HealthView.Part(NAME, false, known.cause(), known.remedy(), Optional.of(known.since()));
        }
        if (copying.failing()) {
            return new HealthView.Part(
                    NAME,
                    false,
                    "acts of the update agent wait for their place in the log: "
                            + copying.cause().orElse("unknown"),
                    "if its folder was changed or is damaged, bring it back as it was; else they are copied by themselves",
                    copying.since());
        }
        if (status.filter(last -> last.state().equals(DAMAGED)).isPresent()) {
            return new HealthView.Part(
                    NAME,
                    false,
                    "the update agent's memory of what it did is damaged, so it installs nothing",
                    "bring its folder back as it was; records are taken and sealed meanwhile",
                    Optional.empty());
        }
        return new HealthView.Part(NAME, true, "", "", Optional.empty());
    }

    @Override
    public void close() {
        copying.close();
        watching.close();
    }
}
