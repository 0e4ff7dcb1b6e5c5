package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// What a test needs of the machine. Where it is missing the test is skipped and says why; in CI it fails, since
/// there nobody would miss a test that does not run.
public final class Installed {
    private Installed() {}

    /// The first of these places that exists.
    public static Path require(String what, String packages, List<String> places) {
        var found = SoftHsm.firstThatExists(places);
        require(found.isPresent(), what + " is not installed (packages: " + packages + ")");
        return found.orElseThrow();
    }

    public static void require(boolean there, String otherwise) {
        if (!there && "true".equals(System.getenv("CI"))) {
            fail(otherwise);
        }
        Assumptions.assumeTrue(there, otherwise);
    }
}
