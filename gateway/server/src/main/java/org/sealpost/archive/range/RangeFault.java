package org.sealpost.archive.range;

/// What is wrong with a range file, and where in it.
public final class RangeFault extends Exception {
    private static final long serialVersionUID = 1;

    /// @param problem one sentence's worth, without the place
    RangeFault(String problem) {
        super(problem);
    }

    /// The same with the place where it was met.
    RangeFault at(int chunk, long offset) {
        return new RangeFault("chunk " + chunk + " at byte " + offset + ": " + getMessage());
    }
}
