package org.sealpost.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.sealpost.admin.HealthView;
import org.sealpost.anchor.Anchored;
import org.sealpost.archive.ErasingPolicies;
import org.sealpost.archive.Retention;
import org.sealpost.archive.RetentionPolicy;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.capture.Intake;
import org.sealpost.capture.IntakeOutcome;
import org.sealpost.record.ClockReading;
import org.sealpost.stage.StageHealth;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Retention as the gateway has it: over its log, and with its word in the log.
final class RetentionParts {
    /// Of the entry that says what is given up.
    static final String PROFILE = "sealpost.retention";

    private static final Logger LOG = LoggerFactory.getLogger(RetentionParts.class);
    private static final int DISK_FULL = 507;
    private static final String REMEDY =
            "records are captured and sealed meanwhile, and nothing more is given up; it is tried again by itself. Where"
                    + " an entry is damaged: stop the gateway, then sealpost journal examine";

    private static final String ERASING_REMEDY =
            "what was ordered before is erased, and nothing more; it is tried again by itself: make room where the disk"
                    + " is full; where an entry is damaged, stop the gateway, then sealpost journal examine, and salvage";

    private static final String STOPPED_REMEDY =
            "leave out the erase-after of single profiles, so that the one of [retention] erases all that lies between"
                    + " in one stretch; or give the orders yourself";

    /// Each takes some 200 bytes of the heap.
    private static final int MOST_ERASED_RANGES = 250_000;

    private RetentionParts() {}

    static Retention of(
            RetentionSettings settings,
            LogParts log,
            List<? extends Anchored> anchorages,
            Intake intake,
            LongFunction<Optional<String>> toPublish,
            Supplier<ClockReading> clock) {
        var finality = settings.finality(anchorages);
        if (finality.required().isEmpty()) {
            LOG.warn(
                    "retention: nothing will be given up, since no anchorage is required: none of those that are"
                            + " configured convinces others and takes one history only; retention.required names one all the same");
        }
        return new Retention(
                settings.policy(),
                new Retention.Log(log.entries(), log.seals(), log.archive()),
                finality,
                new Retention.Surroundings(
                        clock, intake::neededFrom, toPublish, (first, next, rule) -> note(intake, first, next, rule)));
    }

    static ErasingPolicies erasing(
            RetentionSettings settings,
            LogParts log,
            Erasures erasures,
            List<? extends Anchored> anchorages,
            Intake intake,
            Supplier<ClockReading> clock,
            Duration patience) {
        var finality = settings.finality(anchorages);
        if (finality.required().isEmpty()) {
            LOG.warn(
                    "erase-after: nothing will be erased, since no anchorage is required: none of those that are"
                            + " configured convinces others and takes one history only; retention.required names one all the same");
        }
        return new ErasingPolicies(
                settings.erasing(),
                new ErasingPolicies.Log(log.entries(), log.seals()),
                erasures,
                finality,
                new ErasingPolicies.Surroundings(clock, System::nanoTime, intake::neededFrom, patience),
                new ErasingPolicies.Bounds(MOST_ERASED_RANGES));
    }

    static HealthView.Part part(ErasingPolicies policies, StageHealth stage) {
        return erasingPart(policies.name(), policies.waitsFor(), policies.stopped(), stage);
    }

    /// @param stopped why a policy does not go on without the owner: bodies stay that are to go, so it is red
    static HealthView.Part erasingPart(String name, String waitsFor, String stopped, StageHealth stage) {
        return stopped.isEmpty() || stage.failing()
                ? part(name, waitsFor, stage, ERASING_REMEDY)
                : new HealthView.Part(name, false, stopped, STOPPED_REMEDY, Optional.empty());
    }

    /// The same entries may be given up twice, and by another rule, where a crash came between this and the
    /// deed: the first word stands.
    private static void note(Intake intake, long first, long next, RetentionPolicy.Rule rule) throws IOException {
        var key = "retention-" + first + "-" + next;
        var content = content(first, next, rule);
        switch (BoxRecord.offer(intake, PROFILE, Optional.of(key), "retention", "application/json", content)) {
            case IntakeOutcome.Accepted _, IntakeOutcome.Repeated _, IntakeOutcome.Conflict _ -> {}
            case IntakeOutcome.Busy _ -> throw new IOException("the intake has more to do than it can hold");
            case IntakeOutcome.Refused(var problem) -> {
                if (problem.status() != DISK_FULL) throw new IOException(problem.title());
                // What is to be given up is the room that its own record has not.
                LOG.warn(
                        "entries {} to {} are given up by {}; there is no room to say so in the log",
                        first,
                        next - 1,
                        rule);
            }
        }
    }

    static byte[] content(long first, long next, RetentionPolicy.Rule rule) {
        return "{\"rule\":\"%s\",\"value\":%d,\"entries\":[%d,%d]}"
                .formatted(rule.key(), rule.value(), first, next)
                .getBytes(StandardCharsets.UTF_8);
    }

    static HealthView.Part part(Retention retention, StageHealth stage) {
        return part(retention.name(), retention.waitsFor(), stage, REMEDY);
    }

    private static HealthView.Part part(String name, String waitsFor, StageHealth stage, String remedy) {
        return stage.failing()
                ? new HealthView.Part(name, false, stage.cause().orElse("unknown"), remedy, stage.since())
                : new HealthView.Part(name, true, waitsFor, "", Optional.empty());
    }
}
