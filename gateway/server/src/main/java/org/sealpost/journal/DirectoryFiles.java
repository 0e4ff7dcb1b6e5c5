package org.sealpost.journal;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// What stands in a directory. A stream of its files ends by an unchecked exception where the disk fails
/// meanwhile; here that is the failure itself, or whoever expects that a disk fails would not catch it.
public final class DirectoryFiles {
    private DirectoryFiles() {}

    /// What is done with a file.
    @FunctionalInterface
    public interface Visitor {
        void visit(Path file) throws IOException;
    }

    /// Shows each, in no order. One that comes or goes meanwhile may be among them or not.
    public static void visit(Path directory, Visitor visitor) throws IOException {
        try (var files = Files.newDirectoryStream(directory)) {
            visit(files, visitor);
        }
    }

    static void visit(DirectoryStream<Path> files, Visitor visitor) throws IOException {
        try {
            for (var file : files) visitor.visit(file);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /// Whether there are none.
    public static boolean isEmpty(Path directory) throws IOException {
        try (var files = Files.newDirectoryStream(directory)) {
            return isEmpty(files);
        }
    }

    static boolean isEmpty(DirectoryStream<Path> files) throws IOException {
        try {
            return !files.iterator().hasNext();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }
}
