package org.sealpost.bench;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
        return command(heap, System.getProperty("java.class.path"));
    }

    /// With the jars of this JVM's class path only, which is what a cache of classes can be made of. The
    /// product's classes may lie in folders, where a test runs before anything is packaged: then not all is
    /// there.
    static List<String> commandOfJars(Optional<String> heap) {
        var jars = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(place -> Files.isRegularFile(Path.of(place)))
                .collect(Collectors.joining(File.pathSeparator));
        return command(heap, jars);
    }

    private static List<String> command(Optional<String> heap, String classPath) {
        var command = new ArrayList<>(
                List.of(java(), "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        heap.ifPresent(size -> command.add("-Xmx" + size));
        command.addAll(List.of("-cp", classPath));
        return command;
    }

    /// This JVM's own program.
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
