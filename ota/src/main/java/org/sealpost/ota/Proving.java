package org.sealpost.ota;

import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/// How a slot proves itself that was booted and has not yet: the gateway is as well as it was before, and
/// metadata of the source that brought the release verifies here, too. Then the boot check is told, and its
/// word awaited.
///
/// It stands for one boot and is told of nothing but outcomes; what is decided goes into acts.
final class Proving {
    /// What stands for "nobody could see how its parts were": then no red part is held against the new release.
    static final String UNSEEN = "gateway";

    static final String UNCLAIMED = "claim";

    private static final Duration SOURCE_AGAIN = Duration.ofSeconds(15);

    private final Pace pace;

    /// Empty where no update led here: the gateway's answer is all that is asked for then, as the boot check
    /// does.
    private final Optional<Trial> trial;

    /// Whether the release fell back here before: then nothing at all may be red.
    private final boolean fellBack;

    private long lookAt;
    private long sourceAt;
    private boolean well;
    private boolean verified;
    private boolean passed;
    private String gateway = "the gateway has not answered";
    private String source = "its source has not been asked";

    static SortedSet<String> only(String part) {
        return Collections.unmodifiableSortedSet(new TreeSet<>(Set.of(part)));
    }

    /// @param endNanos when it is over
    record Trial(Offer offer, SortedSet<String> red, long endNanos) {}

    /// @param now the time from which on it looks
    Proving(Pace pace, Optional<Trial> trial, boolean fellBack, long now) {
        this.pace = pace;
        this.fellBack = fellBack;
        this.trial = trial;
        this.lookAt = now;
        this.sourceAt = now;
        this.verified = trial.isEmpty();
    }

    /// @param failed takes the reason why it cannot prove itself
    Optional<Next> next(long now, Consumer<String> failed) {
        if (passed) return Optional.of(now < lookAt ? new Next.Wait(lookAt) : new Next.AskConfirmed());
        if (well && verified) return Optional.of(new Next.Pass());
        // What was verified in time is not given up before the gateway was looked at once more.
        boolean lookDue = now - lookAt >= 0;
        if (trial.isPresent() && now - trial.get().endNanos >= 0 && !(verified && lookDue)) {
            failed.accept("not within %d s: %s".formatted(pace.trialDeadline().toSeconds(), missing()));
            return Optional.empty();
        }
        if (lookDue) return Optional.of(new Next.Look());
        if (!verified && now - sourceAt >= 0) {
            return Optional.of(new Next.Check(trial.orElseThrow().offer.from()));
        }
        long then = verified ? lookAt : Math.min(lookAt, sourceAt);
        return Optional.of(
                new Next.Wait(trial.map(t -> Math.min(then, t.endNanos)).orElse(then)));
    }

    /// @param failed takes the reason why it cannot prove itself any more
    void seen(Outcome.Gateway seen, long now, Consumer<String> failed) {
        lookAt = now + pace.look().toNanos();
        if (trial.isPresent() && !seen.unit().isEmpty()) {
            failed.accept(seen.unit());
            return;
        }
        well = isWell(seen);
        gateway = seen.detail();
    }

    private boolean isWell(Outcome.Gateway seen) {
        if (trial.isEmpty()) {
            if (fellBack)
                return seen.answer() == Outcome.Gateway.Answer.PARTS
                        && seen.red().isEmpty();
            return seen.answer() == Outcome.Gateway.Answer.PARTS || seen.answer() == Outcome.Gateway.Answer.UNCLAIMED;
        }
        var before = trial.get().red;
        return switch (seen.answer()) {
            case PARTS -> before.contains(UNSEEN) || before.contains(UNCLAIMED) || before.containsAll(seen.red());
            // An owner who is not known any more is lost, and what is not shown is not well.
            case UNCLAIMED -> before.contains(UNCLAIMED);
            case REFUSES, NONE -> false;
        };
    }

    void checked(Outcome outcome, long now) {
        sourceAt = now + SOURCE_AGAIN.toNanos();
        switch (outcome) {
            case Outcome.Verified _ -> {
                verified = true;
                // That may have taken long, so the gateway is looked at once more.
                well = false;
                gateway = "the gateway was not looked at again since";
                lookAt = now;
            }
            case Outcome.Refused refused -> source = refused.why().sentence();
            case Outcome.Setback setback -> source = setback.sentence();
            default -> throw new IllegalStateException("a look at the source gave " + outcome);
        }
    }

    /// @param told whether the boot check could be told; else it all begins again
    void passed(boolean told, long now) {
        passed = told;
        well = false;
        lookAt = told ? now : now + pace.look().toNanos();
    }

    void unconfirmed(long now) {
        lookAt = now + pace.look().toNanos();
    }

    /// Whether the word for the boot check was given.
    boolean hasPassed() {
        return passed;
    }

    /// What is still to be shown.
    String missing() {
        if (well) return source;
        return verified ? gateway : gateway + "; and " + source;
    }
}
