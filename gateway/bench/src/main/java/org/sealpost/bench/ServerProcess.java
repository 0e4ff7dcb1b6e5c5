package org.sealpost.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A server under measurement: a process of its own, whatever it writes to its console kept in a file.
final class ServerProcess implements AutoCloseable {
    private static final Duration TIME_TO_END = Duration.ofSeconds(20);

    // Whoever ends a benchmark early must not have to look for its servers.
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> RUNNING.forEach(process -> {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                })));
    }

    private final String name;
    private final Process process;
    private final boolean wrapped;
    private final Path log;

    private ServerProcess(String name, Process process, boolean wrapped, Path log) {
        this.name = name;
        this.process = process;
        this.wrapped = wrapped;
        this.log = log;
    }

    /// @param wrapper a program that runs the command, such as a tracer; empty for none
    /// @param log     appended to
    static ServerProcess start(
            String name, List<String> wrapper, List<String> command, Map<String, String> environment, Path log)
            throws IOException {
        var words = new ArrayList<>(wrapper);
        words.addAll(command);
        var builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        var process = builder.start();
        RUNNING.add(process);
        process.onExit().thenAccept(RUNNING::remove);
        return new ServerProcess(name, process, !wrapper.isEmpty(), log);
    }

    /// A port that was free a moment ago.
    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /// Waits until the port on loopback accepts connections.
    ///
    /// @throws IOException if the process ends first, or the patience does
    void awaitPort(int port, Duration patience) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                return;
            } catch (IOException e) {
                if (!process.isAlive()) throw new IOException(name + " ended with " + process.exitValue() + tail(), e);
                if (System.nanoTime() > deadline) {
                    throw new IOException(name + " does not listen on " + port + " after " + patience + tail(), e);
                }
                Thread.sleep(10);
            }
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /// Of a process that has ended.
    int exitCode() {
        return process.exitValue();
    }

    /// Asks it to end, as an operator would, and waits.
    ///
    /// @return its exit code
    int end(Duration patience) throws IOException, InterruptedException {
        asked().toList().forEach(ProcessHandle::destroy);
        return awaitEnd(patience);
    }

    /// Waits for a process that is to end by itself.
    ///
    /// @return its exit code
    int awaitEnd(Duration patience) throws IOException, InterruptedException {
        if (process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS)) return process.exitValue();
        kill();
        throw new IOException(name + " had not ended after " + patience + tail());
    }

    /// Processor time used so far, user and system, by the process and its descendants; /proc/<pid>/stat on Linux, in
    /// steps of 10 ms.
    Duration processorTime() {
        return all().map(handle -> handle.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /// It stands still, and uses nothing, until [#goOn]; what it waits for comes due meanwhile.
    void stand() throws IOException, InterruptedException {
        signal("STOP");
    }

    void goOn() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int exit = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (exit != 0) throw new IOException("kill -" + name + " " + pid() + " ended with " + exit);
    }

    /// SIGKILL to the process and all of its descendants; returns when it is gone.
    void kill() {
        // Looking for descendants takes milliseconds. A process without wrapper is hit at once: a campaign that kills
        // on an answer is after the microseconds behind it.
        if (!wrapped) process.destroyForcibly();
        all().toList().forEach(ProcessHandle::destroyForcibly);
        // Nobody can hold up a SIGKILL, so neither waits this for an interrupt.
        process.onExit().join();
    }

    /// Asks it to end, waits, and kills it if it does not.
    @Override
    public void close() {
        asked().toList().forEach(ProcessHandle::destroy);
        try {
            if (process.waitFor(TIME_TO_END.toMillis(), TimeUnit.MILLISECONDS)) return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
    }

    /// The last lines of its console, for messages.
    String tail() {
        try {
            var lines = Files.readAllLines(log);
            return "; its last lines:\n"
                    + String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            return "; its console cannot be read: " + e.getMessage();
        }
    }

    /// A wrapper is not asked to end: it ends with what it wraps.
    private Stream<ProcessHandle> asked() {
        return wrapped ? process.descendants() : Stream.of(process.toHandle());
    }

    private Stream<ProcessHandle> all() {
        return Stream.concat(process.descendants(), Stream.of(process.toHandle()));
    }
}
