package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/// What benchmarks leave behind.
final class Folders {
    private Folders() {}

    /// Takes away a folder with all that is in it, if it is there.
    static void empty(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        try (var below = Files.walk(folder)) {
            for (var path : below.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
        }
    }
}
