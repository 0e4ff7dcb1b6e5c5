package org.sealpost.app;

import java.io.IOException;
import java.util.Optional;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.AnchorState;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.FinalHead;
import org.sealpost.anchor.Relay;
import org.sealpost.evidence.AnchorIdentity;

/// An anchorage of an origin that ended, as the relay that lodged there wrote it down. What it is worth its kind tells:
/// the configuration of that time is gone.
record LeftAnchorage(Relay relay) implements Anchored {
    @Override
    public String name() {
        return relay.name();
    }

    @Override
    public Optional<AnchorIdentity> identity() {
        return relay.identity();
    }

    @Override
    public boolean convincesOthers() {
        return identity()
                .filter(kind -> !(kind instanceof AnchorIdentity.Local))
                .isPresent();
    }

    /// An authority takes any history of a log.
    @Override
    public boolean makesFinal() {
        return identity()
                .filter(kind -> kind instanceof AnchorIdentity.Evm || kind instanceof AnchorIdentity.Fabric)
                .isPresent();
    }

    @Override
    public Optional<FinalHead> firstFinalCovering(long index) throws IOException {
        return relay.firstFinalCovering(index);
    }

    @Override
    public Optional<AnchorProof> proof(FinalHead head) throws IOException {
        return relay.proof(head);
    }

    @Override
    public Optional<FinalHead> newestFinal() throws IOException {
        return relay.newestFinal();
    }

    @Override
    public long finalSize() {
        return relay.finalSize();
    }

    @Override
    public long largestFinal() {
        return relay.largestFinal();
    }

    @Override
    public boolean holds(long size) {
        return relay.holds(size);
    }

    @Override
    public AnchorState stateOf(long index) throws IOException {
        return relay.stateOf(index);
    }

    @Override
    public Optional<Trouble> trouble() {
        return relay.trouble();
    }
}
