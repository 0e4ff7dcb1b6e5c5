package org.sealpost.capture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.stage.Stage;

/// Brings the keys that the intake's writer has gathered to files, forgets those that are too old, and makes
/// again what was found bad. Opens the window, too, where that could not be done at the start.
final class KeyFiler implements Stage {
    /// What rotted can hardly be read a moment later, and each try reads up to a segment: some are left out.
    private static final int STEPS_OF_REST = 12;

    private final WindowSizes sizes;
    private final Journal journal;
    private final RememberedKeys keys;
    private final WindowFolder folder;
    private final WindowOpening opening;

    // After an entry could not be read; how many steps rest until it is tried again.
    private String unreadable = "";
    private int resting;

    KeyFiler(WindowSizes sizes, Journal journal, Fingerprint fingerprint, Window window, RememberedKeys keys) {
        this.sizes = sizes;
        this.journal = journal;
        this.keys = keys;
        this.folder = new WindowFolder(window.disk(), journal, fingerprint);
        this.opening = new WindowOpening(sizes, journal, fingerprint, folder);
    }

    @Override
    public String name() {
        return "key-filer";
    }

    /// Opens the window, unless that takes too long.
    ///
    /// @param mostRead how many entries may be read for it
    /// @return whether it is open
    boolean open(long mostRead) throws IOException {
        try {
            opening.run(mostRead).ifPresent(keys::opened);
            return keys.isOpened();
        } catch (JournalDamaged damaged) {
            throw unreadable(damaged);
        }
    }

    /// Nothing is broken by it: the window waits for entries that nobody can read, and says so. That they have no
    /// keys cannot be said.
    private IOException unreadable(JournalDamaged damaged) {
        unreadable = String.valueOf(damaged.getMessage());
        resting = STEPS_OF_REST;
        return new IOException(unreadable, damaged);
    }

    /// @throws IOException if the window's folder cannot be read or written, or entries cannot be read: what was to
    ///     be written still waits
    @Override
    public int step() throws IOException {
        if (resting > 0 && keys.waiting().isEmpty()) {
            resting--;
            throw new IOException(unreadable);
        }
        if (!keys.isOpened()) return open(Long.MAX_VALUE) ? 1 : 0;
        try {
            return next();
        } catch (JournalDamaged damaged) {
            throw unreadable(damaged);
        }
    }

    private int next() throws IOException {
        var waiting = keys.waiting();
        if (waiting.isPresent()) {
            file(waiting.get());
            return 1;
        }
        return renew() || renewFilter() || fileFilter() ? 1 : 0;
    }

    private void file(KeyPart.Closed closed) throws IOException {
        List<KeyFile> files = folder.write(closed);
        List<KeyGeneration> generations = new ArrayList<>(keys.generations());
        for (KeyFile file : files) {
            if (generations.isEmpty() || generations.getLast().isComplete(sizes)) {
                generations.add(KeyGeneration.empty(sizes));
            }
            var newest = generations.removeLast();
            for (int i = 0; i < closed.part().count(); i++) {
                var item = closed.part().item(i);
                if (item.index() < file.header().next()) newest.filter().add(item.fingerprint());
            }
            generations.add(newest.with(file, file.header().count()));
        }
        Dropped old = drop(generations, closed.lastMillis());
        keys.filed(generations);
        for (KeyFile file : old.files) {
            file.close();
            folder.remove(file.name());
            folder.remove(file.name() + WindowFile.BAD);
        }
        for (String name : old.filters) folder.remove(name);
    }

    /// What nobody needs, once it is not shown any more.
    private record Dropped(List<KeyFile> files, List<String> filters) {}

    /// Takes off what need not be remembered any more, the oldest first.
    private Dropped drop(List<KeyGeneration> generations, long nowMillis) {
        long total = 0;
        for (var generation : generations) {
            for (var file : generation.files()) total += file.header().count();
        }
        Dropped dropped = new Dropped(new ArrayList<>(), new ArrayList<>());
        while (!generations.isEmpty()) {
            var oldest = generations.getFirst();
            List<KeyFile> kept = new ArrayList<>(oldest.files());
            while (!kept.isEmpty()) {
                var header = kept.getFirst().header();
                boolean needed = total - header.count() < sizes.rememberedKeys()
                        && header.lastMillis() > nowMillis - sizes.forMillis()
                        && header.next() > journal.firstIndex();
                if (needed) break;
                total -= header.count();
                dropped.files.add(kept.removeFirst());
            }
            if (!kept.isEmpty()) {
                generations.set(0, oldest.withFiles(kept));
                break;
            }
            generations.removeFirst();
            oldest.filterFile().ifPresent(dropped.filters::add);
        }
        return dropped;
    }

    /// Makes one file again that was found bad, or whose segment was written anew; or lets it go with its
    /// segment.
    private boolean renew() throws IOException {
        @Nullable JournalDamaged unreadable = null;
        List<KeyFile> bad = keys.bad();
        List<ClosedSegment> segments = WindowFolder.segments(journal);
        for (var generation : keys.generations()) {
            for (var file : generation.files()) {
                var segment = WindowFolder.segmentWith(segments, file.header().first());
                boolean isBad = bad.contains(file);
                boolean stale = segment.isEmpty()
                        || !segment.get().use().equals(file.header().use());
                if (!isBad && !stale) continue;
                try {
                    renew(file, segment, isBad);
                    return true;
                } catch (JournalDamaged damaged) {
                    // The others are made again meanwhile.
                    unreadable = damaged;
                }
            }
        }
        if (unreadable != null) throw unreadable;
        // They are not shown any more.
        bad.forEach(keys::isGood);
        return false;
    }

    private void renew(KeyFile file, Optional<ClosedSegment> segment, boolean isBad) throws IOException {
        var header = file.header();
        // Set aside only when the entries could be read: the next start makes do with what is left of it.
        Optional<WindowFolder.Scanned> scanned = segment.isEmpty()
                ? Optional.empty()
                : Optional.of(folder.scan(segment.get(), header.first(), header.next(), header.lastMillis()));
        boolean sameUse = segment.filter(now -> now.use().equals(header.use())).isPresent();
        if (isBad && sameUse && folder.disk().list().contains(file.name())) {
            folder.setAside(file.name(), file.name() + " is bad");
        }
        // What was erased must not stay here either, nor in what was set aside earlier.
        if (!sameUse) removeWhatHolds(file);
        Optional<KeyFile> fresh = scanned.isEmpty() ? Optional.empty() : Optional.of(folder.write(scanned.get()));
        List<KeyGeneration> generations = new ArrayList<>();
        for (var generation : keys.generations()) {
            List<KeyFile> files = new ArrayList<>();
            for (var other : generation.files()) {
                if (other == file) fresh.ifPresent(files::add);
                else files.add(other);
            }
            var changed = generation.withFiles(files);
            boolean holdsIt = generation.files().contains(file);
            generations.add(holdsIt && !sameUse ? changed.withStaleFilter() : changed);
        }
        keys.show(generations);
        keys.isGood(file);
        file.close();
        if (fresh.isEmpty()) folder.remove(file.name());
    }

    /// What else holds keys of a file: what was set aside, and the filter's file, which a restart would take as it is.
    private void removeWhatHolds(KeyFile file) throws IOException {
        folder.remove(file.name() + WindowFile.BAD);
        for (var generation : keys.generations()) {
            if (!generation.files().contains(file) || generation.filterFile().isEmpty()) continue;
            folder.remove(generation.filterFile().get());
            folder.disk().forceDirectory();
        }
    }

    /// Once no file is left that has to be made anew: each time costs all files under the filter.
    private boolean renewFilter() throws IOException {
        List<KeyGeneration> generations = new ArrayList<>(keys.generations());
        for (int i = 0; i < generations.size(); i++) {
            var generation = generations.get(i);
            if (!generation.isStale()) continue;
            var anew = new KeyFilter(sizes.filterBlocks());
            for (var file : generation.files()) {
                try {
                    file.forEach(anew::add);
                } catch (WindowFileBad bad) {
                    keys.isBad(file);
                    return true;
                }
            }
            generations.set(i, generation.withFilterMadeAnew(anew));
            keys.show(generations);
            return true;
        }
        return false;
    }

    private boolean fileFilter() throws IOException {
        List<KeyGeneration> generations = new ArrayList<>(keys.generations());
        for (int i = 0; i < generations.size(); i++) {
            var generation = generations.get(i);
            var header = generation.filterHeader();
            if (generation.filterFile().isPresent() || !generation.isFull(sizes) || header.isEmpty()) continue;
            generation.filter().write(folder.disk(), header.get());
            generations.set(i, generation.withFilterIn(header.get().fileName()));
            keys.show(generations);
            return true;
        }
        return false;
    }
}
