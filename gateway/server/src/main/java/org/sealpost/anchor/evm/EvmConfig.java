package org.sealpost.anchor.evm;

import java.net.URI;
import java.time.Duration;
import java.util.OptionalInt;

/// How an EVM chain is reached, and when its word counts.
///
/// @param node the JSON-RPC address, http or https
/// @param confirmations how many blocks must lie on top of a head's block before it is final; 0 where inclusion
///     is final (QBFT, IBFT); empty: the chain's own `finalized` block decides
/// @param deadline for each answer of the node
public record EvmConfig(URI node, OptionalInt confirmations, Duration deadline) {

    public EvmConfig {
        String scheme = node.getScheme();
        if (node.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw new IllegalArgumentException("a node's address is http://… or https://…");
        }
        if (confirmations.isPresent() && (confirmations.getAsInt() < 0 || confirmations.getAsInt() > 10_000)) {
            throw new IllegalArgumentException("confirmations are 0 to 10000, not " + confirmations.getAsInt());
        }
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("the deadline is positive, not " + deadline);
        }
    }

    /// The node as messages name it, which strangers may read: without user, path and query, where keys may stand.
    String nodeName() {
        return node.getScheme() + "://" + node.getHost() + (node.getPort() < 0 ? "" : ":" + node.getPort());
    }
}
