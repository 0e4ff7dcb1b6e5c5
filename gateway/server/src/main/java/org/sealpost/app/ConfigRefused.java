package org.sealpost.app;

/// The configuration cannot be used; the message is for the operator.
public final class ConfigRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    ConfigRefused(String message) {
        super(message);
    }
}
