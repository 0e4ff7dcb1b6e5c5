package org.sealpost.hsm.est;

/// There is no answer that could be used: the server cannot be reached, is not the one of the owner's CA, is too slow,
/// or answers nonsense. Nothing was changed; trying again later may help.
public final class EstFailed extends Exception {
    private static final long serialVersionUID = 1L;

    EstFailed(String message) {
        super(message);
    }

    EstFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
