package org.sealpost.anchor;

/// The anchorage, or the token that signs for it, cannot do it now. Nothing is wrong with the head; try again later.
public final class AnchorageSetback extends Exception {
    private static final long serialVersionUID = 1L;

    private final String remedy;
    private boolean passes = true;
    private boolean speaksAgainstTheLog;
    private boolean tellsAnotherRoot;

    /// @param reason names the anchorage and what happened
    /// @param remedy what a person can do
    public AnchorageSetback(String reason, String remedy) {
        super(reason);
        this.remedy = remedy;
    }

    public AnchorageSetback(String reason, String remedy, Throwable cause) {
        super(reason, cause);
        this.remedy = remedy;
    }

    /// The same, which does not pass unless a person acts, as long as the configuration is what it is.
    public AnchorageSetback untilSomebodyActs() {
        passes = false;
        return this;
    }

    /// Whether it may pass by itself.
    public boolean passes() {
        return passes;
    }

    /// The same, where whoever answers says that it holds another history of the log, or more of it than is
    /// asked for, which nobody confirms.
    public AnchorageSetback againstTheLog() {
        speaksAgainstTheLog = true;
        return this;
    }

    /// Whether it is the word of somebody who answered, against the log.
    public boolean speaksAgainstTheLog() {
        return speaksAgainstTheLog;
    }

    /// The same, where that is another root for the very size that was asked for: what of a larger head may be a
    /// courier's, is not there.
    public AnchorageSetback ofAnotherRoot() {
        tellsAnotherRoot = true;
        return againstTheLog();
    }

    /// Whether it is against the log whoever lodged it: no courier has a head with another root.
    public boolean tellsAnotherRoot() {
        return tellsAnotherRoot;
    }

    public String remedy() {
        return remedy;
    }
}
