package org.sealpost.anchor.evm;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.lodging.Place;

/// What became of a request that was sent, and whether it may still land.
///
/// Belongs to one thread.
final class RequestLanding {
    /// More than wait there at a time.
    private static final int MOST_WAITING = 256;

    private final Endpoints endpoints;
    private final Finality finality;
    private final Address account;

    // By nonces, the newest block when each was first seen used, of a node that does not tell how many were used as of
    // the final one; the oldest first, since a chain that was set back begins with lower nonces again. Owned by the
    // thread that asks.
    private final LinkedHashMap<Long, Place> seenUsed = new LinkedHashMap<>();

    RequestLanding(Endpoints endpoints, Finality finality, Address account) {
        this.endpoints = endpoints;
        this.finality = finality;
        this.account = account;
    }

    /// What became of a request.
    ///
    /// @param lowest nonce of all requests of the account that may still land
    RequestState status(SignedRequest request, long lowest) throws AnchorageSetback {
        var node = endpoints.used();
        var chain = node.chain();
        try {
            var newest = chain.mustHave("latest").place();
            long finalHeight = finality.height(node, newest.height());
            var receipt = chain.receipt(request.id());
            if (receipt.isPresent()) {
                var place = receipt.get().place();
                boolean isFinal = place.height() <= finalHeight;
                if (!receipt.get().succeeded()) return new RequestState.Reverted(place, isFinal);
                return isFinal ? new RequestState.Final(place) : new RequestState.Included(place);
            }
            long nonce = request.nonce().orElseThrow();
            // All before the lowest were final. If those are gone, nobody sends them again, and a pool would keep what
            // stands behind them for ever. A new one gets the lower nonce, so this one can only land behind it, where
            // it finds its work done and changes nothing. Behind others of the row that wait, too, it only waits.
            long count = chain.nonce(account, newest.height());
            if (count < lowest) {
                return new RequestState.CannotLand("the chain forgot the transactions of " + account + " before nonce "
                        + lowest + ", although they were final");
            }
            if (chain.knows(request.id())) return new RequestState.Pooled();
            if (isSpent(chain, nonce, newest, count, finalHeight)) {
                // The receipt may have come between the first question and this one.
                return chain.receipt(request.id()).isPresent()
                        ? new RequestState.Unknown()
                        : new RequestState.CannotLand("another transaction of " + account + " used nonce " + nonce);
            }
            return new RequestState.Unknown();
        } catch (IOException e) {
            throw endpoints.failed(node, e);
        }
    }

    /// Whether a nonce was used as of a final block: in one that can be taken back the other transaction could
    /// vanish again. A node that prunes keeps that for a while only, which may be less than it takes to become
    /// final. Then it is so once the block is final that was the newest when the nonce was first seen used.
    ///
    /// @param count how many were used as of the newest block
    private boolean isSpent(Chain chain, long nonce, Place newest, long count, long finalHeight) throws IOException {
        if (finalHeight < 0) return false;
        try {
            return chain.nonce(account, finalHeight) > nonce;
        } catch (RpcError e) {
            if (count <= nonce) {
                seenUsed.remove(nonce);
                return false;
            }
        }
        var since = seenUsed.computeIfAbsent(nonce, _ -> newest);
        if (seenUsed.size() > MOST_WAITING) seenUsed.pollFirstEntry();
        if (since.height() > finalHeight) return false;
        if (chain.hashAt(since.height()).equals(Optional.of(since.block()))) return true;
        seenUsed.put(nonce, newest);
        return false;
    }
}
