package org.sealpost.anchor;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;

/// Those with a nonce, in its order: until the lowest has landed none behind it can. A ledger that
/// takes requests in any order has no row.
final class PublicationRow {
    private final PublicationProgress progress;

    // Of those that are there, the ones whose own request waits all the same: none behind its nonce can land.
    // Written by the relay's thread, read by any.
    private final Set<Long> holdingUp = ConcurrentHashMap.newKeySet();

    PublicationRow(PublicationProgress progress) {
        this.progress = progress;
    }

    void begin() {
        holdingUp.removeIf(number -> !progress.isSeen(number));
    }

    /// What is there holds up the others with its own request.
    void noteHoldsUp(Item item) {
        holdingUp.add(item.number());
    }

    void noteHoldsUpNoMore(Item item) {
        holdingUp.remove(item.number());
    }

    boolean isHoldingUp(Item item) {
        return holdingUp.contains(item.number());
    }

    /// The lowest nonce that others wait for. Any thread.
    long lowest() {
        return progress.open().values().stream()
                .filter(item -> item.phase() instanceof Phase.UnderWay || isHoldingUp(item))
                .flatMap(item -> item.request().stream())
                .map(prepared -> prepared.request().nonce())
                .filter(OptionalLong::isPresent)
                .mapToLong(OptionalLong::getAsLong)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /// What has no request is behind all that have one.
    static long place(Item item) {
        return item.request()
                .map(prepared -> prepared.request().nonce().orElse(0))
                .orElse(Long.MAX_VALUE);
    }

    /// @param otherwise where it has none
    static long nonce(Phase.UnderWay flight, long otherwise) {
        return flight.prepared().request().nonce().orElse(otherwise);
    }

    /// Those that are there and not final, with nonces below, the lowest first: one of their requests may be why it
    /// waits.
    List<Item> before(Item item, Phase.UnderWay flight) {
        long nonce = nonce(flight, Long.MIN_VALUE);
        return progress.open().values().stream()
                .filter(other -> other.phase() instanceof Phase.Seen && other.number() != item.number())
                .filter(other -> other.request().isPresent() && place(other) < nonce)
                .sorted(Comparator.comparingLong(PublicationRow::place))
                .toList();
    }
}
