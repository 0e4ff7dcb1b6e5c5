package org.sealpost.archive.index;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.profile.Profiles;
import org.sealpost.stage.Rest;
import org.sealpost.stage.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the index: a part for each run of entries, and the newest entries in memory. What it has is what lies
/// in its folder and fits the journal; the rest it makes, run by run. Knows no writer of the journal and is
/// known to none, so nothing of this can hold up a record.
public final class Indexer implements Stage, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Indexer.class);
    private static final int MOST_ENTRIES_A_STEP = 5_000;
    private static final Duration LONGEST_STEP = Duration.ofSeconds(1);

    /// How often its folder is looked over, and what could not be read is tried again.
    static final Duration LOOK_OVER_EVERY = Duration.ofMinutes(10);

    private final PartFolder folder;
    private final Journal journal;
    private final EntryTerms terms;
    private final TermScan scan;
    private final Surroundings surroundings;
    private final int mostEntries;
    private final NewestTerms newest;
    private final Guides guides;

    // By their first entry; written by the stage's thread.
    private final ConcurrentSkipListMap<Long, IndexPart> parts = new ConcurrentSkipListMap<>();

    // Those that somebody has found bad, and why; taken off by the stage.
    private final ConcurrentHashMap<IndexPart, PartBad> bad = new ConcurrentHashMap<>();

    // Those that somebody could not open; tried again when the folder is looked over.
    private final Set<IndexPart> shut = ConcurrentHashMap.newKeySet();

    // Segments of which somebody waits until nothing of an earlier use is left.
    private final Set<Long> toClear = ConcurrentHashMap.newKeySet();

    // Owned by the stage's thread.
    private final Rest rest;
    private long lookedOverNanos;

    // Written by the stage's thread.
    private volatile boolean lookedOver;
    private volatile Optional<Run> working = Optional.empty();
    private volatile Optional<Instant> unreadSince = Optional.empty();

    /// @param diskFull whether there is no room for what can be made again
    /// @param nanoTime running time
    /// @param clock    for the times in health
    public record Surroundings(BooleanSupplier diskFull, LongSupplier nanoTime, Supplier<Instant> clock) {}

    /// How the folder is reached, and made where it is gone.
    @FunctionalInterface
    public interface Folder extends PartFolder.Opening {}

    private Indexer(Folder folder, Journal journal, EntryTerms terms, Surroundings surroundings, int mostEntries) {
        this.folder = new PartFolder(folder);
        this.journal = journal;
        this.terms = terms;
        this.scan = new TermScan(journal, terms, surroundings.nanoTime);
        this.surroundings = surroundings;
        this.mostEntries = mostEntries;
        this.rest = new Rest(surroundings.nanoTime);
        var complete = Run.complete(journal, mostEntries).lastEntry();
        this.guides = new Guides(this.folder, terms.made(), mostEntries, surroundings.diskFull, this::isBad);
        this.newest = new NewestTerms(
                complete == null ? journal.firstIndex() : complete.getValue().next());
    }

    /// Begins with what lies in the folder; nothing is read yet.
    public static Indexer open(
            Folder folder, Journal journal, TermHash hash, Profiles profiles, Surroundings surroundings) {
        return open(folder, journal, hash, profiles, surroundings, Run.MOST_ENTRIES);
    }

    static Indexer open(
            Folder folder,
            Journal journal,
            TermHash hash,
            Profiles profiles,
            Surroundings surroundings,
            int mostEntries) {
        return new Indexer(folder, journal, new EntryTerms(hash, profiles), surroundings, mostEntries);
    }

    @Override
    public String name() {
        return "indexer";
    }

    @Override
    public Duration pause() {
        return rest.pause();
    }

    /// @throws IOException if the folder cannot be read or written
    @Override
    public int step() throws IOException {
        return rest.after(this::work);
    }

    private int work() throws IOException {
        var runs = Run.complete(journal, mostEntries);
        if (!lookedOver || surroundings.nanoTime.getAsLong() - lookedOverNanos >= LOOK_OVER_EVERY.toNanos()) {
            lookOver(runs.values());
        }
        if (removeStale(runs) || guides.clear(runs, Set.copyOf(toClear)) || clear(runs.values())) return 1;
        if (newest.first() < journal.firstIndex()) newest.dropBelow(journal.firstIndex());
        // Those first whose entries are in memory: else it would grow.
        for (var run : runs.tailMap(newest.first()).values()) {
            // Once they are in memory they need not be read for it again.
            if (run.next() > newest.next()) break;
            if (add(run)) return 1;
        }
        int followed = follow();
        for (var run : runs.headMap(newest.first()).values()) {
            if (add(run)) return followed + 1;
        }
        return guides.add(parts.values(), shut) ? followed + 1 : followed;
    }

    // --- files

    private void lookOver(Collection<Run> runs) throws IOException {
        folder.tidy(runs);
        guides.lookOver(!lookedOver);
        var names = Set.copyOf(folder.disk().list());
        shut.retainAll(parts.values());
        for (var part : parts.values()) {
            if (shut.remove(part)) tryAgain(part);
            if (!names.contains(part.run().fileName())) {
                isBad(part, new PartBad(part.run().fileName() + " is gone"));
            } else if (part.unread().stream().anyMatch(range -> isReadable(range.first()))) {
                drop(part);
                folder.remove(part.run());
            }
        }
        lookedOverNanos = surroundings.nanoTime.getAsLong();
        lookedOver = true;
    }

    private void tryAgain(IndexPart part) {
        try {
            part.check();
        } catch (PartBad e) {
            bad.putIfAbsent(part, e);
        } finally {
            part.looked();
        }
    }

    private boolean isReadable(long index) {
        try {
            if (index >= journal.firstIndex()) terms.of(journal.read(index));
            return true;
        } catch (IOException | JournalDamaged e) {
            return false;
        }
    }

    /// Those that were found bad, whose segment was written anew, or given up.
    private boolean removeStale(TreeMap<Long, Run> runs) throws IOException {
        boolean any = false;
        for (var part : parts.values()) {
            @Nullable PartBad problem = bad.get(part);
            boolean isCurrent = part.run().equals(runs.get(part.run().first()));
            if (problem == null && isCurrent) continue;
            any = true;
            drop(part);
            if (isCurrent && problem != null) folder.setAside(part.run(), String.valueOf(problem.getMessage()));
            else folder.remove(part.run());
        }
        bad.keySet().retainAll(parts.values());
        return any;
    }

    /// Before anything is made: it needs no room.
    private boolean clear(Collection<Run> runs) throws IOException {
        boolean any = false;
        for (long segment : toClear) {
            var names = ofEarlierUse(of(segment, runs));
            folder.remove(names);
            toClear.remove(segment);
            any |= !names.isEmpty();
        }
        return any;
    }

    private static List<Run> of(long segment, Collection<Run> runs) {
        return runs.stream().filter(run -> run.segment() == segment).toList();
    }

    /// Files of entries of a segment that were made of an earlier use, or of which nobody can tell.
    ///
    /// @param runs of its present use
    private List<String> ofEarlierUse(List<Run> runs) throws IOException {
        if (runs.isEmpty()) return List.of();
        var others = new ArrayList<String>();
        for (var name : folder.names(runs.getFirst().first(), runs.getLast().next())) {
            boolean isPresent = false;
            for (var run : runs) isPresent |= isPresent(name, run);
            if (!isPresent) others.add(name);
        }
        return others;
    }

    private boolean isPresent(String name, Run run) throws IOException {
        if (name.equals(PartFolder.badName(run))) return true;
        if (!name.equals(run.fileName())) return false;
        @Nullable IndexPart part = parts.get(run.first());
        return part != null && part.run().equals(run) || folder.isOf(run);
    }

    private void drop(IndexPart part) {
        parts.remove(part.run().first(), part);
        bad.remove(part);
        part.close();
    }

    /// @return whether there was anything to do
    private boolean add(Run run) throws IOException {
        if (parts.containsKey(run.first())) return false;
        working = Optional.of(run);
        try {
            var part = find(run);
            if (part.isEmpty()) part = make(run);
            part.ifPresent(made -> parts.put(run.first(), made));
        } finally {
            working = Optional.empty();
        }
        if (run.next() > newest.first()) newest.dropBelow(run.next());
        tellUnread();
        return true;
    }

    private Optional<IndexPart> find(Run run) throws IOException {
        try {
            var part = IndexPart.find(folder, run, terms.made());
            if (part.isEmpty()) folder.removePart(run);
            return part;
        } catch (PartBad e) {
            // What cannot be opened is replaced by what is made.
            if (!e.isPassing()) folder.setAside(run, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /// @return none if the run was given up meanwhile
    private Optional<IndexPart> make(Run run) throws IOException {
        if (surroundings.diskFull.getAsBoolean()) {
            throw new IOException("the disk is too full to make " + run.fileName());
        }
        var known = newest.of(run);
        if (known.isPresent()) return Optional.of(IndexPart.write(folder, run, terms.made(), known.get(), List.of()));
        var list = new TermList();
        var unread = new Unread.Gathering();
        try {
            scan.run(run.first(), run.next(), unread, found -> {
                list.add(found);
                return true;
            });
        } catch (IndexOutOfBoundsException e) {
            if (journal.firstIndex() <= run.first()) throw e;
            return Optional.empty();
        }
        return Optional.of(IndexPart.write(folder, run, terms.made(), list, unread.ranges()));
    }

    private int follow() throws IOException {
        long from = newest.next();
        long upTo = Math.min(journal.size(), from + MOST_ENTRIES_A_STEP);
        if (from >= upTo) return 0;
        var more = new TermList();
        var unread = new Unread.Gathering();
        // Before they are read: if one is written anew meanwhile this is not what it is then.
        var origins = NewestTerms.Origin.of(journal, from, upTo);
        long begun = surroundings.nanoTime.getAsLong();
        long next = scan.run(from, upTo, unread, found -> {
            more.add(found);
            return surroundings.nanoTime.getAsLong() - begun < LONGEST_STEP.toNanos();
        });
        newest.add(more, unread.ranges(), origins, next);
        tellUnread();
        return (int) (next - from);
    }

    private void tellUnread() {
        if (unread().isEmpty()) unreadSince = Optional.empty();
        else if (unreadSince.isEmpty()) unreadSince = Optional.of(surroundings.clock.get());
    }

    // --- for those who search; any thread

    EntryTerms terms() {
        return terms;
    }

    Guides guides() {
        return guides;
    }

    NewestTerms newest() {
        return newest;
    }

    Journal journal() {
        return journal;
    }

    /// In the order of their entries.
    List<IndexPart> parts() {
        return List.copyOf(parts.values());
    }

    Optional<IndexPart> part(long first) {
        return Optional.ofNullable(parts.get(first));
    }

    /// Up to where these, together, know all entries.
    long covered(List<IndexPart> some, NewestTerms.Seen memory) {
        // After they were taken: what was given up meanwhile is in none of them.
        long covered = journal.firstIndex();
        for (var part : some) {
            if (part.run().first() > covered) return covered;
            covered = Math.max(covered, part.run().next());
        }
        return memory.first() <= covered ? Math.max(covered, memory.next()) : covered;
    }

    long nanoTime() {
        return surroundings.nanoTime.getAsLong();
    }

    /// Has a part made again, unless it is none any more. One that cannot be opened now is only if that lasts.
    void isBad(IndexPart part, PartBad problem) {
        if (parts.get(part.run().first()) != part) return;
        if (problem.isPassing()) shut.add(part);
        else bad.putIfAbsent(part, problem);
    }

    // --- for health, and for who erases; any thread

    /// Whether every run has its part; what is not in one of them is in memory, or will be in a moment.
    public boolean isComplete() {
        return lookedOver && indexedBelow() >= newest.first();
    }

    /// Entries from here on have not been looked at yet; the number of entries if all have.
    public long indexedBelow() {
        var memory = new NewestTerms.Seen(newest.first(), newest.next(), new long[0], List.of());
        return covered(parts(), memory);
    }

    /// How many damaged files were set aside and lie in the folder.
    public int setAside() {
        return folder.setAside();
    }

    /// Entries that damage keeps from being found, with the reason of the first.
    public Optional<Unreadable> unreadable() {
        var all = unread();
        if (all.isEmpty()) return Optional.empty();
        long count =
                all.stream().mapToLong(range -> range.next() - range.first()).sum();
        return Optional.of(new Unreadable(
                all.getFirst().first(), count, all.getFirst().cause(), unreadSince.orElseGet(surroundings.clock)));
    }

    /// @param first the first of them
    /// @param count how many
    public record Unreadable(long first, long count, String cause, Instant since) {}

    private List<Unread> unread() {
        var all = new ArrayList<Unread>();
        parts.values().forEach(part -> all.addAll(part.unread()));
        all.addAll(newest.unread());
        return all;
    }

    /// Whether all that lies in the folder of the entries of a segment was made of its present use: no file is
    /// left of bodies that were erased before this was asked. It comes to that by itself, also where there is no
    /// room for new parts. Hashes of them may stay in memory, and come to no file.
    public boolean isOfPresentUse(long segment) {
        if (!lookedOver) return false;
        var runs = of(segment, Run.complete(journal, mostEntries).values());
        // First what is being made: once it is not, it is among the others.
        var made = working.filter(run -> run.segment() == segment);
        if (made.isPresent() && !runs.contains(made.get())) return false;
        for (var part : parts.values()) {
            if (part.run().segment() == segment && !runs.contains(part.run())) return false;
        }
        try {
            if (guides.areOfPresentUse(segment, runs) && ofEarlierUse(runs).isEmpty()) return true;
        } catch (IOException e) {
            LOG.debug("what lies in the index's folder is not known", e);
        }
        toClear.add(segment);
        return false;
    }

    @Override
    public void close() {
        parts.values().forEach(IndexPart::close);
    }
}
