package org.sealpost.capture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Journal;
import org.sealpost.stage.Stage;

/// Brings the keys that the intake's writer has gathered to files, forgets those that are too old, and makes
/// again what was found bad. Opens the window, too, where that could not be done at the start.
final class KeyFiler implements Stage {
    private final WindowSizes sizes;
    private final Journal journal;
    private final RememberedKeys keys;
    private final WindowFolder folder;
    private final WindowOpening opening;

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

    /// @throws IOException if the window's folder cannot be read or written: what was to be written still waits
    @Override
    public int step() throws IOException {
        if (!keys.isOpened()) {
            keys.opened(opening.run());
            return 1;
        }
        var waiting = keys.waiting();
        if (waiting.isPresent()) {
            file(waiting.get());
            return 1;
        }
        return renew() || fileFilter() ? 1 : 0;
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
        List<String> old = drop(generations, closed.lastMillis());
        keys.filed(generations);
        for (String name : old) folder.remove(name);
    }

    /// Takes off what need not be remembered any more, the oldest first.
    ///
    /// @return the names of files that nobody needs
    private List<String> drop(List<KeyGeneration> generations, long nowMillis) throws IOException {
        long total = 0;
        for (var generation : generations) {
            for (var file : generation.files()) total += file.header().count();
        }
        List<String> dropped = new ArrayList<>();
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
                KeyFile file = kept.removeFirst();
                file.close();
                dropped.add(file.name());
            }
            if (!kept.isEmpty()) {
                generations.set(0, oldest.withFiles(kept));
                break;
            }
            generations.removeFirst();
            oldest.filterFile().ifPresent(dropped::add);
        }
        return dropped;
    }

    /// Makes one file again that was found bad, or whose segment was written anew; or lets it go with its
    /// segment.
    private boolean renew() throws IOException {
        List<KeyFile> bad = keys.bad();
        List<ClosedSegment> segments = WindowFolder.segments(journal);
        for (var generation : keys.generations()) {
            for (var file : generation.files()) {
                var segment = WindowFolder.segmentWith(segments, file.header().first());
                boolean isBad = bad.contains(file);
                boolean stale = segment.isEmpty()
                        || !segment.get().use().equals(file.header().use());
                if (!isBad && !stale) continue;
                renew(file, segment, isBad);
                return true;
            }
        }
        // They are not shown any more.
        bad.forEach(keys::isGood);
        return false;
    }

    private void renew(KeyFile file, Optional<ClosedSegment> segment, boolean isBad) throws IOException {
        var header = file.header();
        if (isBad && folder.disk().list().contains(file.name())) {
            folder.setAside(file.name(), file.name() + " is bad");
        }
        Optional<KeyFile> fresh = segment.isEmpty()
                ? Optional.empty()
                : Optional.of(folder.read(segment.get(), header.first(), header.next(), header.lastMillis()));
        List<KeyGeneration> generations = new ArrayList<>();
        for (var generation : keys.generations()) {
            List<KeyFile> files = new ArrayList<>();
            for (var other : generation.files()) {
                if (other == file) fresh.ifPresent(files::add);
                else files.add(other);
            }
            generations.add(generation.withFiles(files));
        }
        keys.show(generations);
        keys.isGood(file);
        file.close();
        if (fresh.isEmpty()) folder.remove(file.name());
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
