package org.sealpost.anchor;

/// Whether what an anchorage holds of a log lies within that log.
public enum Agreement {
    /// Not known since this process began.
    NOT_ASKED,

    /// It did when it was asked.
    AGREES,

    /// It said that it holds another history, or more than the log has, and that is not confirmed: another node has to
    /// say so too, or it is not final yet.
    DOUBTED,

    /// It holds another history, or more than the log has.
    CONTRADICTS
}
