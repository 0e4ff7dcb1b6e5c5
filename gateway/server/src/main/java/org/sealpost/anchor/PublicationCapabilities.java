package org.sealpost.anchor;

/// What can be expected of a ledger of publications.
///
/// @param finality         when a publication counts as final, in words for people
/// @param maxContentBytes  how much content it takes in one publication, above 0
/// @param maxCommitments   how many commitments it takes in one, above 0; more than there is room for in the content
///     are not sent either
/// @param losesNothing     whether what is final there stays as long as no people set the ledger back as a whole: what
///     is missing is published again once somebody says so, and not before
/// @param inAnyOrder       whether its requests have no nonces and none waits for another, so that several threads may
///     prepare, send, look for and ask for different ones at the same time
public record PublicationCapabilities(
        String finality, int maxContentBytes, int maxCommitments, boolean losesNothing, boolean inAnyOrder) {}
