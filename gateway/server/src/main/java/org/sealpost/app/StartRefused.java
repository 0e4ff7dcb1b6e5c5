package org.sealpost.app;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/// Something that must be there before a start is not; the message says what to do.
public final class StartRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String problem;
    private final String remedy;

    StartRefused(String problem) {
        this(problem, "");
    }

    StartRefused(String problem, String remedy) {
        super(remedy.isEmpty() ? problem : problem + "; " + remedy);
        this.problem = problem;
        this.remedy = remedy;
    }

    static StartRefused unusable(Path data, FileSystemException e) {
        return new StartRefused("the data directory " + data + " cannot be used: "
                + e.getClass().getSimpleName() + ": " + e.getMessage());
    }

    /// What is wrong, without what to do about it.
    String problem() {
        return problem;
    }

    String remedy() {
        return remedy;
    }
}
