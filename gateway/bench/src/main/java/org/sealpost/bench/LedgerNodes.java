package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// The nodes of a consortium's chain, as scripts/ledgers makes them: they run until this is closed.
final class LedgerNodes implements AutoCloseable {
    private static final int UP_MINUTES = 20;

    private final Path scripts;
    private final String kind;
    private final Path folder;

    private LedgerNodes(Path scripts, String kind, Path folder) {
        this.scripts = scripts;
        this.kind = kind;
        this.folder = folder;
    }

    /// Builds their programs where that was never done; returns when they answer.
    ///
    /// @param kind   as scripts/ledgers/up names it
    /// @param folder for all that they write
    static LedgerNodes up(Path scripts, String kind, Path folder) throws IOException, InterruptedException {
        var nodes = new LedgerNodes(scripts, kind, folder);
        // Whoever ends a benchmark early must not have to look for its nodes.
        Runtime.getRuntime().addShutdownHook(new Thread(nodes::close));
        nodes.run("up");
        return nodes;
    }

    private void run(String script) throws IOException, InterruptedException {
        var command = scripts.resolve(script);
        var process = new ProcessBuilder(command.toString(), kind, folder.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!process.waitFor(UP_MINUTES, TimeUnit.MINUTES)) {
            process.destroy();
            throw new IOException(command + " has not ended after " + UP_MINUTES + " minutes");
        }
        if (process.exitValue() != 0) throw new IOException(command + " ended with " + process.exitValue());
    }

    /// Ends them; may be called twice.
    @Override
    public void close() {
        if (!Files.isDirectory(folder)) return; // they ended before, and their folder is gone
        try {
            run("down");
        } catch (IOException e) {
            System.err.println("the nodes in " + folder + " may still run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
