package org.sealpost.ota;

/// The words for what a release can be refused by, beside those of TUF (docs/updates.md).
final class Rule {
    static final String DESCRIPTOR = "descriptor";
    static final String BOARD = "board";
    static final String VERSION = "version";
    static final String EPOCH = "epoch";
    static final String DATA_FORMAT = "data-format";
    static final String NOT_AGAIN = "not-again";
    static final String ROOM = "room";
    static final String BUNDLE = "bundle";
    static final String RAUC = "rauc";

    /// What was offered is not there any more.
    static final String WITHDRAWN = "withdrawn";

    /// What was ordered could not be had.
    static final String UNAVAILABLE = "unavailable";

    private Rule() {}
}
