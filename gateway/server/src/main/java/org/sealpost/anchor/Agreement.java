package org.sealpost.anchor;

/// Whether what an anchorage holds of a log lies within that log.
public enum Agreement {
    /// Not known since this process began.
    NOT_ASKED,

    /// It did when it was asked.
    AGREES,

    /// It holds another history, or more than the log has.
    CONTRADICTS
}
