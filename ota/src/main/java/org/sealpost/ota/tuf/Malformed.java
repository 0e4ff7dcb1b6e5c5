package org.sealpost.ota.tuf;

/// Bytes that are not what they should be. The message says what is wrong, without the file's name.
public final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
        super(message);
    }
}
