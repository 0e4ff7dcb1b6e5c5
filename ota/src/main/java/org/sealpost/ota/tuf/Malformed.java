package org.sealpost.ota.tuf;

/// Bytes that are not what they should be. The message says what is wrong, without the file's name.
public final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    /// What a file brings of its own goes into sentences, and what they are shown on must not obey it.
    static String shown(String text) {
        return text.replaceAll("\\p{C}", "?");
    }

    Malformed(String message) {
        super(shown(message));
    }
}
