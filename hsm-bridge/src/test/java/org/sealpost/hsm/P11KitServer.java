package org.sealpost.hsm;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A token in another process: `p11-kit server` over a SoftHSM2 token. Killing it is pulling the plug, stopping
/// it a token that does not answer. Passes no Ed25519.
///
/// The client library reads its socket's address once per process, so a process has one server address.
public final class P11KitServer implements AutoCloseable {
    private static final int SIGKILL = 9;
    static final int SIGCONT = 18;
    static final int SIGSTOP = 19;
    private static final List<String> USUAL_PLACES = List.of(
            "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so",
            "/usr/lib/aarch64-linux-gnu/pkcs11/p11-kit-client.so",
            "/usr/lib64/pkcs11/p11-kit-client.so",
            "/usr/lib/pkcs11/p11-kit-client.so");

    private static Path socket;

    private final SoftHsm hsm;
    private Process process;

    private P11KitServer(SoftHsm hsm) {
        this.hsm = hsm;
    }

    /// The client library, if this machine has it.
    public static Optional<Path> module() {
        return SoftHsm.firstThatExists(USUAL_PLACES);
    }

    /// Starts a server for the tokens of `hsm` and makes this process's client library find it. Skips the test
    /// where p11-kit's server is not installed, or fails it: see [Installed].
    public static P11KitServer start(SoftHsm hsm) throws IOException {
        Installed.require("p11-kit-client.so", "p11-kit-modules", USUAL_PLACES);
        Installed.require(
                "p11-kit server",
                "p11-kit",
                List.of("/usr/libexec/p11-kit/p11-kit-server", "/usr/lib/p11-kit/p11-kit-server"));
        var server = new P11KitServer(hsm);
        // A short path of its own: a socket's path has at most 107 bytes.
        if (socket == null) {
            socket = Files.createTempDirectory("p11").resolve("s");
            SoftHsm.environment("P11_KIT_SERVER_ADDRESS", server.address());
        }
        server.restart();
        return server;
    }

    /// What P11_KIT_SERVER_ADDRESS must say for another process to reach the same server.
    public String address() {
        return "unix:path=" + socket;
    }

    /// The same token, reached through the server.
    public TokenConfig through(TokenConfig direct) {
        return new TokenConfig(
                module().orElseThrow(),
                direct.label(),
                direct.serial(),
                direct.reserved(),
                direct.pinFile(),
                direct.sessions());
    }

    /// Starts a new process on the same socket; the one before must be dead.
    public void restart() throws IOException {
        Files.deleteIfExists(socket);
        var builder = new ProcessBuilder(
                "p11-kit",
                "server",
                "--foreground",
                "--provider",
                SoftHsm.module().orElseThrow().toString(),
                "-n",
                socket.toString(),
                "pkcs11:");
        builder.environment().put("SOFTHSM2_CONF", hsm.configuration().toString());
        builder.redirectErrorStream(true);
        builder.redirectOutput(socket.resolveSibling("log").toFile());
        process = builder.start();
        // The socket is there a moment before anybody listens to it.
        Await.until(Duration.ofMinutes(2), () -> "nobody listens to " + socket, () -> TpmToken.listens(socket));
    }

    public void kill() {
        stop();
        signal(SIGKILL);
        process.onExit().join();
    }

    /// First the server alone, so that it forks nobody who would be missed, and go on signing.
    public void stop() {
        signal(process.toHandle(), SIGSTOP);
        Await.until(Duration.ofMinutes(2), () -> "p11-kit server does not stop", this::isStopped);
        signal(SIGSTOP);
    }

    public void proceed() {
        signal(SIGCONT);
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }

    private boolean isStopped() {
        try {
            String state = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "stat"));
            return state.substring(state.lastIndexOf(')')).startsWith(") T");
        } catch (IOException ended) {
            return !process.isAlive();
        }
    }

    /// To the server and to the processes that it forks for each connection.
    private void signal(int number) {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(handle -> signal(handle, number));
    }

    /// Sends a signal to any process of this machine.
    public static void signal(ProcessHandle handle, int number) {
        Linker linker = Linker.nativeLinker();
        var kill = linker.downcallHandle(
                linker.defaultLookup().find("kill").orElseThrow(), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
        try {
            int ignored = (int) kill.invokeExact((int) handle.pid(), number);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
