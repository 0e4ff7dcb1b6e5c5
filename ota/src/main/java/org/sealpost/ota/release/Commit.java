package org.sealpost.ota.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Files that are to appear together, in an order that readers can bear: all are written aside first, so that a full
/// disk changes nothing, and then renamed one after the other.
final class Commit {
    private final List<Path> files = new ArrayList<>();
    private final List<Path> written = new ArrayList<>();
    private final List<byte[]> contents = new ArrayList<>();

    Commit then(Path file, byte[] content) {
        files.add(file);
        contents.add(content);
        return this;
    }

    void finish() {
        try {
            for (int at = 0; at < files.size(); at++) {
                written.add(NewFile.unfinished(files.get(at)));
                NewFile.aside(files.get(at), contents.get(at));
            }
            for (Path file : files) {
                NewFile.rename(NewFile.unfinished(file), file);
            }
        } catch (IOException failed) {
            written.forEach(Commit::deleteQuietly);
            throw new Refusal("the repository cannot be written: " + NewFile.reason(failed), failed);
        }
    }

    static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException stays) {
            // It is unfinished by its name, and so nobody reads it; the next run writes over it.
        }
    }
}
