package org.sealpost.archive.index;

/// A part of the index cannot answer: it is not what was written once, or is just being replaced. The message
/// says what was found.
final class PartBad extends Exception {
    private static final long serialVersionUID = 1;

    PartBad(String problem) {
        super(problem);
    }

    PartBad(String problem, Throwable cause) {
        super(problem, cause);
    }
}
