package org.sealpost.anchor;

import java.util.Map;

/// What people have ordered of an anchorage and of the publications there, as it stands now.
///
/// @param anchorage  of it as a whole; where it is parked nothing is sent, publications included
/// @param byNumber   of single publications, the last order about each
/// @param isWithheld whether nothing may be signed: nothing is sent either, and nobody ordered it
public record PublicationOrders(RelayOrders anchorage, Map<Long, Order> byNumber, boolean isWithheld) {
    public static final PublicationOrders NONE = new PublicationOrders(RelayOrders.NONE, Map.of());

    /// @param giveUp   for good; else it is to be tried again
    /// @param position where the control journal has it
    public record Order(boolean giveUp, long position) {}

    public PublicationOrders {
        byNumber = Map.copyOf(byNumber);
    }

    public PublicationOrders(RelayOrders anchorage, Map<Long, Order> byNumber) {
        this(anchorage, byNumber, false);
    }

    /// The same while nothing may be signed, or again once something may.
    PublicationOrders withheld(boolean isSo) {
        return new PublicationOrders(anchorage, byNumber, isSo);
    }

    /// Whether nothing is made or sent, whoever says so.
    boolean sendNothing() {
        return anchorage.parked() || isWithheld;
    }
}
