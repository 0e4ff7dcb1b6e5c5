package org.sealpost.anchor.evm;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import org.sealpost.lodging.Publication;

/// How much gas a publication needs. A node finds the least that is enough by executing the call some two dozen times,
/// so what was found for one publication is tried for the next one that is no larger, which executes it once.
/// Belongs to one thread.
final class EnoughGas {
    private final Map<Publication.Kind, Found> found = new EnumMap<>(Publication.Kind.class);

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
