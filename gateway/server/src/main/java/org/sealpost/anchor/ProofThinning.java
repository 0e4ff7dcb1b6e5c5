package org.sealpost.anchor;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.journal.JournalEntry;
import org.sealpost.merkle.Hash;

/// Gives up the oldest segment of a journal of proofs, but for the proofs of heads that stay and the parts that any
/// proof names (docs/relay.md §5.3). The relay's thread.
final class ProofThinning {
    private final Journal journal;
    private final ProvedEntries kept;
    private final EntriesBySize proofs;
    private final Map<Hash, Long> shared;

    /// @param proofs where the proof of each head stands, and
    /// @param shared where each part does: both are told where those are that stay, before anything goes
    ProofThinning(Journal journal, ProvedEntries kept, EntriesBySize proofs, Map<Hash, Long> shared) {
        this.journal = journal;
        this.kept = kept;
        this.proofs = proofs;
        this.shared = shared;
    }

    /// See [AnchorProofs#giveUpOldest].
    boolean giveUpOldest(long below, LongPredicate counts) throws IOException {
        var oldest = journal.closedSegments().stream().findFirst();
        if (oldest.isEmpty()) return false;
        var entries = entriesOf(oldest.get());
        boolean isDecided = entries.entrySet().stream()
                .allMatch(each -> !(each.getValue() instanceof ProofEntry.Proof proof)
                        || proof.size() < below
                        || !isNewest(proof, each.getKey()));
        if (!isDecided) return false;
        long next = oldest.get().nextIndex();
        var staying = keep(entries, next, counts);
        // Whoever asks meanwhile finds the copy before the original goes.
        entries.forEach((index, entry) -> move(entry, index, Optional.ofNullable(staying.get(index))));
        journal.recycle(next);
        return true;
    }

    private Map<Long, ProofEntry> entriesOf(ClosedSegment segment) throws IOException {
        var entries = new TreeMap<Long, ProofEntry>();
        int count = Math.toIntExact(segment.nextIndex() - segment.firstIndex());
        journal.scanLeaves(
                segment.firstIndex(), count, (index, leaf) -> entries.put(index, AnchorProofs.decode(leaf, index)));
        return entries;
    }

    private boolean isNewest(ProofEntry.Proof proof, long index) {
        return proofs.at(proof.size()).orElse(-1) == index;
    }

    /// @return where what stays is kept, by its index in the journal; what is damaged does not stay, and is fetched
    ///     anew, but for entry 0
    /// @throws IOException also if what is to stay cannot be read by now
    private Map<Long, Long> keep(Map<Long, ProofEntry> entries, long next, LongPredicate counts) throws IOException {
        var copied = new HashMap<Long, Long>(); // by a thinning that was cut off
        var named = new HashSet<Hash>();
        kept.scan((position, of) -> {
            name(of.entry(), named);
            if (of.index() < next) copied.put(of.index(), position);
        });
        journal.scanLeaves(next, Integer.MAX_VALUE, (index, leaf) -> name(AnchorProofs.decode(leaf, index), named));
        entries.forEach((index, entry) -> {
            if (entry instanceof ProofEntry.Proof proof && stays(proof, index, counts)) name(proof, named);
        });
        var staying = new HashMap<Long, Long>();
        for (var each : entries.entrySet()) {
            long index = each.getKey();
            boolean stays = switch (each.getValue()) {
                case ProofEntry.Opened _ -> true;
                case ProofEntry.Proof proof -> stays(proof, index, counts);
                case ProofEntry.Shared(var part) -> named.contains(part) && shared.getOrDefault(part, -1L) == index;
            };
            if (!stays) continue;
            var before = copied.get(index);
            if (before != null) staying.put(index, before);
            else copy(index).ifPresent(position -> staying.put(index, position));
        }
        if (entries.containsKey(0L) && !staying.containsKey(0L)) throw new IOException("entry 0 cannot be kept");
        kept.force();
        return staying;
    }

    private static void name(ProofEntry entry, Set<Hash> named) {
        if (entry instanceof ProofEntry.Proof proof) named.addAll(proof.shared());
    }

    private boolean stays(ProofEntry.Proof proof, long index, LongPredicate counts) {
        return isNewest(proof, index) && counts.test(proof.size());
    }

    private Optional<Long> copy(long index) throws IOException {
        JournalEntry found;
        try {
            found = journal.read(index);
        } catch (JournalDamaged e) {
            return Optional.empty();
        }
        return found.hasBody() ? Optional.of(kept.keep(found)) : Optional.empty();
    }

    private void move(ProofEntry entry, long index, Optional<Long> position) {
        switch (entry) {
            case ProofEntry.Opened _ -> {}
            case ProofEntry.Proof proof -> {
                if (!isNewest(proof, index)) return;
                position.ifPresentOrElse(
                        at -> proofs.put(proof.size(), AnchorProofs.keptAt(at)),
                        () -> proofs.forget(proof.size(), index));
            }
            case ProofEntry.Shared(var part) ->
                position.ifPresentOrElse(
                        at -> shared.replace(part, index, AnchorProofs.keptAt(at)), () -> shared.remove(part, index));
        }
    }
}
