package org.sealpost.app;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.AnchorageStanding;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.PublicationCapabilities;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.lodging.SignedPublication;
import org.sealpost.merkle.Hash;

/// A ledger of publications that need not be there when the box starts, as [DeferredAnchorage] is for heads.
final class DeferredPublications implements PublicationLedger {
    /// Reaches the ledger; may block, may be tried for months.
    interface Opener {
        PublicationLedger open() throws AnchorageSetback, IOException;
    }

    private final Opener opener;
    private final PublicationCapabilities capabilities;
    private final Optional<Duration> stuckAfter;

    // Written by the relay's thread; close comes from another one.
    private volatile @Nullable PublicationLedger opened;

    /// @param stuckAfter as [#stuckAfter] of what is opened: the relay asks before anything is
    DeferredPublications(Opener opener, PublicationCapabilities capabilities, Optional<Duration> stuckAfter) {
        this.opener = opener;
        this.capabilities = capabilities;
        this.stuckAfter = stuckAfter;
    }

    @Override
    public AnchorIdentity identity() throws AnchorageSetback {
        return ledger().identity();
    }

    @Override
    public AnchorIdentity identity(Optional<AnchorIdentity> expected) throws AnchorageSetback {
        return ledger().identity(expected);
    }

    @Override
    public PublicationCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public void mayBeSetBack() {
        var ledger = opened;
        if (ledger != null) ledger.mayBeSetBack();
    }

    @Override
    public Preparation prepare(SignedPublication publication, Lane lane) throws AnchorageSetback {
        return ledger().prepare(publication, lane);
    }

    @Override
    public Preparation replace(SignedRequest stuck) throws AnchorageSetback {
        return ledger().replace(stuck);
    }

    @Override
    public Preparation replace(SignedRequest stuck, SignedPublication other) throws AnchorageSetback {
        return ledger().replace(stuck, other);
    }

    @Override
    public Optional<Duration> stuckAfter() {
        return stuckAfter;
    }

    @Override
    public SubmitOutcome submit(SignedRequest request) {
        try {
            return ledger().submit(request);
        } catch (AnchorageSetback e) {
            return new SubmitOutcome.Unknown(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public PublicationFinding find(OriginId origin, long number, Hash digest) throws AnchorageSetback {
        return ledger().find(origin, number, digest);
    }

    @Override
    public boolean isHeldForGood(OriginId origin, long number, Hash digest) throws AnchorageSetback {
        return ledger().isHeldForGood(origin, number, digest);
    }

    @Override
    public Findings findAll(OriginId origin, Map<Long, Hash> digests) throws AnchorageSetback {
        return ledger().findAll(origin, digests);
    }

    @Override
    public Unused unused(OriginId origin, Set<Long> numbers) throws AnchorageSetback {
        return ledger().unused(origin, numbers);
    }

    @Override
    public RequestState status(SignedRequest request, Lane lane) throws AnchorageSetback {
        return ledger().status(request, lane);
    }

    @Override
    public long last(OriginId origin) throws AnchorageSetback {
        return ledger().last(origin);
    }

    @Override
    public Optional<PublishedCommitment> publishedAt(OriginId origin, Hash commitment) throws AnchorageSetback {
        return ledger().publishedAt(origin, commitment);
    }

    @Override
    public Optional<Anchored.Trouble> delay() {
        var ledger = opened;
        return ledger == null ? Optional.empty() : ledger.delay();
    }

    @Override
    public Optional<AnchorageStanding> standing() {
        var ledger = opened;
        return ledger == null ? Optional.empty() : ledger.standing();
    }

    @Override
    public AnchorageHealth health() {
        var ledger = opened;
        return ledger != null
                ? ledger.health()
                : new AnchorageHealth.Bad("it was not reached yet", "the relay's cause says why");
    }

    @Override
    public void close() {
        var ledger = opened;
        if (ledger != null) ledger.close();
    }

    private PublicationLedger ledger() throws AnchorageSetback {
        var ledger = opened;
        if (ledger != null) return ledger;
        try {
            ledger = opener.open();
        } catch (IOException e) {
            throw new AnchorageSetback("it cannot be opened: " + e.getMessage(), "look at the file that is named", e);
        }
        opened = ledger;
        return ledger;
    }
}
