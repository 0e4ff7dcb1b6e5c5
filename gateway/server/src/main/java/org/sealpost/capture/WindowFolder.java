package org.sealpost.capture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Disk;
import org.sealpost.journal.Journal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes files of keys from entries, and sets aside those that are bad. One thread at a time.
final class WindowFolder {
    private static final Logger LOG = LoggerFactory.getLogger(WindowFolder.class);
    private static final int MOST_SET_ASIDE = 16;

    private final Disk disk;
    private final Journal journal;
    private final Fingerprint fingerprint;

    WindowFolder(Disk disk, Journal journal, Fingerprint fingerprint) {
        this.disk = disk;
        this.journal = journal;
        this.fingerprint = fingerprint;
    }

    Disk disk() {
        return disk;
    }

    long secretId() {
        return fingerprint.id();
    }

    /// All segments, the one that is written to as far as it was forced.
    static List<ClosedSegment> segments(Journal journal) {
        List<ClosedSegment> all = new ArrayList<>(journal.closedSegments());
        journal.openSegment()
                .filter(open -> all.isEmpty() || open.number() > all.getLast().number())
                .ifPresent(all::add);
        return all;
    }

    static Optional<ClosedSegment> segmentWith(List<ClosedSegment> segments, long index) {
        return segments.stream()
                .filter(segment -> segment.firstIndex() <= index && index < segment.nextIndex())
                .findFirst();
    }

    /// Writes the keys of a part, a file for each segment in which its entries lie. Entries that the journal
    /// has given up meanwhile are left out.
    List<KeyFile> write(KeyPart.Closed closed) throws IOException {
        List<KeyFile> files = new ArrayList<>();
        KeyPart part = closed.part();
        long before = part.beforeMillis();
        int place = 0;
        for (ClosedSegment segment : segments(journal)) {
            long first = Math.max(segment.firstIndex(), part.first());
            long next = Math.min(segment.nextIndex(), closed.next());
            if (first >= next) continue;
            List<KeyFile.Item> items = new ArrayList<>();
            for (; place < part.count() && part.item(place).index() < next; place++) {
                if (part.item(place).index() >= first) items.add(part.item(place));
            }
            files.add(write(segment, first, next, before, closed.lastMillis(), items));
            before = closed.lastMillis();
        }
        return files;
    }

    /// The keys of some entries, before they are written.
    record Scanned(
            ClosedSegment segment, long first, long next, long before, long lastMillis, List<KeyFile.Item> items) {}

    /// Reads entries of one segment and writes their keys.
    ///
    /// @param lastMillis running time at the last of them
    KeyFile read(ClosedSegment segment, long first, long next, long lastMillis) throws IOException {
        return write(scan(segment, first, next, lastMillis));
    }

    KeyFile write(Scanned scanned) throws IOException {
        return write(scanned.segment, scanned.first, scanned.next, scanned.before, scanned.lastMillis, scanned.items);
    }

    /// Reads entries of one segment.
    ///
    /// @param lastMillis running time at the last of them
    Scanned scan(ClosedSegment segment, long first, long next, long lastMillis) throws IOException {
        List<KeyFile.Item> items = new ArrayList<>();
        var time = new RunningTime(0);
        KeyScan.run(
                journal, first, next, fingerprint, time, (print, index) -> items.add(new KeyFile.Item(print, index)));
        return new Scanned(segment, first, next, Math.max(0, lastMillis - time.millis()), lastMillis, items);
    }

    private KeyFile write(
            ClosedSegment segment, long first, long next, long before, long last, List<KeyFile.Item> items)
            throws IOException {
        var header = new KeyFileHeader(
                items.size(), segment.number(), segment.use(), first, next, before, last, fingerprint.id());
        return KeyFile.write(disk, header, items.toArray(KeyFile.Item[]::new));
    }

    void remove(String name) throws IOException {
        if (disk.list().contains(name)) disk.delete(name);
    }

    /// Gives a file another name, for whoever wants to know what happened to it; not too many of them.
    void setAside(String name, String problem) throws IOException {
        LOG.warn("window of keys: {}; set aside, and made again from the journal", problem);
        long aside = disk.list().stream()
                .filter(other -> other.endsWith(WindowFile.BAD))
                .count();
        if (aside < MOST_SET_ASIDE) disk.rename(name, name + WindowFile.BAD);
        else disk.delete(name);
        disk.forceDirectory();
    }
}
