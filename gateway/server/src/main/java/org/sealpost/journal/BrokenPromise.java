package org.sealpost.journal;

/// Something that must not happen has happened: what was promised can no longer be vouched for.
///
/// It is unchecked because no caller can mend it. Whoever runs the caller ends the process; recovery at the next start,
/// and then the operator, take it from there.
public abstract class BrokenPromise extends RuntimeException {
    private static final long serialVersionUID = 1;

    protected BrokenPromise(String message) {
        super(message);
    }

    protected BrokenPromise(String message, Throwable cause) {
        super(message, cause);
    }
}
