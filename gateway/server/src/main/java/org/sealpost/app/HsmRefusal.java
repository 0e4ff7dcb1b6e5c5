package org.sealpost.app;

/// A verb of [HsmCommand] does not do it; the message is the sentence for the technician.
final class HsmRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    HsmRefusal(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
