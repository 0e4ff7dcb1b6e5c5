package org.sealpost.app;

/// Something that must be there before a start is not; the message says what to do.
public final class StartRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    StartRefused(String message) {
        super(message);
    }
}
