package org.sealpost.journal;

import java.io.IOException;

/// There is no room for the next segment. Nothing of the refused entry was written; the journal goes on as soon as
/// there is space again, and what was appended before can still be forced.
public final class JournalFull extends IOException {
    private static final long serialVersionUID = 1;

    JournalFull(String message, Throwable cause) {
        super(message, cause);
    }
}
