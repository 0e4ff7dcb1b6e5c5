package org.sealpost.hsm.driver;

import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import jdk.net.ExtendedSocketOptions;
import org.bouncycastle.math.ec.ECPoint;
import org.sealpost.hsm.ModuleFailed;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenFailure;

/// The operating system's side of a driver process: how it is started, found on the socket, ended, and how it
/// ended.
final class DriverProcess implements AutoCloseable {
    private static final Duration CONNECTING = Duration.ofSeconds(60);
    private static final int SIGNALLED = 128;

    /// It signs some thousand times a second at most and lives beside a gateway on a small box. What a crashed
    /// JVM knows (PIN, memory of the library) must lie in no file: neither a report nor a core ([Main] sees to the
    /// cores that the JVM does not write).
    private static final List<String> JVM = List.of(
            "-Xms8m",
            "-Xmx32m",
            "-Xss512k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:MaxMetaspaceSize=48m",
            "-XX:ReservedCodeCacheSize=16m",
            "-XX:MaxDirectMemorySize=16m",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-UsePerfData",
            "-XX:ErrorFile=/dev/null",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorLogTimeout=5",
            "-Xshare:auto",
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.util.logging.SimpleFormatter.format=%4$s: %5$s%6$s%n");

    private final Process process;
    private final LastWords words;
    private final Thread listener;
    private final SocketChannel channel;

    /// A process that is on the channel already; it owns both from now on.
    DriverProcess(Process process, LastWords words, Thread listener, SocketChannel channel) {
        this.process = process;
        this.words = words;
        this.listener = listener;
        this.channel = channel;
    }

    /// Starts the process and waits until it is on the socket.
    ///
    /// @throws IOException if it cannot be started, or does not come; the message says why
    static DriverProcess start(String token, DriverOptions options, BooleanSupplier givenUp) throws IOException {
        Path folder = Files.createTempDirectory(
                "sealpost-hsm-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path socket = folder.resolve("s");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket), 1);
            var builder = new ProcessBuilder(command(socket)).redirectErrorStream(true);
            // Options of ours would be the child's, too, and be said by it on its first line.
            builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
            builder.environment().putAll(options.environment());
            Process process = builder.start();
            process.getOutputStream().close();
            var words = new LastWords(token);
            Thread listener = Thread.ofPlatform()
                    .daemon()
                    .name("hsm-driver-output-" + token)
                    .start(() -> words.follow(process.getInputStream()));
            try {
                SocketChannel channel = accept(server, process, folder, givenUp);
                // It is told on the channel which library to load.
                words.libraryMaySpeak();
                return new DriverProcess(process, words, listener, channel);
            } catch (IOException failed) {
                process.destroyForcibly();
                listener.join(Duration.ofSeconds(1));
                throw words.last().isEmpty() || process.isAlive()
                        ? failed
                        : new IOException(
                                failed.getMessage() + "; it said: "
                                        + words.last().get(),
                                failed);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        } finally {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(folder);
        }
    }

    private static SocketChannel accept(
            ServerSocketChannel server, Process process, Path folder, BooleanSupplier givenUp) throws IOException {
        try (Selector selector = Selector.open()) {
            server.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            process.onExit().thenRun(selector::wakeup);
            long end = System.nanoTime() + CONNECTING.toNanos();
            while (true) {
                SocketChannel channel = server.accept();
                if (channel != null) {
                    return requireOurUser(channel, folder);
                }
                if (!process.isAlive()) {
                    throw new IOException("it ended with exit code " + process.exitValue() + " before it was there");
                }
                if (givenUp.getAsBoolean()) {
                    throw new IOException("nobody wants it any more");
                }
                if (System.nanoTime() - end > 0) {
                    throw new IOException("it was not there within " + CONNECTING.toSeconds() + " s");
                }
                selector.select(200);
                selector.selectedKeys().clear();
            }
        }
    }

    /// Nobody else can enter the folder but root; this says so once more.
    private static SocketChannel requireOurUser(SocketChannel channel, Path folder) throws IOException {
        var peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        if (!peer.equals(Files.getOwner(folder))) {
            channel.close();
            throw new IOException("user " + peer.getName() + " has connected instead of it");
        }
        return channel;
    }

    private static List<String> command(Path socket) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.add("-cp");
        command.add(classPath());
        command.add(Main.class.getName());
        command.add(socket.toString());
        return command;
    }

    /// Where our own classes lie and Bouncy Castle's: all that is needed there, whatever else is on the class path
    /// here. Where the places are not known, that class path.
    private static String classPath() throws IOException {
        var places = new LinkedHashSet<String>();
        for (Class<?> one : List.of(Main.class, Token.class, ECPoint.class)) {
            CodeSource source = one.getProtectionDomain().getCodeSource();
            if (source == null || !"file".equals(source.getLocation().getProtocol())) {
                return System.getProperty("java.class.path");
            }
            try {
                places.add(Path.of(source.getLocation().toURI()).toString());
            } catch (URISyntaxException | IllegalArgumentException odd) {
                throw new IOException("classes lie at " + source.getLocation(), odd);
            }
        }
        return String.join(File.pathSeparator, places);
    }

    /// What whoever only needs it for one question is told where it cannot be had.
    static ModuleFailed unusable(IOException cannot) {
        String words = "the driver process cannot be used: " + cannot.getMessage();
        return new ModuleFailed(words, TokenFailure.Reason.RETRYABLE, Optional.empty());
    }

    SocketChannel channel() {
        return channel;
    }

    long pid() {
        return process.pid();
    }

    void kill() {
        process.destroyForcibly();
    }

    /// Known once it has ended.
    boolean hasCrashed() {
        return words.crash().isPresent();
    }

    /// Waits for the end, and brings it about if it does not come in time. Returns how the process ended.
    String end(Duration patience) {
        boolean killed = false;
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                killed = true;
                process.destroyForcibly();
                process.waitFor(5, TimeUnit.SECONDS);
            }
            listener.join(Duration.ofSeconds(1));
        } catch (InterruptedException stop) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        if (process.isAlive()) {
            return "does not even end when it is killed";
        }
        int code = process.exitValue();
        if (words.crash().isPresent()) {
            return "ended by " + words.crash().get();
        }
        if (killed || code > SIGNALLED) {
            return "ended by signal " + (code > SIGNALLED ? code - SIGNALLED : 9);
        }
        return "ended with exit code " + code
                + words.last().map(last -> "; its last words: " + last).orElse("");
    }

    @Override
    public void close() {
        end(Duration.ZERO);
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            // Nothing is left to be closed.
        }
    }
}
