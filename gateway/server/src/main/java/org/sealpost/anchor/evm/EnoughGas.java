package org.sealpost.anchor.evm;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.Publication;

/// How much gas a publication needs. A node finds the least that is enough by executing the call some two dozen times,
/// so what was found for one publication is tried for the next one that is no larger, which executes it once. Of
/// commitments one is executed for each block: as of that block the others differ in number and hashes only, and a
/// validator that executes each of a long row beforehand has no time left for its next block. Belongs to one thread.
final class EnoughGas {
    private final Map<Publication.Kind, Found> found = new EnumMap<>(Publication.Kind.class);

    // As of which block commitments were tried last, for which origin, and the highest number that had a request.
    private Optional<Place> triedAt = Optional.empty();
    private Optional<OriginId> origin = Optional.empty();
    private long highest;

    private record Found(int count, int contentBytes, long gas) {
        boolean isOfOneNoSmallerThan(Publication other) {
            return other.count() == count && other.content().length <= contentBytes;
        }
    }

    /// What was enough for another one; empty if this one may need more.
    OptionalLong known(Publication publication) {
        var before = found.get(publication.kind());
        return before != null && before.isOfOneNoSmallerThan(publication)
                ? OptionalLong.of(before.gas)
                : OptionalLong.empty();
    }

    /// Whether it would say nothing new to try this one, too. One that had a request before is tried: that came to
    /// nothing, and why is to be told.
    boolean isAsGoodAsTried(Publication publication) {
        return triedAt.isPresent()
                && publication.kind() == Publication.Kind.COMMITMENTS
                && publication.number() > highest
                && origin.equals(Optional.of(publication.originId()));
    }

    /// Whether the one that was tried was so as of this block.
    boolean wasTriedAt(Place newest) {
        return triedAt.equals(Optional.of(newest));
    }

    void rememberTrial(Publication publication, Place newest) {
        if (publication.kind() != Publication.Kind.COMMITMENTS) return;
        triedAt = Optional.of(newest);
        origin = Optional.of(publication.originId());
    }

    void rememberRequest(Publication publication) {
        highest = Math.max(highest, publication.number());
    }

    /// Signatures differ a little in what they cost to check; half of what comes on top is for the block.
    static long tried(long gas) {
        return gas + gas / 8;
    }

    void remember(Publication publication, long gas) {
        found.put(publication.kind(), new Found(publication.count(), publication.content().length, gas));
    }

    /// What was found was more than a block has, so it is no measure for others of this kind.
    void forget(Publication publication) {
        found.remove(publication.kind());
    }
}
