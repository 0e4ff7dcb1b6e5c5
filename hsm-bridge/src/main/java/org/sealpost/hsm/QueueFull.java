package org.sealpost.hsm;

/// More calls wait for a token than its queue may hold. Slow down and try again.
public final class QueueFull extends TokenFailure {
    private static final long serialVersionUID = 1L;

    /// For whoever implements [Token].
    public QueueFull(String token, int capacity) {
        this(token, capacity + " calls wait already");
    }

    private QueueFull(String token, String words) {
        super("token \"" + token + "\": " + words, Reason.RETRYABLE, null);
    }

    /// Another bound than that of calls is reached.
    public static QueueFull because(String token, String words) {
        return new QueueFull(token, words);
    }
}
