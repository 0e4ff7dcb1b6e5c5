package org.sealpost.ota;

import java.util.Optional;

/// What the agent has to do next. Whatever it is, doing it twice is harmless.
sealed interface Next {
    /// Make an act durable, then tell the core.
    record Write(UpdateAct act, String by) implements Next {}

    /// Fetch and verify what a source offers.
    record Check(Offer.From from) implements Next {}

    /// Get the bundle onto the disk, whole and as described.
    record Fetch(Offer offer) implements Next {}

    /// Read the whole staged bundle once more, and have RAUC look at its signature and what it is for.
    record Examine(Offer offer) implements Next {}

    /// Have RAUC write it into the slot.
    record Install(Offer offer, Slot slot) implements Next {}

    /// Ask which slot is booted next.
    record AskPrimary() implements Next {}

    /// See how the gateway is.
    record Look() implements Next {}

    /// Tell the boot check that this slot is good.
    record Pass() implements Next {}

    /// Ask whether the boot environment says so.
    record AskConfirmed() implements Next {}

    /// Take a slot's tries away, so that the other one is booted next.
    record TakeTries(Slot slot) implements Next {}

    /// Have the system go down in order and boot anew.
    record Reboot() implements Next {}

    /// Nothing before this time, or before something changes.
    record Wait(long untilNanos) implements Next {}

    /// What goes on, for the status.
    default Optional<String> progress() {
        return switch (this) {
            case Fetch _ -> Optional.of("download");
            case Examine _ -> Optional.of("check");
            case Install _ -> Optional.of("installation");
            default -> Optional.empty();
        };
    }
}
