package org.sealpost.archive.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.archive.index.GuideHeader.Member;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The guides of all parts: one for 64 of them that follow each other. Without any, each part is looked into, which
/// takes longer and finds the same: so whatever is wrong with one it is thrown away, and made again of the parts.
///
/// The stage's thread writes; any thread looks.
final class Guides {
    /// So many parts wait for a guide before it is written again: each writing is one of all its rows.
    static final int MOST_WAITING = 8;

    /// Bounds what a writing holds in memory: 512 KiB for each.
    static final int MOST_AT_ONCE = 8;

    private static final Logger LOG = LoggerFactory.getLogger(Guides.class);

    private final PartFolder folder;
    private final long made;
    private final int blocks;
    private final BooleanSupplier diskFull;
    private final BiConsumer<IndexPart, PartBad> badParts;

    // By the entry with which each begins.
    private final ConcurrentSkipListMap<Long, Guide> guides = new ConcurrentSkipListMap<>();

    // Those that somebody has found bad; taken off by the stage.
    private final Set<Guide> bad = ConcurrentHashMap.newKeySet();

    // Of which a file is being written, and its name.
    private volatile List<Member> working = List.of();
    private volatile String writing = "";

    // The one whose file is being replaced or deleted: what is found in it meanwhile may be of the next one.
    private volatile @Nullable Guide leaving;

    /// @param made        as in [PartHeader]
    /// @param mostEntries of a part
    /// @param badParts    hears of parts that are bad
    Guides(
            PartFolder folder,
            long made,
            int mostEntries,
            BooleanSupplier diskFull,
            BiConsumer<IndexPart, PartBad> badParts) {
        this.folder = folder;
        this.made = made;
        // With two keys a record a quarter of the bits is set, and one stranger in 500 is taken for one of them.
        this.blocks = Math.max(4, mostEntries / 16);
        this.diskFull = diskFull;
        this.badParts = badParts;
    }

    // --- the stage's

    /// Takes what lies in the folder, removes what is of no use, and forgets what is gone.
    void lookOver(boolean first) throws IOException {
        List<String> lying = folder.disk().list().stream()
                .filter(name -> name.endsWith(PartFolder.GUIDE))
                .toList();
        if (first) lying.forEach(this::find);
        for (var guide : guides.values()) {
            if (!lying.contains(guide.header().fileName())) bad.add(guide);
        }
        folder.remove(unknown());
    }

    /// Files that are no guide's, such as a writing leaves that failed. Any thread.
    private List<String> unknown() throws IOException {
        // In this order: what lies there and is not being written any more is among the guides.
        List<String> lying = folder.disk().list();
        String unfinished = writing;
        Set<String> known = new HashSet<>(List.of(unfinished, unfinished + PartFolder.PARTIAL));
        for (var guide : guides.values()) known.add(guide.header().fileName());
        return lying.stream()
                .filter(name -> name.endsWith(PartFolder.GUIDE) || name.endsWith(PartFolder.GUIDE + PartFolder.PARTIAL))
                .filter(name -> !known.contains(name))
                .toList();
    }

    private void find(String name) {
        try {
            var guide = Guide.find(folder, name);
            var header = guide.header();
            if (header.made() == made && header.blocks() == blocks) guides.put(header.begins(), guide);
        } catch (PartBad e) {
            LOG.warn("index: {}; it is made again of the parts", e.getMessage());
        }
    }

    /// Removes what is bad, and the columns of runs that are none any more: at once where their segment was
    /// written anew or somebody waits for it. Those of given up segments lead to nothing: they go together, once
    /// they are as many as come anew at a time.
    ///
    /// @param waited segments of which somebody waits until nothing of an earlier use is left
    /// @return whether there was anything to do
    boolean clear(TreeMap<Long, Run> runs, Set<Long> waited) throws IOException {
        bad.retainAll(guides.values());
        if (!waited.isEmpty()) folder.remove(unknown());
        for (var guide : guides.values()) {
            if (bad.contains(guide)) {
                LOG.info("index: {} is made again of the parts", guide.header().fileName());
                delete(guide);
                return true;
            }
            var gone = guide.header().members().stream()
                    .filter(member -> !member.run().equals(runs.get(member.run().first())))
                    .toList();
            if (gone.isEmpty()) continue;
            boolean all = gone.size() == guide.header().members().size();
            long firstThere = runs.isEmpty() ? Long.MAX_VALUE : runs.firstKey();
            boolean isUrgent = gone.stream()
                    .anyMatch(member -> member.run().first() >= firstThere
                            || waited.contains(member.run().segment()));
            if (!all && !isUrgent && gone.size() < MOST_WAITING) continue;
            if (all || diskFull.getAsBoolean()) delete(guide);
            else write(guide.header().begins(), guide, gone, Map.of());
            return true;
        }
        return false;
    }

    /// Has the parts that wait for it guided.
    ///
    /// @param parts all of them, in their order
    /// @param shut  those that cannot be opened now, which hold up no other
    /// @return whether there was anything to do
    boolean add(Collection<IndexPart> parts, Set<IndexPart> shut) throws IOException {
        if (diskFull.getAsBoolean()) return false;
        for (var group : groups(parts).entrySet()) {
            @Nullable Guide guide = guides.get(group.getKey());
            var waiting = group.getValue().stream()
                    .filter(part -> part.unread().isEmpty() && !shut.contains(part))
                    .filter(part -> guide == null || guide.column(part).isEmpty())
                    .toList();
            if (waiting.isEmpty()) continue;
            // One in the middle will be followed by none.
            boolean inside = guide != null
                    && guide.header().members().stream()
                            .anyMatch(member -> member.run().first()
                                    >= waiting.getFirst().run().first());
            if (!inside && waiting.size() < MOST_WAITING) continue;
            var current = group.getValue().stream().map(Member::of).toList();
            var gone = guide == null
                    ? List.<Member>of()
                    : guide.header().members().stream()
                            .filter(member -> !current.contains(member))
                            .toList();
            if (replace(group.getKey(), guide, gone, waiting.subList(0, Math.min(MOST_AT_ONCE, waiting.size())))) {
                return true;
            }
        }
        return false;
    }

    /// Which parts belong together: those behind the beginning of a guide, and at most 64.
    private Map<Long, List<IndexPart>> groups(Collection<IndexPart> parts) {
        var groups = new TreeMap<Long, List<IndexPart>>();
        long before = Long.MIN_VALUE;
        List<IndexPart> group = new ArrayList<>();
        for (var part : parts) {
            long first = part.run().first();
            @Nullable Long begins = guides.floorKey(first);
            long of = begins == null ? Long.MIN_VALUE : begins;
            if (groups.isEmpty() || of != before || group.size() == GuideHeader.MOST_MEMBERS) {
                boolean isBehind = begins == null || groups.containsKey(of);
                group = new ArrayList<>();
                groups.put(isBehind ? first : of, group);
            }
            before = of;
            group.add(part);
        }
        return groups;
    }

    /// @return whether anything was written
    private boolean replace(long begins, @Nullable Guide old, List<Member> gone, List<IndexPart> more)
            throws IOException {
        // Before anything is read of them: who erases waits for it.
        working = more.stream().map(Member::of).toList();
        try {
            var added = new LinkedHashMap<Member, GuideRows.Column>();
            for (var part : more) {
                column(part).ifPresent(column -> added.put(Member.of(part), column));
            }
            if (added.isEmpty()) return false;
            write(begins, old, gone, added);
            return true;
        } finally {
            working = List.of();
        }
    }

    private Optional<GuideRows.Column> column(IndexPart part) {
        var column = new GuideRows.Column(blocks);
        try {
            part.guided(column::add);
            return Optional.of(column);
        } catch (PartBad e) {
            badParts.accept(part, e);
            return Optional.empty();
        } finally {
            part.looked();
        }
    }

    private void write(long begins, @Nullable Guide old, List<Member> gone, Map<Member, GuideRows.Column> added)
            throws IOException {
        var empty = new GuideHeader(begins, made, blocks, List.of());
        leaving = old;
        writing = empty.fileName();
        try {
            var guide = Guide.write(folder, empty, old, gone, added);
            // From here on it is not the old one's file. If its name does not become durable it is nobody's.
            guides.remove(begins);
            folder.disk().forceDirectory();
            guides.put(begins, guide);
        } catch (PartBad e) {
            LOG.warn("index: {}; it is made again of the parts", e.getMessage());
            if (old != null) delete(old);
        } catch (IOException e) {
            // What must go goes, also where there is no room.
            if (old != null && !gone.isEmpty()) delete(old);
            throw e;
        } finally {
            leaving = null;
            writing = "";
        }
    }

    private void delete(Guide guide) throws IOException {
        leaving = guide;
        try {
            folder.remove(Set.of(guide.header().fileName()));
            guides.remove(guide.header().begins(), guide);
            bad.remove(guide);
        } finally {
            leaving = null;
        }
    }

    // --- for who erases; any thread

    /// Whether no guide knows anything of an earlier use of a segment.
    ///
    /// @param runs of its present use
    boolean areOfPresentUse(long segment, List<Run> runs) throws IOException {
        // First what is being made, and what it replaces: once it is not, it is among the others.
        if (knows(working, segment, runs)) return false;
        var replaced = leaving;
        if (replaced != null && knows(replaced.header().members(), segment, runs)) return false;
        return unknown().isEmpty()
                && guides.values().stream()
                        .noneMatch(guide -> knows(guide.header().members(), segment, runs));
    }

    private static boolean knows(List<Member> members, long segment, List<Run> runs) {
        return members.stream().map(Member::run).anyMatch(run -> run.segment() == segment && !runs.contains(run));
    }

    // --- for those who search, and the self-check; any thread

    /// The guide that leads to a part, if it has one that is of use.
    Optional<Guide> of(IndexPart part) {
        return Optional.ofNullable(guides.floorEntry(part.run().first()))
                .map(Map.Entry::getValue)
                .filter(guide -> !bad.contains(guide))
                .filter(guide -> guide.column(part).isPresent());
    }

    /// Has a guide made again, unless it is none any more.
    ///
    /// @return whether it is still one, and so bad
    boolean isBad(Guide guide, PartBad problem) {
        // In this order: once it has left it is not among the guides.
        if (guide == leaving || guides.get(guide.header().begins()) != guide) return false;
        if (bad.add(guide)) LOG.warn("index: {}; it is made again of the parts", problem.getMessage());
        return true;
    }
}
