package org.sealpost.anchor.evm;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.merkle.Hash;

/// Requests are offered to nodes.
///
/// Belongs to one thread.
final class RequestSending {
    /// More than wait there at a time.
    private static final int MOST_WAITING = 256;

    private final Endpoints endpoints;
    private final Duration stuckAfter;

    // The request that the node refused last for its own gas or fee.
    private Optional<Hash> refusedForItsTerms = Optional.empty();

    // By nonces, when a request was first offered in this process, the oldest first.
    private final LinkedHashMap<Long, Long> offeredSince = new LinkedHashMap<>();

    /// @param stuckAfter after so long a request is offered to all nodes
    RequestSending(Endpoints endpoints, Duration stuckAfter) {
        this.endpoints = endpoints;
        this.stuckAfter = stuckAfter;
    }

    /// Another node gets the same bytes where the first one leaves open what becomes of them, and all get them
    /// once a request of this nonce has waited for long: the first one may have passed none on.
    SubmitOutcome submit(SignedRequest request) {
        Node used;
        try {
            used = endpoints.used();
        } catch (AnchorageSetback e) {
            return new SubmitOutcome.Unknown(String.valueOf(e.getMessage()));
        }
        var others = endpoints.others();
        var outcome = offer(used, request);
        refusedForItsTerms = outcome instanceof SubmitOutcome.Unknown(var said) && NodeWords.isAboutItsTerms(said)
                ? Optional.of(request.id())
                : Optional.empty();
        boolean isOpen = outcome instanceof SubmitOutcome.Unknown;
        var asked =
                hasWaited(request) ? others : isOpen ? others.stream().limit(1).toList() : List.<Node>of();
        for (var node : asked) {
            // That node may have them by the first one, and not by us: whatever it says, they are out.
            var other = offer(node, request);
            boolean isTaken = other instanceof SubmitOutcome.Accepted || other instanceof SubmitOutcome.AlreadyKnown;
            if (isOpen && isTaken) outcome = other;
        }
        return outcome;
    }

    private boolean hasWaited(SignedRequest request) {
        long now = System.nanoTime();
        long since = offeredSince.computeIfAbsent(request.nonce().orElseThrow(), _ -> now);
        if (offeredSince.size() > MOST_WAITING) offeredSince.pollFirstEntry();
        return now - since >= stuckAfter.toNanos();
    }

    private SubmitOutcome offer(Node node, SignedRequest request) {
        try {
            node.chain().send(request.bytes());
            return new SubmitOutcome.Accepted();
        } catch (RpcError e) {
            return NodeWords.meaning(e.getMessage());
        } catch (IOException e) {
            endpoints.failed(node);
            return new SubmitOutcome.Unknown(Node.describe(e));
        }
    }

    /// Whether what was offered last is this one, and the node refused it for its own gas or fee.
    boolean isRefusedForItsTerms(SignedRequest request) {
        return refusedForItsTerms.equals(Optional.of(request.id()));
    }
}
