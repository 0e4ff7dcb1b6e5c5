package org.sealpost.anchor;

import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.PublicationProgress.Item;

/// Where the publications to a ledger stand: all that entries of their journal up to some index still matter for.
///
/// @param lastNumber the highest that a run has; 0 if none has
/// @param madeEnd    as [PublicationProgress#madeEnd]
/// @param open       those that are not final, by their numbers
/// @param owedAgain  runs, as far as they are to get other numbers, by the numbers that they had
record PublicationState(
        PublicationEntry.Opened opened,
        Optional<PublicationEntry.Settings> settings,
        Optional<PublicationEntry.Reached> reached,
        Optional<PublicationEntry.Final> lastFinal,
        long lastNumber,
        long madeEnd,
        List<Item> open,
        List<PublicationEntry.Made> owedAgain) {
    PublicationState {
        open = List.copyOf(open);
        owedAgain = List.copyOf(owedAgain);
    }
}
