package org.sealpost.anchor;

import java.time.Instant;

/// What people have ordered of an anchorage, as it stands now.
///
/// @param parked      whether nothing more is to be sent there; what is out is asked for all the same
/// @param resubmitted grows with each order to send again, -1 if there was none; to what is under way one that is
///     older than the process means nothing, since a start asks anyway
/// @param resubmittedAt when that order was given; to a relay that stopped before that, it means that the ledger is
///     asked once more
public record RelayOrders(boolean parked, long resubmitted, Instant resubmittedAt) {
    public static final RelayOrders NONE = new RelayOrders(false, -1);

    /// Of an order that is older than anything else.
    public RelayOrders(boolean parked, long resubmitted) {
        this(parked, resubmitted, Instant.MIN);
    }
}
