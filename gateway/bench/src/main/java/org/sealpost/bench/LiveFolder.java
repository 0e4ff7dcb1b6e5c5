package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What lies in a folder in which another process makes, renames and deletes files meanwhile: what vanishes under the
/// walk is passed over.
final class LiveFolder {
    private LiveFolder() {}

    /// Plain files, at any depth, in no order.
    static List<Path> filesIn(Path folder) throws IOException {
        var files = new ArrayList<Path>();
        walk(folder, _ -> {}, files::add);
        return files;
    }

    /// The folder itself and those in it, at any depth.
    static List<Path> foldersIn(Path folder) throws IOException {
        var folders = new ArrayList<Path>();
        walk(folder, folders::add, _ -> {});
        return folders;
    }

    /// @throws NoSuchFileException if the folder itself is not there
    static void walk(Path root, Consumer<Path> folders, Consumer<Path> files) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<Path>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                folders.accept(folder);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile()) files.accept(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException problem) throws IOException {
                return passOver(file, problem);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException problem) throws IOException {
                return problem == null ? FileVisitResult.CONTINUE : passOver(folder, problem);
            }

            private FileVisitResult passOver(Path path, IOException problem) throws IOException {
                if (problem instanceof NoSuchFileException && !path.equals(root)) return FileVisitResult.CONTINUE;
                throw problem;
            }
        });
    }
}
