package org.sealpost.capture;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Disk;
import org.sealpost.journal.Journal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the window: takes the files that fit the journal, makes those that are missing, and reads the entries
/// behind the newest. Repeating it is harmless.
final class WindowOpening {
    private static final Logger LOG = LoggerFactory.getLogger(WindowOpening.class);

    /// Running time where no file says more: far enough from 0 that earlier entries have room below it.
    private static final long BEGINNING = 1L << 42;

    private final WindowSizes sizes;
    private final Journal journal;
    private final Fingerprint fingerprint;
    private final WindowFolder folder;
    private final Disk disk;
    private int made;

    /// @param newest keys behind the last file
    /// @param time   at the last entry
    record Opened(List<KeyGeneration> generations, KeyPart newest, RunningTime time) {}

    WindowOpening(WindowSizes sizes, Journal journal, Fingerprint fingerprint, WindowFolder folder) {
        this.sizes = sizes;
        this.journal = journal;
        this.fingerprint = fingerprint;
        this.folder = folder;
        this.disk = folder.disk();
    }

    /// @param mostRead of entries
    /// @return empty if it may need to read more, and has not begun
    Optional<Opened> run(long mostRead) throws IOException {
        List<ClosedSegment> segments = WindowFolder.segments(journal);
        long size = journal.size();
        long newestSegment =
                journal.openSegment().map(ClosedSegment::firstIndex).orElse(size);
        NavigableMap<Long, KeyFile> byNext = fitting(segments);
        long tail = byNext.isEmpty() ? 0 : Math.max(0, byNext.lastKey());
        long millis = byNext.isEmpty()
                ? BEGINNING
                : byNext.lastEntry().getValue().header().lastMillis();
        tail = Math.max(tail, newestSegment);
        if (toRead(segments, byNext, tail, millis) + size - tail > mostRead) return Optional.empty();

        List<KeyFile> files = needed(segments, byNext, tail, millis);
        List<KeyGeneration> generations = generations(files);
        tidy(byNext.values(), generations);
        if (made > 0) LOG.info("window of keys: {} files were missing and were made from the journal", made);

        var newest = new KeyPart(tail, millis);
        var time = new RunningTime(millis);
        KeyScan.run(journal, tail, size, fingerprint, time, newest::add);
        // This process is a run of its own.
        time.newRun();
        return Optional.of(new Opened(generations, newest, time));
    }

    private void tidy(Collection<KeyFile> old, List<KeyGeneration> generations) throws IOException {
        for (KeyFile file : old) disk.delete(file.name());
        Set<String> used = new HashSet<>();
        for (var generation : generations) generation.filterFile().ifPresent(used::add);
        for (String name : disk.list()) {
            if (name.endsWith(KeyFilter.SUFFIX) && !used.contains(name)) disk.delete(name);
        }
        disk.forceDirectory();
    }

    /// The files that are of this journal, by the entry behind their last one.
    private NavigableMap<Long, KeyFile> fitting(List<ClosedSegment> segments) throws IOException {
        NavigableMap<Long, KeyFile> files = new TreeMap<>();
        for (String name : disk.list().stream().sorted().toList()) {
            if (name.endsWith(WindowFile.PARTIAL)) disk.delete(name);
            if (!name.endsWith(KeyFileHeader.SUFFIX)) continue;
            try {
                KeyFile file = KeyFile.open(disk, name);
                if (!isOfTheseUses(file.header(), segments)) {
                    // Its segment was given up, or written anew without what must not stay here either.
                    LOG.debug(
                            "window of keys: {} is of another use of segment {}; deleted",
                            name,
                            file.header().segment());
                    disk.delete(name);
                    folder.remove(name + WindowFile.BAD);
                    continue;
                }
                requireFit(file, files.isEmpty() ? 0 : files.lastKey());
                files.put(file.header().next(), file);
            } catch (IOException | WindowFileBad bad) {
                folder.setAside(name, String.valueOf(bad.getMessage()));
            }
        }
        return files;
    }

    private static boolean isOfTheseUses(KeyFileHeader header, List<ClosedSegment> segments) {
        return segments.stream()
                .anyMatch(segment -> segment.number() == header.segment()
                        && segment.use().equals(header.use())
                        && segment.firstIndex() <= header.first()
                        && header.next() <= segment.nextIndex());
    }

    private void requireFit(KeyFile file, long from) throws WindowFileBad {
        var header = file.header();
        if (header.secretId() != folder.secretId()) throw new WindowFileBad(file.name(), "was made by another secret");
        if (header.first() < from) throw new WindowFileBad(file.name(), "covers what another one does");
    }

    /// Goes back from the newest entries as far as keys are remembered. What it takes is taken off the map.
    private List<KeyFile> needed(
            List<ClosedSegment> segments, NavigableMap<Long, KeyFile> byNext, long tail, long millis)
            throws IOException {
        Deque<KeyFile> files = new ArrayDeque<>();
        long keys = 0;
        long end = tail;
        long last = millis;
        while (end > journal.firstIndex() && keys < sizes.rememberedKeys() && last > millis - sizes.forMillis()) {
            KeyFile file = byNext.remove(end);
            if (file == null) file = missing(segments, byNext, end, last);
            files.addFirst(file);
            keys += file.header().count();
            end = file.header().first();
            last = file.header().beforeMillis();
        }
        return new ArrayList<>(files);
    }

    /// How many entries of missing files have to be read: at most, since how many of them have keys is not known.
    private long toRead(List<ClosedSegment> segments, NavigableMap<Long, KeyFile> byNext, long tail, long millis) {
        long read = 0;
        long keys = 0;
        long end = tail;
        long last = millis;
        while (end > journal.firstIndex() && keys < sizes.rememberedKeys() && last > millis - sizes.forMillis()) {
            KeyFile file = byNext.get(end);
            if (file != null) {
                keys += file.header().count();
                end = file.header().first();
                last = file.header().beforeMillis();
                continue;
            }
            var segment = WindowFolder.segmentWith(segments, end - 1);
            if (segment.isEmpty()) return read;
            long first = firstMissing(segment.get(), byNext, end);
            read += end - first;
            end = first;
        }
        return read;
    }

    private static long firstMissing(ClosedSegment segment, NavigableMap<Long, KeyFile> byNext, long end) {
        Long behindEarlier = byNext.lowerKey(end);
        return Math.max(segment.firstIndex(), behindEarlier == null ? 0 : behindEarlier);
    }

    private KeyFile missing(List<ClosedSegment> segments, NavigableMap<Long, KeyFile> byNext, long end, long last)
            throws IOException {
        ClosedSegment segment = WindowFolder.segmentWith(segments, end - 1)
                .orElseThrow(() -> new IOException("entry " + end + " went"));
        made++;
        return folder.read(segment, firstMissing(segment, byNext, end), end, last);
    }

    /// Puts the files under filters: those that lie in files of their own, and new ones for the rest.
    private List<KeyGeneration> generations(List<KeyFile> files) throws IOException {
        NavigableMap<Long, KeyFilter.Found> filters = filters();
        List<KeyGeneration> generations = new ArrayList<>();
        KeyGeneration growing = KeyGeneration.empty(sizes);
        for (int i = 0; i < files.size(); ) {
            int end = endUnderFilter(files, i, filters);
            if (end > i) {
                if (!growing.files().isEmpty()) generations.add(growing);
                growing = KeyGeneration.empty(sizes);
                var found = filters.get(files.get(end - 1).header().next());
                generations.add(new KeyGeneration(
                        files.subList(i, end),
                        found.filter(),
                        sizes.generationKeys(),
                        Optional.of(found.header().fileName())));
                i = end;
                continue;
            }
            growing = added(growing, files.get(i++));
            if (growing.isFull(sizes)) {
                generations.add(growing);
                growing = KeyGeneration.empty(sizes);
            }
        }
        if (!growing.files().isEmpty()) generations.add(growing);
        return generations;
    }

    /// The entries behind which the files end that lie under the same filter as the one at `place`; `place` if
    /// there is no such filter.
    private static int endUnderFilter(List<KeyFile> files, int place, NavigableMap<Long, KeyFilter.Found> filters) {
        var filter = filters.ceilingEntry(files.get(place).header().next());
        if (filter == null
                || filter.getValue().header().first()
                        > files.get(place).header().first()) return place;
        for (int i = place; i < files.size(); i++) {
            var header = files.get(i).header();
            if (header.next() > filter.getKey()) break;
            boolean isLast = header.next() == filter.getKey();
            if (isLast && header.use().equals(filter.getValue().header().use())) return i + 1;
        }
        return place;
    }

    private NavigableMap<Long, KeyFilter.Found> filters() throws IOException {
        NavigableMap<Long, KeyFilter.Found> filters = new TreeMap<>();
        for (String name : disk.list()) {
            if (!name.endsWith(KeyFilter.SUFFIX)) continue;
            try {
                KeyFilter.Found found = KeyFilter.read(disk, name);
                if (found.header().secretId() != folder.secretId()) {
                    throw new WindowFileBad(name, "was made by another secret");
                }
                filters.put(found.header().next(), found);
            } catch (IOException | WindowFileBad bad) {
                LOG.warn("window of keys: {}; made again from the files of keys", bad.getMessage());
                disk.delete(name);
            }
        }
        return filters;
    }

    private KeyGeneration added(KeyGeneration generation, KeyFile file) throws IOException {
        try {
            return generation.with(file);
        } catch (IOException | WindowFileBad bad) {
            folder.setAside(file.name(), String.valueOf(bad.getMessage()));
            var header = file.header();
            var segment = WindowFolder.segmentWith(WindowFolder.segments(journal), header.first());
            made++;
            var again = folder.read(segment.orElseThrow(), header.first(), header.next(), header.lastMillis());
            try {
                return generation.with(again);
            } catch (WindowFileBad twice) {
                throw new IOException("just written, and bad: " + twice.getMessage(), twice);
            }
        }
    }
}
