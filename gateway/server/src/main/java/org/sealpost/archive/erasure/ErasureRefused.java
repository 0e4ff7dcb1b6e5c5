package org.sealpost.archive.erasure;

/// An order that is not taken: nothing has changed.
public final class ErasureRefused extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param sentence names the rule and the remedy
    ErasureRefused(String sentence) {
        super(sentence);
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }
}
