package org.sealpost.archive;

import java.io.IOException;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.record.ClockReading;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.TreeDamaged;
import org.sealpost.stage.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives up segments of the entries journal by the owner's policy: whole ones, the oldest first. Bodies are
/// gone for good; leaves go to the leaf archive before, so the tree, all proofs, and evidence that was handed
/// out stay.
///
/// Nothing goes that is not final on every required anchorage, or that is needed to know a repeat (I16). An age
/// that is not proven is none. The position of the stage is the journal's first index, so a crash between any
/// two steps costs the step at most.
public final class Retention implements Stage {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    private final RetentionPolicy policy;
    private final Log log;
    private final Finality finality;
    private final Surroundings surroundings;
    private final Optional<ProvenAge> dropAge;

    // Owned by the stage. How far the leaf archive came; whether the search for a proven time goes on; a segment's
    // bytes that could not be removed.
    private long keptBelow;
    private boolean looksOn;
    private boolean unfinished;
    private String obstacle = "";

    private volatile String waitsFor = "";

    /// What is given up, and what stays of it.
    public record Log(Journal entries, SealLog seals, LeafArchive leaves) {}

    /// @param clock      and how good it is
    /// @param neededFrom the first entry that is needed to know a repeat
    /// @param toPublish  why entries below an index are needed to publish their payloads; empty if they are not
    /// @param trail      leads into the log
    public record Surroundings(
            Supplier<ClockReading> clock,
            LongSupplier neededFrom,
            LongFunction<Optional<String>> toPublish,
            Trail trail) {}

    /// Says in the log that entries are given up, before they are: durable when it returns. After a crash the
    /// same entries may come again.
    @FunctionalInterface
    public interface Trail {
        void givenUp(long first, long next, RetentionPolicy.Rule rule) throws IOException;
    }

    /// Reads nothing.
    public Retention(RetentionPolicy policy, Log log, Finality finality, Surroundings surroundings) {
        this.policy = policy;
        this.log = log;
        this.finality = finality;
        this.surroundings = surroundings;
        this.dropAge = policy.dropAfter().map(age -> new ProvenAge(log.seals, age));
    }

    @Override
    public String name() {
        return "retention";
    }

    /// Why the policy is not carried out although it asks for it; empty if it does not, or is. Any thread.
    public String waitsFor() {
        return waitsFor;
    }

    @Override
    public int step() throws IOException {
        obstacle = "";
        looksOn = false;
        try {
            return next();
        } catch (JournalDamaged | TreeDamaged damaged) {
            // Whoever needs what is damaged finds it, too; here nothing is lost by waiting.
            throw new IOException(String.valueOf(damaged.getMessage()), damaged);
        } finally {
            waitsFor = obstacle;
        }
    }

    private int next() throws IOException {
        if (unfinished) giveUpBelow(log.entries.firstIndex());
        var oldest = oldest();
        if (oldest.isEmpty()) return 0;
        var segment = oldest.get();
        var rule = due(segment);
        if (rule.isEmpty()) return looksOn ? 1 : 0;
        if (!mayGo(segment, rule.get())) return 0;
        long below = log.leaves.keep(log.entries, segment.nextIndex());
        if (below < segment.nextIndex()) {
            boolean more = below > keptBelow;
            keptBelow = below;
            if (!more)
                waits(rule.get() + " is due for " + words(segment) + ", which end in a bundle of fewer than 256");
            return more ? 1 : 0;
        }
        surroundings.trail.givenUp(segment.firstIndex(), segment.nextIndex(), rule.get());
        // Meanwhile another history may have been seen, or a chain been rolled back.
        if (!mayGo(segment, rule.get())) return 0;
        giveUpBelow(segment.nextIndex());
        LOG.info("{} were given up by {}; their leaves are kept", words(segment), rule.get());
        return 1;
    }

    /// The last segment stays, whoever writes to it.
    private Optional<ClosedSegment> oldest() {
        return log.entries.closedSegments().stream()
                .findFirst()
                .filter(segment -> segment.nextIndex() < log.entries.size());
    }

    private void giveUpBelow(long index) throws IOException {
        unfinished = true;
        log.entries.recycle(index);
        unfinished = false;
    }

    // --- whether the policy asks for it

    private Optional<RetentionPolicy.Rule> due(ClosedSegment segment) throws IOException {
        boolean tooLarge = policy.maxSizeBytes().isPresent()
                && log.entries.bytesOnDisk() > policy.maxSizeBytes().getAsLong();
        if (tooLarge) return policy.bySize();
        return dropAge.isPresent() && isOlder(segment, dropAge.get()) ? policy.byAge() : Optional.empty();
    }

    private boolean isOlder(ClosedSegment segment, ProvenAge age) throws IOException {
        var now = surroundings.clock.get();
        if (now.state() != ClockReading.State.SYNCED) {
            waits("how old " + words(segment) + " are is not known: the clock is not synchronised");
            return false;
        }
        looksOn = age.lookOn(segment.nextIndex() - 1, now.time());
        if (age.below() >= segment.nextIndex()) return true;
        if (!age.nextIsYoung()) {
            waits("how old " + words(segment) + " are is not known: no seal over them was made by a synchronised"
                    + " clock that was right");
        }
        return false;
    }

    // --- whether it may

    private boolean mayGo(ClosedSegment segment, RetentionPolicy.Rule rule) {
        long next = segment.nextIndex();
        if (finality.required().isEmpty()) {
            waits(rule + " is due, and nothing is given up: no anchorage is required that would hold a head over it");
        } else if (finality.size() < next) {
            waits(rule + " is due for " + words(segment) + ", which are not final on " + finality.missing(next));
        } else if (surroundings.neededFrom.getAsLong() < next) {
            waits(rule + " is due for " + words(segment) + ", which are needed to know repeats");
        } else {
            var owed = surroundings.toPublish.apply(next);
            owed.ifPresent(why -> waits(rule + " is due for " + words(segment) + ", " + why));
            return owed.isEmpty();
        }
        return false;
    }

    private void waits(String why) {
        obstacle = why;
    }

    private static String words(ClosedSegment segment) {
        return "entries " + segment.firstIndex() + " to " + (segment.nextIndex() - 1);
    }
}
