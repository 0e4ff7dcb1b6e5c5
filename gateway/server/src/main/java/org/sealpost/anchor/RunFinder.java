package org.sealpost.anchor;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.lodging.Publication;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.seal.Leaves;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the runs of consecutive sealed records that are to be published to one ledger. What it knows is thrown away
/// with it, and found again from where the journal of publications ends. Owned by one thread, but for what is marked.
final class RunFinder {
    private static final Logger LOG = LoggerFactory.getLogger(RunFinder.class);

    /// As many records a publication has at most.
    static final int MOST_RECORDS = 100;

    /// So far ahead of what is published it looks.
    static final int MOST_RUNS = 4096;

    /// So many leaves it reads at one look, so that no look takes long.
    static final int MOST_AT_A_LOOK = 1 << 16;

    private static final int LEAVES_AT_ONCE = 4096;

    private final Leaves leaves;
    private final Map<String, Rule> rules;
    private final ArrayDeque<Run> runs = new ArrayDeque<>();
    private long scanned;
    private boolean growing;

    // Written by the owning thread, read by any.
    private volatile int waiting;
    private volatile long neededFrom;

    /// What is published of a profile.
    ///
    /// @param within how long a run that could grow waits for more
    record Rule(Publication.Kind kind, long from, Duration within) {}

    /// @param since when its first record was seen, in nanoseconds
    record Run(String profile, Publication.Kind kind, long first, int count, long since) {
        long end() {
            return first + count;
        }
    }

    /// @param from where to begin
    RunFinder(Leaves leaves, Map<String, Rule> rules, long from) {
        this.leaves = leaves;
        this.rules = Map.copyOf(rules);
        this.scanned = from;
        published();
    }

    /// Looks at what was sealed since, as much as it does at one look. What is damaged is stepped over, as what is
    /// lost.
    ///
    /// @param sealed entries that are
    /// @return whether there is more to look at now
    boolean scan(long sealed, long nanos) throws IOException {
        long end = Math.min(sealed, scanned + MOST_AT_A_LOOK);
        while (scanned < end && runs.size() < MOST_RUNS) {
            try {
                leaves.scan(scanned, (int) Math.min(LEAVES_AT_ONCE, end - scanned), new Journal.LeafVisitor() {
                    @Override
                    public void visit(long index, byte[] leaf) throws IOException {
                        see(index, profile(index, leaf), nanos);
                        scanned = index + 1;
                    }

                    @Override
                    public void lost(long index, byte[] leafHash) {
                        stepOver();
                    }
                });
            } catch (JournalDamaged damaged) {
                LOG.warn("entry {} is damaged, and nothing of it is published: {}", scanned, damaged.getMessage());
                stepOver();
            }
        }
        published();
        return scanned < sealed && runs.size() < MOST_RUNS;
    }

    private void stepOver() {
        growing = false;
        scanned++;
    }

    private static String profile(long index, byte[] leaf) throws IOException {
        try {
            return Leaf.parse(leaf) instanceof HeaderLeaf header ? header.profile() : "";
        } catch (CborMalformed e) {
            throw new IOException("entry " + index + " is not what intake writes: " + e.getMessage(), e);
        }
    }

    private void see(long index, String profile, long nanos) {
        var rule = rules.get(profile);
        if (rule == null || index < rule.from) {
            growing = false;
            return;
        }
        var last = runs.peekLast();
        boolean goesOn = growing
                && last != null
                && last.profile.equals(profile)
                && last.end() == index
                && last.count < MOST_RECORDS;
        if (goesOn) {
            runs.removeLast();
            runs.add(new Run(profile, rule.kind, last.first, last.count + 1, last.since));
        } else {
            runs.add(new Run(profile, rule.kind, index, 1, nanos));
        }
        growing = true;
    }

    /// The oldest run, if it cannot grow any more or has waited long enough.
    Optional<Run> due(long nanos) {
        var oldest = runs.peekFirst();
        if (oldest == null) return Optional.empty();
        boolean mayGrow = growing && runs.size() == 1 && oldest.count < MOST_RECORDS;
        boolean hasWaited = nanos - oldest.since >= rule(oldest).within.toNanos();
        return !mayGrow || hasWaited ? Optional.of(oldest) : Optional.empty();
    }

    private Rule rule(Run run) {
        return Optional.ofNullable(rules.get(run.profile)).orElseThrow();
    }

    /// Entries below this are done with.
    void cut(long below) {
        while (!runs.isEmpty() && runs.getFirst().first < below) {
            var first = runs.removeFirst();
            if (first.end() <= below) continue;
            int left = (int) (first.end() - below);
            runs.addFirst(new Run(first.profile, first.kind, below, left, first.since));
        }
        published();
    }

    private void published() {
        waiting = runs.size();
        neededFrom = runs.stream()
                .filter(run -> run.kind != Publication.Kind.COMMITMENTS)
                .mapToLong(Run::first)
                .findFirst()
                .orElse(scanned);
    }

    /// How many runs wait, as far as it has looked ahead: [#MOST_RUNS] at most. Any thread.
    int waiting() {
        return waiting;
    }

    /// Payloads from this entry on are needed; [Long#MAX_VALUE] where no profile's are. Any thread.
    long neededFrom() {
        boolean needsPayloads = rules.values().stream().anyMatch(rule -> rule.kind != Publication.Kind.COMMITMENTS);
        return needsPayloads ? neededFrom : Long.MAX_VALUE;
    }
}
