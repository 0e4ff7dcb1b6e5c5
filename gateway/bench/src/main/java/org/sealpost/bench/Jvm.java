package org.sealpost.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How a further JVM is started from this one.
final class Jvm {
    private Jvm() {}

    /// This JVM's java with this JVM's class path, up to but without the main class. The options are those that the
    /// launcher `./sealpost` gives to the gateway.
    static List<String> command() {
        return command(Optional.empty());
    }

    /// @param heap most memory for objects, as in `256m`; empty for the JVM's own choice
    static List<String> command(Optional<String> heap) {
        var command = new ArrayList<>(
                List.of(java(), "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        heap.ifPresent(size -> command.add("-Xmx" + size));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        return command;
    }

    /// This JVM's own program.
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
