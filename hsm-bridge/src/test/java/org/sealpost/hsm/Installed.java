package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// What a test needs of the machine. Where it is missing the test is skipped and says why. But where `./test` could
/// install it (SEALPOST_MUST_RUN), and in CI, the test fails: there nobody would miss one that does not run.
public final class Installed {
    private static final boolean MUST_RUN =
            "true".equals(System.getenv("SEALPOST_MUST_RUN")) || "true".equals(System.getenv("CI"));

    private Installed() {}

    /// The first of these places that exists.
    static Path require(String what, String packages, List<String> places) {
        var found = SoftHsm.firstThatExists(places);
        require(found.isPresent(), what + " is not installed (packages: " + packages + ")");
        return found.orElseThrow();
    }

    /// A program on the PATH.
    public static void requireProgram(String name, String packages) {
        require(Program.isThere(name), name + " is not installed (packages: " + packages + ")");
    }

    static String openssl() {
        requireProgram("openssl", "openssl");
        return "openssl";
    }

    /// What compiles the libraries in C that tests put before a module.
    public static void requireCompiler() {
        requireProgram("cc", "gcc, libc6-dev");
        require(Files.exists(Path.of("/usr/include/stdio.h")), "C's headers are not installed (packages: libc6-dev)");
    }

    /// OpenSC's library that writes down each call, and passes it on.
    public static Path requireSpy() {
        return require(
                "pkcs11-spy.so",
                "opensc-pkcs11",
                List.of(
                        "/usr/lib/x86_64-linux-gnu/pkcs11/pkcs11-spy.so",
                        "/usr/lib/aarch64-linux-gnu/pkcs11/pkcs11-spy.so",
                        "/usr/lib64/pkcs11/pkcs11-spy.so",
                        "/usr/lib/pkcs11/pkcs11-spy.so"));
    }

    /// `otherwise` is the sentence that says what is missing.
    public static void require(boolean there, String otherwise) {
        if (!there && MUST_RUN) {
            fail(otherwise);
        }
        Assumptions.assumeTrue(there, otherwise);
    }
}
