package org.sealpost.journal;

/// A write or a force failed, or had failed before: this journal instance is finished.
///
/// After a failed force the system may drop what it could not write and report success the next time, so trying again
/// would acknowledge what is not there. The next opening finds out what the disk really holds.
public final class JournalFailed extends BrokenPromise {
    private static final long serialVersionUID = 1;

    JournalFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
