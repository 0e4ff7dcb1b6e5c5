package org.sealpost.anchor;

/// What people have ordered of an anchorage, as it stands now.
///
/// @param parked      whether nothing more is to be sent there; what is out is asked for all the same
/// @param resubmitted grows with each order to send again, -1 if there was none; to what is under way one that is
///     older than the process means nothing, since a start asks anyway
public record RelayOrders(boolean parked, long resubmitted) {
    public static final RelayOrders NONE = new RelayOrders(false, -1);
}
