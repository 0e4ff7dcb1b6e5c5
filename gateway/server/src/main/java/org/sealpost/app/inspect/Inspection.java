package org.sealpost.app.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/// Finds out what files are: the first bytes decide, or the name where a kind has no first bytes of its own.
public final class Inspection {
    private static final int MAX_DEPTH = 16;

    // In this order: what is told apart by its first bytes comes before what has only a name.
    private static final List<Explainer> EXPLAINERS = List.of(
            new SegmentExplainer(),
            new JournalExtrasExplainer(),
            new LogExplainer(),
            new DerivedExplainer(),
            new RangeExplainer(),
            new EvidenceExplainer(),
            new HeadExplainer(),
            new FirstLineExplainer(),
            new TokenFolderExplainer(),
            new PublishingExplainer(),
            new SettingsExplainer(),
            new ForeignExplainer());

    private final Subject.Depth depth;

    /// @param items    how many of a file's items are told
    /// @param payloads whether what clients handed over is shown, too
    public Inspection(int items, boolean payloads) {
        depth = new Subject.Depth(items, payloads);
    }

    /// Sees what was found of each file.
    @FunctionalInterface
    public interface Visitor {
        void visit(Path file, Explanation explanation);
    }

    /// A file, or all that lie below a folder, in the order of their names. Symbolic links inside are not
    /// followed.
    public void of(Path fileOrFolder, Visitor visitor) throws IOException {
        if (!Files.isDirectory(fileOrFolder)) {
            visitor.visit(fileOrFolder, of(fileOrFolder));
            return;
        }
        below(fileOrFolder, visitor, 0);
    }

    private void below(Path folder, Visitor visitor, int level) throws IOException {
        if (level > MAX_DEPTH) throw new IOException(folder + " lies deeper than anything that a box writes");
        List<Path> inside;
        try (var files = Files.list(folder)) {
            inside = files.sorted().toList();
        }
        for (var path : inside) {
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) below(path, visitor, level + 1);
            else visitor.visit(path, of(path));
        }
    }

    /// One file. What cannot be read is told as such, so that the others of a folder are still explained.
    public Explanation of(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) return Explanation.unknown("a symbolic link");
        if (!Files.exists(file)) throw new NoSuchFileException(file.toString());
        if (!Files.isRegularFile(file)) {
            return file.getFileName().toString().equals("s")
                    ? Explanation.of("socket of a token's driver process").done()
                    : Explanation.unknown("no file, but a device, a pipe or a socket");
        }
        try {
            var subject = Subject.of(file, depth);
            for (var explainer : EXPLAINERS) {
                var found = explainer.explain(subject);
                if (found.isPresent()) return found.get();
            }
        } catch (IOException e) {
            return Explanation.of("a file that cannot be read")
                    .damaged(String.valueOf(e))
                    .done();
        }
        return Explanation.unknown("neither its first bytes nor its name are those of a kind that this program writes");
    }
}
