package org.sealpost.app;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// Why an origin must end (docs/formats.md §31).
enum SuccessionReason {
    /// The data directory came from a backup, and nothing shows that no newer head was sealed.
    RESTORED,
    /// A journal cannot be mended.
    DAMAGED,
    /// The sealing key was lost and replaced without it, which chains do not follow.
    KEY_LOST,
    /// A copy has gone on beside it, or somebody has the key.
    TWO_HISTORIES,
    /// It was handed over as often as can be proved.
    HAND_OVERS;

    /// In the entries, and on the command line.
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<SuccessionReason> of(String word) {
        return Arrays.stream(values())
                .filter(reason -> reason.word().equals(word))
                .findFirst();
    }

    static String words() {
        return Arrays.stream(values()).map(SuccessionReason::word).collect(Collectors.joining(", "));
    }

    /// Whether the old log can say itself that it ended: nobody doubts what it holds, nor the key that seals
    /// it. So it is sealed to its end, and nothing of it is taken over.
    boolean isSaidByTheOldLog() {
        return this == KEY_LOST || this == HAND_OVERS;
    }
}
