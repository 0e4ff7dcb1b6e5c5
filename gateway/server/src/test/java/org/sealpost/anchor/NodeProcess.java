package org.sealpost.anchor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Signals to a node that runs in a process of its own.
public final class NodeProcess {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private NodeProcess() {}

    /// @param name as `kill` knows it; after `STOP` the node answers no more
    public static void signal(Process node, String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(node.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) throw new IOException("kill -" + name + " ended with " + code);
        if (name.equals("STOP")) awaitStopped(node);
    }

    /// A thread stops only once the kernel has it: until then the node may still answer.
    private static void awaitStopped(Process node) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!isStopped(node)) {
            if (System.nanoTime() - end > 0) throw new IOException("the node did not stop within " + PATIENCE);
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    public static boolean isStopped(Process node) throws IOException {
        try (var threads = Files.list(Path.of("/proc", Long.toString(node.pid()), "task"))) {
            for (var thread : threads.toList()) {
                var stat = Files.readString(thread.resolve("stat"));
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') return false;
            }
            return true;
        }
    }
}
