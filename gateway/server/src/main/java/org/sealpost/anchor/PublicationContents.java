package org.sealpost.anchor;

import java.io.IOException;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Optional;
import org.sealpost.lodging.Publication;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// The publications of a log with what they hold: made of a run of records, and once more of what was made.
/// Owned by the stepping thread.
final class PublicationContents {
    private final Origin origin;
    private final byte[] firstKey;
    private final RunContents runs;
    private final PublicationLedger ledger;
    private final List<ECPublicKey> recipients;
    private final PublicationKeeping keeping;
    private final SecureRandom random = new SecureRandom();

    /// @param firstKey   SPKI of the log's first sealing key
    /// @param recipients who may read encrypted payloads
    PublicationContents(
            Origin origin,
            byte[] firstKey,
            RunContents runs,
            PublicationLedger ledger,
            List<ECPublicKey> recipients,
            PublicationKeeping keeping) {
        this.origin = origin;
        this.firstKey = firstKey.clone();
        this.runs = runs;
        this.ledger = ledger;
        this.recipients = List.copyOf(recipients);
        this.keeping = keeping;
    }

    /// @return of as many of the first records as there is room for; empty if the first has nothing to publish
    ///     any more, which is remembered
    Optional<Publication> made(long number, RunFinder.Run run) throws IOException {
        int room = ledger.capabilities().maxContentBytes();
        return switch (run.kind()) {
            case GIVEN_UP -> throw new IllegalStateException("a run of nothing");
            case COMMITMENTS -> {
                var can = ledger.capabilities();
                int count = Math.min(run.count(), Math.min(room / Hash.SIZE, can.maxCommitments()));
                yield runs.commitments(run.first(), count)
                        .map(found -> of(number, run.kind(), run.first(), found.count(), found.bytes()));
            }
            case PAYLOADS ->
                runs.payloads(run.first(), run.count(), room)
                        .map(found -> of(number, run.kind(), run.first(), found.count(), found.bytes()));
            case ENCRYPTED_PAYLOADS -> {
                int plain = room - EncryptedContent.overhead(recipients.size());
                var found = runs.payloads(run.first(), run.count(), plain);
                if (found.isEmpty()) yield Optional.empty();
                byte[] encrypted = EncryptedContent.encrypt(found.get().bytes(), recipients, random);
                // Its bytes cannot be made again: they are durable before anything is said of them.
                keeping.keepContent(number, encrypted);
                yield Optional.of(
                        of(number, run.kind(), run.first(), found.get().count(), encrypted));
            }
        };
    }

    /// What was made, once more; empty if it is not there any more.
    Optional<byte[]> again(PublicationEntry.Made made) throws IOException {
        var content = switch (made.kind()) {
            case GIVEN_UP -> Optional.<byte[]>empty();
            case COMMITMENTS -> runs.commitments(made.first(), made.count()).map(RunContents.Content::bytes);
            case PAYLOADS ->
                runs.payloads(made.first(), made.count(), Integer.MAX_VALUE).map(RunContents.Content::bytes);
            case ENCRYPTED_PAYLOADS -> keeping.content(made.number());
        };
        return content.filter(bytes -> PublicationEntry.sha256(bytes).equals(made.content()));
    }

    /// @param content as it was when it was made
    Publication of(PublicationEntry.Made made, byte[] content) {
        return of(made.number(), made.kind(), made.first(), made.count(), content);
    }

    private Publication of(long number, Publication.Kind kind, long first, int count, byte[] content) {
        return new Publication(origin, firstKey, number, kind, first, count, content);
    }

    /// Of a number that is to be nobody's.
    Publication givenUp(long number) {
        return Publication.givenUp(origin, firstKey, number);
    }
}
