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

    static StartRefused readOnly(Path data) {
        return new StartRefused(
                "the data directory " + data + " is read-only for the gateway",
                "if its file system is mounted so (findmnt shows it), the system has met an error of the disk or was told"
                        + " to: check the disk, mount it for writing, then start again; nothing that was acknowledged"
                        + " is lost by this");
    }

    /// What is wrong, without what to do about it.
    String problem() {
        return problem;
    }

    String remedy() {
        return remedy;
    }
}
