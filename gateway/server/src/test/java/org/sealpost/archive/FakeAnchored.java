package org.sealpost.archive;

import java.util.Optional;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.AnchorState;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.FinalHead;
import org.sealpost.evidence.AnchorIdentity;

/// An anchorage of which only is known how much is final there.
final class FakeAnchored implements Anchored {
    private final String name;
    private final boolean convincesOthers;
    long finalSize;

    FakeAnchored(String name, boolean convincesOthers) {
        this.name = name;
        this.convincesOthers = convincesOthers;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<AnchorIdentity> identity() {
        return Optional.empty();
    }

    @Override
    public boolean convincesOthers() {
        return convincesOthers;
    }

    @Override
    public boolean makesFinal() {
        return convincesOthers;
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
        return finalSize;
    }

    @Override
    public boolean holds(long size) {
        return size == finalSize;
    }

    @Override
    public AnchorState stateOf(long index) {
        return new AnchorState.Waiting();
    }

    @Override
    public Optional<Trouble> trouble() {
        return Optional.empty();
    }
}
