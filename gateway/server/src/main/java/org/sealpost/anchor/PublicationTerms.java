package org.sealpost.anchor;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;

/// What does not change of the surroundings of a core of publications while it lives: the log, the ledger, and what may
/// be published.
///
/// @param size    of the log when the process began
/// @param key     how many hand-overs of the sealing key there were
/// @param giveUps the digest by which a number is nobody's
/// @param hides   whether an entry was ordered to be erased; answers at once
/// @param finality   as [PublicationCapabilities#finality]
/// @param stuckAfter as [PublicationLedger#stuckAfter]
/// @param losesNothing as [PublicationCapabilities#losesNothing]
/// @param inAnyOrder   as [PublicationCapabilities#inAnyOrder]
/// @param isPublished whether the profile of what was made is still published that way
/// @param comesAgain  whether a run whose number is not there any more would get another one
record PublicationTerms(
        OriginId origin,
        long size,
        int key,
        LongFunction<Hash> giveUps,
        LongPredicate hides,
        String finality,
        Optional<Duration> stuckAfter,
        boolean losesNothing,
        boolean inAnyOrder,
        Predicate<PublicationEntry.Made> isPublished,
        Predicate<PublicationEntry.Made> comesAgain) {}
