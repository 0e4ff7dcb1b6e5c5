package org.sealpost.anchor;

/// A head file says what does not hold, so nothing of it is signed or sent. The message is a sentence for
/// whoever brought it.
public final class HeadRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    /// @param remedy what a person can do
    public HeadRefused(String cause, String remedy) {
        super(cause);
        this.remedy = remedy;
    }

    /// What a person can do.
    public String remedy() {
        return remedy;
    }
}
