package org.sealpost.anchor;

import static org.sealpost.anchor.PublicationMove.WRITTEN;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;

/// What people have ordered of single publications, and which of them are not to come there any more.
final class PublicationGiveUps {
    private final PublicationTurn turn;
    private final PublicationTries tries;

    PublicationGiveUps(PublicationTurn turn, PublicationTries tries) {
        this.turn = turn;
        this.tries = tries;
    }

    /// The first that was set aside and is to be tried again.
    Optional<PublicationEntry> takenUp() {
        return turn.progress().open().values().stream()
                .filter(item -> item.phase() instanceof Phase.Aside)
                .flatMap(item -> order(item)
                        .filter(order -> !order.giveUp() && order.position() > item.heeded())
                        .map(order -> new PublicationEntry.TakenUp(turn.wall(), item.number(), order.position()))
                        .stream())
                .map(PublicationEntry.class::cast)
                .findFirst();
    }

    private Optional<PublicationOrders.Order> order(Item item) {
        return Optional.ofNullable(turn.orders().byNumber().get(item.number()));
    }

    /// Why a publication is not to come there any more; empty if it may.
    Optional<PublicationEntry.GivenUp> reason(Item item) {
        if (item.givenUp().isPresent()) return Optional.empty();
        var order = order(item).filter(PublicationOrders.Order::giveUp);
        if (order.isPresent()) {
            var position = OptionalLong.of(order.get().position());
            return Optional.of(entry(item, "somebody ordered it", position));
        }
        if (!item.isPayload()) return Optional.empty();
        if (isHidden(item)) {
            return Optional.of(entry(item, "a record of it was ordered to be erased", OptionalLong.empty()));
        }
        // What was set aside is not tried anyway.
        return item.phase() instanceof Phase.Aside || turn.terms().isPublished().test(item.made())
                ? Optional.empty()
                : Optional.of(entry(item, "its profile is not published that way any more", OptionalLong.empty()));
    }

    boolean isDue(Item item) {
        return reason(item).isPresent();
    }

    /// Whether a record of it was ordered to be erased.
    boolean isHidden(Item item) {
        return LongStream.range(item.made().first(), item.made().end())
                .anyMatch(turn.terms().hides());
    }

    private PublicationEntry.GivenUp entry(Item item, String cause, OptionalLong order) {
        return new PublicationEntry.GivenUp(
                turn.wall(), item.number(), cause, turn.terms().giveUps().apply(item.number()), order);
    }

    /// What is there is waited for; what is not there may be given up.
    PublicationMove orGiveUp(Item item, Supplier<PublicationMove> otherwise) {
        if (item.phase() instanceof Phase.Seen) return otherwise.get();
        return reason(item).map(this::write).orElseGet(otherwise);
    }

    /// Its records are to get another number.
    PublicationMove giveUp(Item item, String cause) {
        return write(entry(item, cause, OptionalLong.empty()));
    }

    private PublicationMove write(PublicationEntry.GivenUp gone) {
        return turn.write(gone, () -> {
            tries.forget(gone.number()); // it may be of records that are to be erased
            return WRITTEN;
        });
    }
}
