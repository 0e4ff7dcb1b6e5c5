package org.sealpost.anchor.evm;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
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

    /// What the contract would do; nothing is sent.
    ///
    /// @throws RpcError if it would revert, or the node does not want it
    long of(Publication publication, ContractAccess access, Node node, byte[] input) throws IOException {
        var before = found.get(publication.kind());
        if (before != null && before.isOfOneNoSmallerThan(publication)) {
            try {
                // Signatures differ a little in what they cost to check; half of what comes on top is for the block.
                access.simulate(node, input, before.gas + before.gas / 8);
                return before.gas;
            } catch (RpcError _) {
                // More is needed, or it is refused: the search tells which.
            }
        }
        long gas = access.simulate(node, input);
        found.put(publication.kind(), new Found(publication.count(), publication.content().length, gas));
        return gas;
    }

    /// What was found was more than a block has, so it is no measure for others of this kind.
    void forget(Publication publication) {
        found.remove(publication.kind());
    }
}
