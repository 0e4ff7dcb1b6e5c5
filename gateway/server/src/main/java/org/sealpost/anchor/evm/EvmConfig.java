package org.sealpost.anchor.evm;

import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How an EVM chain is reached, and when its word counts.
///
/// @param nodes the JSON-RPC addresses of nodes of one chain, http or https, 1 to 8; those in front are preferred
/// @param confirmations how many blocks must lie on top of a head's block before it is final; 0 where inclusion
///     is final (QBFT, IBFT); empty: the chain's own `finalized` block decides
/// @param deadline for each answer of a node
/// @param maxFee in wei for a unit of gas: dearer transactions are not made
/// @param stuckAfter how long a transaction may wait before a dearer one is made in its place; at least a second
/// @param stalledAfter at which age of its newest block a chain counts as standing still; at least a second
public record EvmConfig(
        List<URI> nodes,
        OptionalInt confirmations,
        Duration deadline,
        Optional<BigInteger> maxFee,
        Duration stuckAfter,
        Duration stalledAfter) {
    public static final int MAX_NODES = 8;
    public static final Duration STUCK_AFTER = Duration.ofMinutes(10);
    public static final Duration STALLED_AFTER = Duration.ofMinutes(5);

    private static final Duration SECOND = Duration.ofSeconds(1);

    public EvmConfig {
        nodes = List.copyOf(nodes);
        if (nodes.isEmpty() || nodes.size() > MAX_NODES) {
            throw new IllegalArgumentException("a chain is asked by 1 to " + MAX_NODES + " nodes, not " + nodes.size());
        }
        for (var node : nodes) {
            String scheme = node.getScheme();
            if (node.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
                throw new IllegalArgumentException("a node's address is http://… or https://…");
            }
        }
        // One that stands there twice would confirm itself.
        if (new HashSet<>(nodes).size() < nodes.size()) {
            throw new IllegalArgumentException("a node's address stands there twice");
        }
        if (confirmations.isPresent() && (confirmations.getAsInt() < 0 || confirmations.getAsInt() > 10_000)) {
            throw new IllegalArgumentException("confirmations are 0 to 10000, not " + confirmations.getAsInt());
        }
        if (!deadline.isPositive()) {
            throw new IllegalArgumentException("the deadline is positive, not " + deadline);
        }
        if (maxFee.isPresent() && maxFee.get().signum() <= 0) {
            throw new IllegalArgumentException("max-fee is positive, not " + maxFee.get() + " wei");
        }
        if (stuckAfter.compareTo(SECOND) < 0 || stalledAfter.compareTo(SECOND) < 0) {
            throw new IllegalArgumentException("stuck-after and stalled-after are at least a second");
        }
    }

    /// One node, and the rest as most chains have it.
    public EvmConfig(URI node, OptionalInt confirmations, Duration deadline) {
        this(List.of(node), confirmations, deadline, Optional.empty(), STUCK_AFTER, STALLED_AFTER);
    }

    public EvmConfig withMaxFee(BigInteger wei) {
        return new EvmConfig(nodes, confirmations, deadline, Optional.of(wei), stuckAfter, stalledAfter);
    }

    public EvmConfig withStuckAfter(Duration wait) {
        return new EvmConfig(nodes, confirmations, deadline, maxFee, wait, stalledAfter);
    }

    public EvmConfig withStalledAfter(Duration age) {
        return new EvmConfig(nodes, confirmations, deadline, maxFee, stuckAfter, age);
    }

    /// A node as messages name it, which strangers may read: without user, path and query, where keys may stand.
    static String name(URI node) {
        return node.getScheme() + "://" + node.getHost() + (node.getPort() < 0 ? "" : ":" + node.getPort());
    }
}
