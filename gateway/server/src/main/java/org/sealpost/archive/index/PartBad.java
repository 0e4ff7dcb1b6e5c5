package org.sealpost.archive.index;

/// A part of the index cannot answer: it is not what was written once, or is just being replaced. The message
/// says what was found.
final class PartBad extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean passing;

    PartBad(String problem) {
        super(problem);
        this.passing = false;
    }

    PartBad(String problem, Throwable cause) {
        this(problem, cause, false);
    }

    private PartBad(String problem, Throwable cause, boolean passing) {
        super(problem, cause);
        this.passing = passing;
    }

    /// Its file cannot be opened, for want of something or by an error; nothing is known of what it holds.
    static PartBad forNow(String problem, Throwable cause) {
        return new PartBad(problem, cause, true);
    }

    /// Whether it may be over by itself.
    boolean isPassing() {
        return passing;
    }
}
