package org.sealpost.app.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.sealpost.anchor.FinishedPublications;
import org.sealpost.anchor.PublicationRelay;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.merkle.Hash;

/// What lies in the folder of publications that are on their way (docs/formats.md §27). Their first bytes tell
/// nothing; the journal beside the folder names them by number and hash. What is in them is shown to nobody: it may
/// have to be erased.
final class PublishingExplainer implements Explainer {
    private static final String JOURNAL = "published-";
    private static final Pattern FOLDER = Pattern.compile("publishing-([a-z0-9-]{1,20})");
    private static final Pattern NAME = Pattern.compile("([0-8][0-9]{18})\\.(request|content)(\\.tmp)?");

    /// More than any content has, or any request that carries it.
    private static final int MAX_FILE_BYTES = 130 << 20;

    /// A gateway on a busy disk forces a file, and then the journal's entry that names it.
    private static final Duration REPLACING = Duration.ofMillis(500);

    private final Runnable pause;

    PublishingExplainer() {
        this(() -> LockSupport.parkNanos(REPLACING.toNanos()));
    }

    /// @param pause before what does not fit is looked at once more
    PublishingExplainer(Runnable pause) {
        this.pause = pause;
    }

    @Override
    public Optional<Explanation> explain(Subject subject) throws IOException {
        var folder = FOLDER.matcher(subject.folder());
        var name = NAME.matcher(subject.name());
        if (!folder.matches() || !name.matches()) return Optional.empty();
        boolean isRequest = name.group(2).equals("request");
        var draft = Explanation.of(
                        isRequest
                                ? "request of a publication, as it is sent (not shown)"
                                : "payloads of a publication, encrypted to its recipients (not shown)")
                .fact("anchorage", folder.group(1))
                .fact("publication", Long.parseLong(name.group(1)))
                .fact("size", subject.sizeBytes() + " bytes");
        if (name.group(3) != null) return Optional.of(unneeded(draft));
        return Optional.of(compared(subject, draft, folder.group(1), isRequest));
    }

    private Explanation compared(Subject subject, Explanation.Draft draft, String anchorage, boolean isRequest)
            throws IOException {
        var kind = JOURNAL + anchorage;
        var look = Look.at(subject, anchorage);
        if (look.differs()) {
            pause.run();
            if (!Files.exists(subject.path())) {
                return draft.fact("needed", "no more: it was deleted just now").done();
            }
            var again = Look.at(subject, anchorage);
            if (again.differs() && !again.equals(look)) {
                return draft.fact(
                                "journal", kind + " has another hash, and one of both was written just now: look again")
                        .done();
            }
            look = again;
        }
        if (!look.isJournalRead()) {
            return draft.fact(
                            "journal", kind + " is not beside it, or cannot be read: what names this file is not known")
                    .done();
        }
        if (look.expected().isEmpty()) return unneeded(draft);
        if (!look.differs()) return draft.fact("journal", kind + " names it").done();
        return draft.damaged("its SHA-256 is " + look.found() + ", and " + kind + " has "
                        + look.expected().get() + "; "
                        + (isRequest
                                ? "it is signed anew"
                                : "the publication is given up, and its records get another number"))
                .done();
    }

    /// The file and its journal, one after the other: a gateway may replace the file and then say so in the journal.
    private record Look(Hash found, boolean isJournalRead, Optional<Hash> expected) {
        static Look at(Subject subject, String anchorage) throws IOException {
            var found = sha256(subject.content(MAX_FILE_BYTES));
            var needed = needed(subject, anchorage);
            return new Look(
                    found, needed.isPresent(), needed.flatMap(files -> Optional.ofNullable(files.get(subject.name()))));
        }

        boolean differs() {
            return expected.filter(hash -> !hash.equals(found)).isPresent();
        }
    }

    private static Explanation unneeded(Explanation.Draft draft) {
        return draft.fact("needed", "no more, or not yet: zeroed and deleted at the next start")
                .done();
    }

    /// The hashes of the files that are needed; empty if nobody knows.
    private static Optional<Map<String, Hash>> needed(Subject subject, String anchorage) throws IOException {
        var data = subject.path().toAbsolutePath().normalize().resolve("../..").normalize();
        if (!Files.isDirectory(data.resolve(JOURNAL + anchorage))) return Optional.empty();
        try (var journal = journal(data, JOURNAL + anchorage);
                var finished = journal(data, FinishedPublications.PREFIX + anchorage)) {
            return Optional.of(PublicationRelay.standing(journal, finished).files());
        } catch (IOException | BrokenPromise e) {
            return Optional.empty(); // is told of the journal itself
        }
    }

    private static Journal journal(Path data, String kind) throws IOException {
        var sizes = new JournalConfig(kind, 1 << 20, PublicationRelay.MAX_ENTRY_SIZE_BYTES, 64 << 10);
        return Journal.open(ReadingDisk.of(data.resolve(kind)), sizes, 0);
    }

    private static Hash sha256(byte[] bytes) {
        try {
            return Hash.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
