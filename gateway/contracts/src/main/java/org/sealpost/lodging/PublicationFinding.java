package org.sealpost.lodging;

import org.sealpost.merkle.Hash;

/// What a ledger holds under a number of an origin.
public sealed interface PublicationFinding {
    /// Nothing: the number is free.
    record Absent() implements PublicationFinding {}

    /// This very publication.
    ///
    /// @param isFinal whether it is beyond being taken back, by this ledger's rule
    record Present(Place place, boolean isFinal) implements PublicationFinding {}

    /// Another publication, or that the number was given up.
    record Conflict(Hash existingDigest) implements PublicationFinding {}
}
