package org.sealpost.evidence;

/// How well something in a verdict is founded.
public enum Standing {
    /// Under a signature that was checked, or confirmed by a ledger that was asked.
    PROVED,
    /// Only the file says so.
    CLAIMED,
    /// Nobody looked; what a reader might otherwise take for settled.
    NOT_CHECKED
}
