package org.sealpost.bench;

import java.nio.file.Path;
import java.util.List;

/// How a further JVM is started from this one.
final class Jvm {
    private Jvm() {}

    /// This JVM's java with this JVM's class path, up to but without the main class. The options are those that the
    /// launcher `./sealpost` gives to the gateway.
    static List<String> command() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"));
    }
}
