package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.seal.LogIdentity;

/// Records that lie in the logs of two origins or more: what no seal of one covered was taken over by the one
/// that goes on from it (docs/formats.md §31), and nothing was taken away. So they are gone once they were
/// erased in each.
final class TailCopies implements AutoCloseable {
    private static final int MOST_NAMED = 20;

    private final LogIdentity present;
    private final List<EarlierLog> earlier;
    private final List<String> unread;

    /// @param present the log that goes on
    /// @param earlier those before it that can be read; they stay the caller's to close
    TailCopies(LogIdentity present, List<EarlierLog> earlier) {
        this(present, earlier, List.of());
    }

    private TailCopies(LogIdentity present, List<EarlierLog> earlier, List<String> unread) {
        this.present = present;
        this.earlier = List.copyOf(earlier);
        this.unread = List.copyOf(unread);
    }

    /// @param folders of the logs before it, which are opened for reading
    static TailCopies open(LogIdentity present, List<Path> folders) {
        var earlier = new ArrayList<EarlierLog>();
        var unread = new ArrayList<String>();
        for (var folder : folders) {
            try {
                earlier.add(EarlierLog.open(folder));
            } catch (IOException | RuntimeException e) {
                unread.add(unreadable(folder, Refusal.words(e)));
            }
        }
        return new TailCopies(present, earlier, unread);
    }

    static String unreadable(Path folder, String cause) {
        return folder + " may have them as well, and cannot be read: " + cause + "; bring it back, and have them erased"
                + " there; where that cannot be done any more, only whoever deletes it erases them: then take it out of"
                + " origin.earlier";
    }

    /// The same records in the log of an origin that ended.
    record Copies(EarlierLog log, List<IndexRange> ranges) {
        /// What still has to be done there.
        ///
        /// @param form  in which they are to be erased
        /// @param first what has to be done before, in words
        /// @return empty if their bytes are gone there
        Optional<String> remedy(ErasureForm form, String config, String first) {
            var left = ranges.stream().filter(range -> log.holds(range, form)).toList();
            if (left.isEmpty()) return Optional.empty();
            var toOrder = left.stream()
                    .filter(range -> log.isToBeOrdered(range, form))
                    .toList();
            var origin = log.identity().origin().name();
            return Optional.of(entries(left) + " of " + origin + " in " + log.folder() + same(left) + ": " + first
                    + "sealpost erase --config " + config + " --origin " + origin
                    + (toOrder.isEmpty() ? "" : options(form) + arguments(toOrder)));
        }
    }

    /// Those in the logs before the present one.
    List<Copies> before(List<IndexRange> ranges) {
        return before(present, ranges);
    }

    /// Those in the logs before this one and behind it, but for the present one.
    List<Copies> beside(EarlierLog log, List<IndexRange> ranges) {
        var all = new ArrayList<>(before(log.identity(), ranges));
        all.addAll(behind(log, ranges));
        return all;
    }

    /// Those in the present one.
    List<IndexRange> inPresent(EarlierLog log, List<IndexRange> ranges) {
        var behind = behind(log, ranges);
        var last = behind.isEmpty() ? new Copies(log, ranges) : behind.getLast();
        return last.log.successor().isOf(present) ? mapped(last.ranges, last.log.tail()::places) : List.of();
    }

    Optional<EarlierLog> named(String origin) {
        return earlier.stream()
                .filter(log -> log.identity().origin().name().equals(origin))
                .findFirst();
    }

    /// Of directories that may hold some, in words.
    List<String> unread() {
        return unread;
    }

    /// Of logs that have bytes which went on in one whose directory is not here, in words: which they are cannot be
    /// told.
    ///
    /// @param form in which they are to be erased
    List<String> beyondGaps(ErasureForm form) {
        return earlier.stream()
                .filter(this::isBeforeGap)
                .flatMap(log -> log.tail().all().filter(range -> log.holds(range, form)).stream()
                        .map(range -> beyondGap(log, range)))
                .toList();
    }

    private boolean isBeforeGap(EarlierLog log) {
        return !log.successor().isOf(present) && behind(log).isEmpty();
    }

    /// The other way, of a log that has such: what goes on may have them as well.
    Optional<String> aheadOfGap(EarlierLog log) {
        return log.tail()
                .all()
                .filter(_ -> isBeforeGap(log))
                .map(range -> entries(List.of(range)) + " of "
                        + log.identity().origin() + " went on in "
                        + log.successor().origin()
                        + ", whose directory is not read, so which of them are in " + present.origin()
                        + " cannot be told: look for them there, by their clients' keys");
    }

    private static String beyondGap(EarlierLog log, IndexRange range) {
        return entries(List.of(range)) + " of " + log.identity().origin() + " in " + log.folder()
                + " may be the same: they went on in "
                + log.successor().origin() + ", whose directory is not read, so which they are cannot be told: bring it"
                + " back and name it in origin.earlier, or have all of these erased with --origin "
                + log.identity().origin();
    }

    private List<Copies> before(LogIdentity log, List<IndexRange> ranges) {
        var all = new ArrayList<Copies>();
        var at = log;
        var now = ranges;
        // Each leads to another one, so that it ends.
        for (int i = 0; i < earlier.size(); i++) {
            var old = endedFor(at);
            if (old.isEmpty()) break;
            now = mapped(now, old.get().tail()::sources);
            if (now.isEmpty()) break;
            all.add(new Copies(old.get(), now));
            at = old.get().identity();
        }
        return all;
    }

    private Optional<EarlierLog> endedFor(LogIdentity log) {
        return earlier.stream().filter(one -> one.successor().isOf(log)).findFirst();
    }

    private List<Copies> behind(EarlierLog log, List<IndexRange> ranges) {
        var all = new ArrayList<Copies>();
        var at = new Copies(log, ranges);
        for (int i = 0; i < earlier.size(); i++) {
            var places = mapped(at.ranges, at.log.tail()::places);
            var next = behind(at.log);
            if (places.isEmpty() || next.isEmpty()) break;
            at = new Copies(next.get(), places);
            all.add(at);
        }
        return all;
    }

    private Optional<EarlierLog> behind(EarlierLog log) {
        return earlier.stream()
                .filter(one -> log.successor().isOf(one.identity()))
                .findFirst();
    }

    private static List<IndexRange> mapped(
            List<IndexRange> ranges, Function<IndexRange, Optional<IndexRange>> mapping) {
        return ranges.stream().map(mapping).flatMap(Optional::stream).distinct().toList();
    }

    // --- in words

    static String entries(List<IndexRange> ranges) {
        return (isOne(ranges) ? "entry " : "entries ") + arguments(ranges);
    }

    static String same(List<IndexRange> ranges) {
        return isOne(ranges) ? " is the same record" : " are the same records";
    }

    /// Of `sealpost erase`, before the entries.
    static String options(ErasureForm form) {
        return " --rule WHY " + (form == ErasureForm.BODY_AND_SALTS ? "--salts " : "");
    }

    /// As `sealpost erase` takes them.
    static String arguments(List<IndexRange> ranges) {
        return ranges.stream()
                        .limit(MOST_NAMED)
                        .map(range -> range.count() == 1
                                ? String.valueOf(range.first())
                                : range.first() + "-" + (range.next() - 1))
                        .collect(Collectors.joining(" "))
                + (ranges.size() > MOST_NAMED ? " and more" : "");
    }

    private static boolean isOne(List<IndexRange> ranges) {
        return ranges.size() == 1 && ranges.getFirst().count() == 1;
    }

    @Override
    public void close() throws IOException {
        for (var log : earlier) log.close();
    }
}
