package org.sealpost.anchor;

import java.io.IOException;
import java.util.Optional;
import org.sealpost.journal.Journal;
import org.sealpost.lodging.OriginId;
import org.sealpost.record.CborMalformed;

/// How a journal of publications is read: with what was kept of entries that it gave up, it becomes the fold
/// over all of them.
final class PublicationJournal {
    private PublicationJournal() {}

    /// @param finished what stays of entries that were given up; empty where none ever is
    /// @throws IOException if it cannot be read, or holds something else
    static PublicationProgress read(Journal journal, Optional<FinishedPublications> finished) throws IOException {
        if (finished.isEmpty() && journal.firstIndex() > 0) {
            throw new IOException("the journal begins with entry " + journal.firstIndex() + ", and nothing was kept of"
                    + " those before");
        }
        var progress = finished.isPresent() ? finished.get().progress(journal) : new PublicationProgress();
        if (finished.isPresent()) progress.remember(finished.get().last(PublicationProgress.MOST_LOOKED_FOR));
        journal.scan(
                finished.map(FinishedPublications::next).orElse(0L),
                Integer.MAX_VALUE,
                entry -> follow(progress, decode(entry.leaf(), entry.index()), entry.index()));
        return progress;
    }

    /// @param name   of the anchorage that it is read for
    /// @param origin of the log that it is read for
    /// @throws IOException if it is another one's
    static void requireOf(PublicationProgress progress, String name, OriginId origin) throws IOException {
        var opened = progress.opened();
        if (opened.isPresent() && !opened.get().relay().equals(name)) {
            throw new IOException(
                    "the journal belongs to the publications of " + opened.get().relay() + ", expected " + name);
        }
        if (opened.isPresent() && !opened.get().origin().equals(origin)) {
            throw new IOException(
                    "the journal belongs to origin id " + opened.get().origin() + ", the log to " + origin
                            + ": each origin has a journal of publications of its own");
        }
    }

    static void follow(PublicationProgress progress, PublicationEntry entry, long index) throws IOException {
        try {
            progress.apply(entry, index);
        } catch (IllegalStateException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    static PublicationEntry decode(byte[] leaf, long index) throws IOException {
        try {
            return PublicationEntry.read(leaf);
        } catch (CborMalformed e) {
            throw new IOException("entry " + index + " of a journal of publications: " + e.getMessage(), e);
        }
    }
}
