package org.sealpost.archive.index;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder of the index: a file for each part. Everything in it can be made again. The stage's thread
/// writes, any thread may open a part.
final class PartFolder {
    static final String SUFFIX = ".db";
    static final String GUIDE = ".guide";
    static final String PARTIAL = ".partial";
    static final String BAD = ".bad";
    static final int MOST_SET_ASIDE = 16;

    private static final Logger LOG = LoggerFactory.getLogger(PartFolder.class);
    private static final Pattern PART = Pattern.compile("[0-9]{16}-[0-9]{16}\\.db");
    private static final Pattern SET_ASIDE = Pattern.compile("[0-9]{16}-[0-9]{16}\\.db\\.([0-9a-f]{8}|unknown)\\.bad");
    private static final Pattern OF_ENTRIES = Pattern.compile("([0-9]{16})-[0-9]{16}\\.db(\\..+)?");

    /// Parts that stay open between looks.
    private static final int MOST_KEPT_OPEN = 16;

    private final Opening opening;
    private final Semaphore keptOpen = new Semaphore(MOST_KEPT_OPEN);

    // Written by the stage's thread.
    private volatile int setAside;

    /// How the folder is reached, and made where it is gone.
    @FunctionalInterface
    public interface Opening {
        Disk open() throws IOException;
    }

    PartFolder(Opening opening) {
        this.opening = opening;
    }

    Disk disk() throws IOException {
        return opening.open();
    }

    /// A place for each part that stays open. Who gets none closes its file after each look.
    Semaphore keptOpen() {
        return keptOpen;
    }

    boolean has(Run run) throws IOException {
        return disk().list().contains(run.fileName());
    }

    /// How many damaged files lie in it.
    int setAside() {
        return setAside;
    }

    /// Gives a damaged file another name, for whoever wants to know what happened to it; not too many of them.
    void setAside(Run run, String problem) throws IOException {
        Disk disk = disk();
        var names = disk.list();
        if (!names.contains(run.fileName())) {
            LOG.warn("index: {}; it is made again from the journal", problem);
            return;
        }
        long there = names.stream().filter(name -> name.endsWith(BAD)).count();
        // Of which use it is only its first block can tell.
        String aside = isOf(run) ? badName(run) : unknownName(run);
        boolean kept = there < MOST_SET_ASIDE || names.contains(aside);
        if (kept) disk.rename(run.fileName(), aside);
        else disk.delete(run.fileName());
        disk.forceDirectory();
        setAside = (int) disk.list().stream().filter(name -> name.endsWith(BAD)).count();
        LOG.warn(
                "index: {}; {}, and made again from the journal",
                problem,
                kept ? "set aside as " + aside : "deleted, since " + MOST_SET_ASIDE + " are set aside already");
    }

    /// The use of the segment is part of it: when the segment is written anew, nothing of before is kept.
    static String badName(Run run) {
        return "%s.%08x%s".formatted(run.fileName(), (int) (run.use().high() >>> 32), BAD);
    }

    private static String unknownName(Run run) {
        return run.fileName() + ".unknown" + BAD;
    }

    /// Whether the file of a run says that it was made of it.
    boolean isOf(Run run) throws IOException {
        try (DiskFile file = disk().open(run.fileName())) {
            return PartHeader.read(file, run.fileName()).run().equals(run);
        } catch (PartBad e) {
            return false;
        } catch (IOException e) {
            if (disk().list().contains(run.fileName())) LOG.debug("{} does not tell its use", run.fileName(), e);
            return false;
        }
    }

    /// All files that were made of entries from one on up to another.
    List<String> names(long first, long next) throws IOException {
        return disk().list().stream()
                .filter(name -> {
                    var found = OF_ENTRIES.matcher(name);
                    if (!found.matches()) return false;
                    long begins = Long.parseLong(found.group(1));
                    return first <= begins && begins < next;
                })
                .toList();
    }

    /// Removes whatever was made of a run that is none any more.
    void remove(Run run) throws IOException {
        remove(Set.of(run.fileName(), badName(run), unknownName(run)));
    }

    /// The same, but for what was set aside.
    void removePart(Run run) throws IOException {
        remove(Set.of(run.fileName()));
    }

    /// Removes what belongs to none of these runs, and what was not written to its end.
    void tidy(Collection<Run> runs) throws IOException {
        Set<String> known = new HashSet<>();
        for (var run : runs) {
            known.add(run.fileName());
            known.add(badName(run));
            known.add(unknownName(run));
        }
        List<String> names = disk().list();
        remove(names.stream()
                .filter(name -> name.endsWith(PARTIAL)
                        || (PART.matcher(name).matches()
                                        || SET_ASIDE.matcher(name).matches())
                                && !known.contains(name))
                .toList());
        setAside = (int) names.stream()
                .filter(name -> name.endsWith(BAD))
                .filter(known::contains)
                .count();
    }

    void remove(Collection<String> names) throws IOException {
        Disk disk = disk();
        boolean any = false;
        for (var name : disk.list()) {
            if (!names.contains(name)) continue;
            try {
                disk.delete(name);
            } catch (NoSuchFileException | FileNotFoundException e) {
                // Somebody was faster.
                continue;
            }
            any = true;
        }
        if (any) disk.forceDirectory();
    }
}
