package org.sealpost.hsm;

/// More calls wait for a token than its queue may hold. Slow down and try again.
public final class QueueFull extends TokenFailure {
    private static final long serialVersionUID = 1L;

    /// For whoever implements [Token].
    public QueueFull(String token, int capacity) {
        super("token \"" + token + "\": " + capacity + " calls wait already", Reason.RETRYABLE, null);
    }
}
