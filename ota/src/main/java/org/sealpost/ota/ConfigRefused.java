package org.sealpost.ota;

/// The agent cannot run as it is set up; the message says what to change.
final class ConfigRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    ConfigRefused(String message) {
        super(message);
    }
}
