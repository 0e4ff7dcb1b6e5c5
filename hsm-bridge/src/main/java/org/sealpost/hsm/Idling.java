package org.sealpost.hsm;

/// What one of a token's lanes does while there is nothing to sign, instead of sleeping: in a driver process, waiting
/// for the next call on the socket. A lane that reads its next call itself need not be woken for it.
public interface Idling {

    /// Waits until something has happened, a call was added among others, or [#wake]. One lane at a time is here.
    /// Returns whether to come again; if not, lanes sleep from then on.
    boolean idle();

    /// Ends the waiting, from any thread: there is something to do that did not come this way.
    void wake();
}
