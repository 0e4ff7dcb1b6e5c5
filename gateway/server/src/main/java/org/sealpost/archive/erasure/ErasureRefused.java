package org.sealpost.archive.erasure;

/// An order that is not taken: nothing has changed.
public final class ErasureRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean nothing;

    /// @param sentence names the rule and the remedy
    ErasureRefused(String sentence) {
        this(sentence, false);
    }

    private ErasureRefused(String sentence, boolean nothing) {
        super(sentence);
        this.nothing = nothing;
    }

    static ErasureRefused nothing(String sentence) {
        return new ErasureRefused(sentence, true);
    }

    /// Whether all that it asks for is done: there is nothing to erase.
    public boolean isNothing() {
        return nothing;
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }
}
