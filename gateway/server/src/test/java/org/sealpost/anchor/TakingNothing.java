package org.sealpost.anchor;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.lodging.SignedPublication;
import org.sealpost.merkle.Hash;

/// Takes every request, and none has an effect.
///
/// @param each what it says of each
record TakingNothing(PublicationLedger there, RequestState each) implements PublicationLedger {
    @Override
    public AnchorIdentity identity() throws AnchorageSetback {
        return there.identity();
    }

    @Override
    public PublicationCapabilities capabilities() {
        return there.capabilities();
    }

    @Override
    public Preparation prepare(SignedPublication publication, Lane lane) throws AnchorageSetback {
        return there.prepare(publication, lane);
    }

    @Override
    public Preparation replace(SignedRequest stuck) throws AnchorageSetback {
        return there.replace(stuck);
    }

    @Override
    public Preparation replace(SignedRequest stuck, SignedPublication other) throws AnchorageSetback {
        return there.replace(stuck, other);
    }

    @Override
    public Optional<Duration> stuckAfter() {
        return there.stuckAfter();
    }

    @Override
    public SubmitOutcome submit(SignedRequest request) {
        return new SubmitOutcome.Accepted();
    }

    @Override
    public PublicationFinding find(OriginId origin, long number, Hash digest) throws AnchorageSetback {
        return there.find(origin, number, digest);
    }

    @Override
    public boolean isHeldForGood(OriginId origin, long number, Hash digest) throws AnchorageSetback {
        return there.isHeldForGood(origin, number, digest);
    }

    /// Without what is known of nonces, so that each request is asked for.
    @Override
    public Findings findAll(OriginId origin, Map<Long, Hash> digests) throws AnchorageSetback {
        var all = there.findAll(origin, digests);
        return new Findings(all.digests(), all.found(), 0);
    }

    @Override
    public Unused unused(OriginId origin, Set<Long> numbers) throws AnchorageSetback {
        return there.unused(origin, numbers);
    }

    @Override
    public RequestState status(SignedRequest request, Lane lane) {
        return each;
    }

    @Override
    public long last(OriginId origin) throws AnchorageSetback {
        return there.last(origin);
    }

    @Override
    public Optional<PublishedCommitment> publishedAt(OriginId origin, Hash commitment) {
        return Optional.empty();
    }

    @Override
    public AnchorageHealth health() {
        return there.health();
    }

    @Override
    public void close() {}
}
