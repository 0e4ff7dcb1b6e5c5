package org.sealpost.ota;

import java.time.Instant;
import java.util.regex.Pattern;

/// An act as it stands in the file.
///
/// @param n      its number, from 0 without gaps
/// @param at     when, by the system's clock
/// @param synced whether that clock was synchronised
/// @param by     who did it
record ActEntry(long n, Instant at, boolean synced, String by, UpdateAct act) {
    /// Who the agent is in its own acts.
    static final String AGENT = "sealpost";

    private static final Pattern BY = Pattern.compile("[A-Za-z0-9 ._@:%-]{1,128}");

    ActEntry {
        requireBy(by);
    }

    static void requireBy(String by) {
        if (!BY.matcher(by).matches()) {
            throw new IllegalArgumentException("\"by\" must be 1 to 128 letters, digits, spaces and ._@:%-");
        }
    }
}
