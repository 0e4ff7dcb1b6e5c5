package org.sealpost.capture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Journal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All that is remembered of keys: the newest in memory, the others in files. The intake's writer adds and
/// asks; [KeyFiler] writes what the writer has closed, and shows it the files. The writer touches the disk only
/// where a filter says that a key may have come before.
final class RememberedKeys {
    private static final Logger LOG = LoggerFactory.getLogger(RememberedKeys.class);
    private static final int MOST_OPEN_FILES = 256;

    private final WindowSizes sizes;
    private final Journal journal;
    private final Fingerprint fingerprint;
    private final Window window;
    private final UnreadEntries unread;
    private final Set<KeyFile> bad = ConcurrentHashMap.newKeySet();

    // Replaced as a whole, under this; null until the window has been opened.
    private volatile @Nullable Shelf shelf;

    // Set under this.
    private volatile boolean full;

    // Keys of entries from this one on may be in memory alone: all, as long as there is no shelf; set under this.
    private volatile long filedBelow;

    // The writer's from the moment at which there is a shelf.
    private KeyPart current = new KeyPart(0, 0);
    private RunningTime time = new RunningTime(0);
    private int openFiles;

    /// What stands still while it is looked at.
    ///
    /// @param waiting     what is to be written to a file
    /// @param generations in the order of their entries
    private record Shelf(Optional<KeyPart.Closed> waiting, List<KeyGeneration> generations) {}

    RememberedKeys(WindowSizes sizes, Journal journal, Fingerprint fingerprint, Window window, UnreadEntries unread) {
        this.sizes = sizes;
        this.journal = journal;
        this.fingerprint = fingerprint;
        this.window = window;
        this.unread = unread;
    }

    // --- any thread

    /// Whether nothing more can be remembered for now, or not everything is known: records with keys have to
    /// wait.
    boolean isFull() {
        return full || shelf == null;
    }

    /// How many keys are remembered, not counting the newest part.
    long count() {
        long count = 0;
        for (var generation : generations()) {
            for (var file : generation.files()) count += file.header().count();
        }
        return count;
    }

    /// The first entry whose key is remembered; 0 as long as that is not known.
    synchronized long neededFrom() {
        var now = shelf;
        if (now == null) return 0;
        for (var generation : now.generations) {
            for (var file : generation.files()) return file.header().first();
        }
        return now.waiting.map(closed -> closed.part().first()).orElseGet(() -> current.first());
    }

    /// Whether no key of an entry below this one waits in memory for a file. As long as the window is not open nobody
    /// can tell: whoever opens it may have read the entry.
    boolean isFiledBelow(long next) {
        return filedBelow >= next;
    }

    /// Whether files are known and none of them is of an earlier use of a segment, and no filter holds what one of
    /// them held.
    boolean isUpToDate(ClosedSegment segment) {
        var now = shelf;
        if (now == null) return false;
        for (var generation : now.generations) {
            if (generation.isStale()) return false;
            for (var file : generation.files()) {
                var header = file.header();
                if (header.segment() == segment.number() && !header.use().equals(segment.use())) return false;
            }
        }
        return true;
    }

    void wakeFiler() {
        window.toFile().ring();
    }

    // --- the writer

    /// Remembers the key of an entry that was appended.
    void add(long print, long index) {
        current.add(print, index);
    }

    /// An entry was appended, with a key or without.
    void tick(long sinceBootMicros) {
        if (shelf != null) time.tick(sinceBootMicros);
    }

    /// The entries whose key has this fingerprint, in no order; without those that nobody can read for now.
    long[] candidates(long print) {
        var now = shelf;
        if (now == null) return new long[0];
        long[] found = current.candidates(print);
        if (now.waiting.isPresent()) {
            found = join(found, now.waiting.get().part().candidates(print));
        }
        for (var generation : now.generations) {
            if (!generation.filter().mayHold(print)) continue;
            for (var file : generation.files()) found = join(found, inFile(file, print));
        }
        return found;
    }

    private long[] inFile(KeyFile file, long print) {
        if (bad.contains(file)) return inJournal(file.header(), print);
        try {
            if (!file.isOpen() && ++openFiles > MOST_OPEN_FILES) letFilesRest();
            return file.candidates(print);
        } catch (IOException | WindowFileBad e) {
            LOG.warn("window of keys: {}; it is made again from the journal", e.getMessage());
            bad.add(file);
            window.toFile().ring();
            return inJournal(file.header(), print);
        }
    }

    /// What the file would have said, as long as it cannot.
    private long[] inJournal(KeyFileHeader header, long print) {
        long from = Math.max(header.first(), journal.firstIndex());
        if (from >= header.next()) return new long[0];
        long[][] found = {new long[0]};
        unread.read(from, header.next(), () -> {
            KeyScan.run(journal, from, header.next(), fingerprint, new RunningTime(0), (other, index) -> {
                if (other == print) found[0] = join(found[0], new long[] {index});
            });
            return found;
        });
        return found[0];
    }

    private void letFilesRest() throws IOException {
        openFiles = 1;
        for (var generation : generations()) {
            for (var file : generation.files()) file.rest();
        }
    }

    private static long[] join(long[] some, long[] more) {
        if (more.length == 0) return some;
        long[] all = Arrays.copyOf(some, some.length + more.length);
        System.arraycopy(more, 0, all, some.length, more.length);
        return all;
    }

    /// All that was added is durable. Closes the part if it is full or old, or if the journal has begun another
    /// segment:
    /// what the next start has to read lies in the last one then.
    void forced() {
        if (shelf == null) return;
        long size = journal.size();
        if (size > current.first() && isDue()) closePart(size);
    }

    private boolean isDue() {
        return current.count() >= sizes.partKeys()
                || time.millis() - current.beforeMillis() >= sizes.partMillis()
                || hasOtherSegment();
    }

    private boolean hasOtherSegment() {
        return journal.openSegment()
                .map(open -> open.firstIndex() > current.first())
                .orElse(true);
    }

    private synchronized void closePart(long size) {
        var now = shelf;
        if (now == null) return;
        if (now.waiting.isPresent()) {
            full = current.count() >= sizes.partKeys();
            return;
        }
        var closed = new KeyPart.Closed(current, size, time.millis());
        shelf = new Shelf(Optional.of(closed), now.generations);
        current = new KeyPart(size, time.millis());
        window.toFile().ring();
    }

    // --- the filer

    boolean isOpened() {
        return shelf != null;
    }

    synchronized void opened(WindowOpening.Opened found) {
        current = found.newest();
        time = found.time();
        filedBelow = found.newest().first();
        shelf = new Shelf(Optional.empty(), List.copyOf(found.generations()));
    }

    Optional<KeyPart.Closed> waiting() {
        var now = shelf;
        return now == null ? Optional.empty() : now.waiting;
    }

    List<KeyGeneration> generations() {
        var now = shelf;
        return now == null ? List.of() : now.generations;
    }

    /// What waited lies in files now, which these generations show.
    synchronized void filed(List<KeyGeneration> generations) {
        filedBelow = waiting().map(KeyPart.Closed::next).orElse(filedBelow);
        shelf = new Shelf(Optional.empty(), List.copyOf(generations));
        full = false;
    }

    /// The files have changed, what waits has not.
    synchronized void show(List<KeyGeneration> generations) {
        var now = shelf;
        if (now != null) shelf = new Shelf(now.waiting, List.copyOf(generations));
    }

    List<KeyFile> bad() {
        return new ArrayList<>(bad);
    }

    void isBad(KeyFile file) {
        bad.add(file);
    }

    void isGood(KeyFile file) {
        bad.remove(file);
    }
}
