package org.sealpost.anchor;

import java.util.Map;

/// What people have ordered of an anchorage and of the publications there, as it stands now.
///
/// @param anchorage of it as a whole; where it is parked nothing is sent, publications included
/// @param byNumber  of single publications, the last order about each
public record PublicationOrders(RelayOrders anchorage, Map<Long, Order> byNumber) {
    public static final PublicationOrders NONE = new PublicationOrders(RelayOrders.NONE, Map.of());

    /// @param giveUp   for good; else it is to be tried again
    /// @param position where the control journal has it
    public record Order(boolean giveUp, long position) {}

    public PublicationOrders {
        byNumber = Map.copyOf(byNumber);
    }

    /// The same while nothing may be sent.
    PublicationOrders parked() {
        var said = anchorage;
        return new PublicationOrders(new RelayOrders(true, said.resubmitted(), said.resubmittedAt()), byNumber);
    }
}
