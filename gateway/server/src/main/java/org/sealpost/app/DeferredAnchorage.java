package org.sealpost.app;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.AnchorageStanding;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.Beginning;
import org.sealpost.anchor.Capabilities;
import org.sealpost.anchor.FinalHead;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

/// An anchorage that need not be there when the box starts: each call opens it first if it is not open yet. Until that
/// succeeds the relay waits out a setback, and what it knows from its journal can be asked all the same.
final class DeferredAnchorage implements Anchorage {
    /// Reaches the anchorage; may block, may be tried for months.
    interface Opener {
        Anchorage open() throws AnchorageSetback, IOException;
    }

    private final Opener opener;
    private final Capabilities capabilities;

    // Written by the relay's thread; close comes from another one.
    private volatile @Nullable Anchorage opened;

    DeferredAnchorage(Opener opener, Capabilities capabilities) {
        this.opener = opener;
        this.capabilities = capabilities;
    }

    @Override
    public AnchorIdentity identity() throws AnchorageSetback {
        return anchorage().identity();
    }

    @Override
    public AnchorIdentity identity(Optional<AnchorIdentity> expected) throws AnchorageSetback {
        return anchorage().identity(expected);
    }

    @Override
    public Beginning beginning(AnchorIdentity identity) throws AnchorageSetback {
        return anchorage().beginning(identity);
    }

    @Override
    public void had(Place place) throws AnchorageSetback {
        anchorage().had(place);
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public void mayBeSetBack() {
        var anchorage = opened;
        if (anchorage != null) anchorage.mayBeSetBack();
    }

    @Override
    public Preparation prepare(LodgeableHead head, long base, List<Hash> proof) throws AnchorageSetback {
        return anchorage().prepare(head, base, proof);
    }

    @Override
    public Preparation replace(SignedRequest stuck) throws AnchorageSetback {
        return anchorage().replace(stuck);
    }

    @Override
    public SubmitOutcome submit(SignedRequest request) {
        try {
            return anchorage().submit(request);
        } catch (AnchorageSetback e) {
            return new SubmitOutcome.Unknown(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
        return anchorage().find(origin, size, root);
    }

    @Override
    public Finding findFinal(OriginId origin, FinalHead head) throws AnchorageSetback {
        return anchorage().findFinal(origin, head);
    }

    @Override
    public Finding.Absent largest(OriginId origin) throws AnchorageSetback {
        return anchorage().largest(origin);
    }

    @Override
    public RequestState status(SignedRequest request) throws AnchorageSetback {
        return anchorage().status(request);
    }

    @Override
    public Optional<AnchorProof> proof(OriginId origin, long size, Hash root, Place place) throws AnchorageSetback {
        return anchorage().proof(origin, size, root, place);
    }

    @Override
    public Optional<AnchorageStanding> standing() {
        var anchorage = opened;
        return anchorage == null ? Optional.empty() : anchorage.standing();
    }

    @Override
    public Optional<Anchored.Trouble> delay() {
        var anchorage = opened;
        return anchorage == null ? Optional.empty() : anchorage.delay();
    }

    @Override
    public AnchorageHealth health() {
        var anchorage = opened;
        return anchorage != null
                ? anchorage.health()
                : new AnchorageHealth.Bad("it was not reached yet", "the relay's cause says why");
    }

    @Override
    public void close() {
        var anchorage = opened;
        if (anchorage != null) anchorage.close();
    }

    private Anchorage anchorage() throws AnchorageSetback {
        var anchorage = opened;
        if (anchorage != null) return anchorage;
        try {
            anchorage = opener.open();
        } catch (IOException e) {
            throw new AnchorageSetback("it cannot be opened: " + e.getMessage(), "look at the file that is named", e);
        }
        opened = anchorage;
        return anchorage;
    }
}
