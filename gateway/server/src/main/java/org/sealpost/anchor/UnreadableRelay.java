package org.sealpost.anchor;

import java.time.Instant;
import java.util.Optional;
import org.sealpost.evidence.AnchorIdentity;

/// A relay whose journal cannot be read: it knows nothing, so nothing counts as final there, and whatever it may know
/// of once it is read again is kept.
///
/// @param cause why it cannot be read
/// @param since when that was found
/// @param isDoubted whether it had said something against the log that was not confirmed: nothing is sealed over that
public record UnreadableRelay(
        String name, boolean convincesOthers, boolean makesFinal, String cause, Instant since, boolean isDoubted)
        implements Anchored {
    /// Of one that said nothing against the log.
    public UnreadableRelay(String name, boolean convincesOthers, boolean makesFinal, String cause, Instant since) {
        this(name, convincesOthers, makesFinal, cause, since, false);
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
        return Optional.of(new Trouble(
                "what was lodged on " + name + " cannot be read, and nothing is lodged there: " + cause,
                BRING_BACK,
                since));
    }
}
