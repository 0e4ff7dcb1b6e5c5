package org.sealpost.ota;

import java.util.Optional;
import java.util.SortedSet;

/// How far an update is: the fold of all acts, and nothing else.
sealed interface State {
    /// Nothing is under way.
    record Idle() implements State {}

    /// A release waits for an order.
    record Offered(Offer offer) implements State {}

    /// Its bundle is on its way to the disk.
    record Fetching(Offer offer) implements State {}

    /// The bundle lies there, and was the one that is described.
    record Staged(Offer offer) implements State {}

    /// RAUC may be writing the slot.
    ///
    /// @param red parts of the gateway that were red before
    record Installing(Offer offer, Slot slot, SortedSet<String> red) implements State {}

    /// The slot holds the release and is asked for first.
    record Installed(Offer offer, Slot slot, SortedSet<String> red) implements State {}

    /// The box was told to boot the slot, or has.
    ///
    /// @param from    the slot from which it was
    /// @param reboots how often
    record Trial(Offer offer, Slot slot, Slot from, SortedSet<String> red, int reboots) implements State {}

    /// The release did not prove itself; the other slot is to boot next.
    ///
    /// @param left whether its tries were taken, and the box was told to boot the other one
    record Failed(Offer offer, Slot slot, String why, boolean left) implements State {}

    /// The state's name as the status says it.
    default String word() {
        return switch (this) {
            case Idle _ -> "idle";
            case Offered _ -> "offered";
            case Fetching _ -> "fetching";
            case Staged _ -> "staged";
            case Installing _ -> "installing";
            case Installed _ -> "installed";
            case Trial _ -> "trial";
            case Failed _ -> "failed";
        };
    }

    /// What it is about.
    default Optional<Offer> inQuestion() {
        return switch (this) {
            case Idle _ -> Optional.empty();
            case Offered state -> Optional.of(state.offer);
            case Fetching state -> Optional.of(state.offer);
            case Staged state -> Optional.of(state.offer);
            case Installing state -> Optional.of(state.offer);
            case Installed state -> Optional.of(state.offer);
            case Trial state -> Optional.of(state.offer);
            case Failed state -> Optional.of(state.offer);
        };
    }

    /// The slot that was or is being written; empty where RAUC has not been asked.
    default Optional<Slot> target() {
        return switch (this) {
            case Idle _, Offered _, Fetching _, Staged _ -> Optional.empty();
            case Installing state -> Optional.of(state.slot);
            case Installed state -> Optional.of(state.slot);
            case Trial state -> Optional.of(state.slot);
            case Failed state -> Optional.of(state.slot);
        };
    }
}
