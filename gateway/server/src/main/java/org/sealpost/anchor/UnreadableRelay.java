package org.sealpost.anchor;

import java.time.Instant;
import java.util.Optional;
import org.sealpost.evidence.AnchorIdentity;

/// A relay whose journal cannot be read: it knows nothing, so nothing counts as final there, and whatever it may know
/// of once it is read again is kept.
///
/// @param cause why it cannot be read
/// @param since when that was found
/// @param doubt what the anchorage had said against the log, and did not take back: nothing is sealed over that
public record UnreadableRelay(
        String name, boolean convincesOthers, boolean makesFinal, String cause, Instant since, Optional<Doubt> doubt)
        implements Anchored {
    /// Of one that said nothing against the log.
    public UnreadableRelay(String name, boolean convincesOthers, boolean makesFinal, String cause, Instant since) {
        this(name, convincesOthers, makesFinal, cause, since, Optional.empty());
    }

    /// What a person does about journals of lodging that cannot be read.
    public static final String BRING_BACK = "records are captured and sealed meanwhile; stop the gateway, copy the data"
            + " directory, and bring the folder that is named back as it was; sealpost journal examine says what is"
            + " lost of it";

    @Override
    public Optional<AnchorIdentity> identity() {
        return Optional.empty();
    }

    @Override
    public Optional<FinalHead> firstFinalCovering(long index) {
        return Optional.empty();
    }

    @Override
    public Optional<AnchorProof> proof(FinalHead head) {
        return Optional.empty();
    }

    @Override
    public Optional<FinalHead> newestFinal() {
        return Optional.empty();
    }

    @Override
    public long finalSize() {
        return 0;
    }

    /// Any seal may be one that a head there rests on, and a seal that went does not come back.
    @Override
    public boolean holds(long size) {
        return true;
    }

    @Override
    public AnchorState stateOf(long index) {
        return new AnchorState.Waiting();
    }

    @Override
    public Optional<Trouble> trouble() {
        String unread = "what was lodged on " + name + " cannot be read, and nothing is lodged there: " + cause;
        return Optional.of(doubt.map(against -> new Trouble(
                        unread + "; since " + against.since() + " " + name
                                + " says something against this log, and has not taken it back: " + against.said(),
                        goOn(name),
                        since))
                .orElseGet(() -> new Trouble(unread, BRING_BACK, since)));
    }

    /// Nobody asks it any more, so nothing ends that by itself.
    private static String goOn(String name) {
        return "nothing is sealed, and records wait as captured; stop the gateway, copy the data directory, and "
                + mendJournal(name) + ". If a node of it is wrong, take that one out of the"
                + " configuration before that, or " + name
                + " as a whole. If this data directory came from a backup, or was copied, look for the"
                + " newer one";
    }

    /// What a person does so that a ledger is asked again whose relay's journal cannot be read, and which spoke against
    /// the log.
    public static String mendJournal(String name) {
        return "bring the folder that is named back as it was; or move anchors-" + name + ", and anchored-" + name
                + " where it is there, away, and start where " + name + " is reached: it is asked what it holds";
    }
}
