package org.sealpost.hsm.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;

/// The driver process. It lives as long as its connection.
final class Main {
    private static final Duration CLOSING = Duration.ofSeconds(2);
    private static final int SIGHUP = 1;
    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;
    private static final int PR_SET_DUMPABLE = 4;

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("This is started by the process that uses the token: Main <socket>");
            System.exit(2);
        }
        OwnWords.mark();
        ignoreSignals();
        leaveNoCore();
        Connection connection = connect(arguments[0]);
        var server = new DriverServer(connection);
        int code = 0;
        try {
            server.run();
        } catch (ProtocolError nonsense) {
            System.err.println("The parent talks nonsense: " + nonsense.getMessage());
            code = 3;
        } catch (IOException gone) {
            // The parent has ended, which is as good as its word.
        } finally {
            end(server, code);
        }
    }

    private static Connection connect(String socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return Connection.of(channel);
    }

    /// A terminal's Ctrl-C, or a service manager that ends a service, signals all its processes at once; the parent
    /// still needs us to sign what it has taken. It is its end that ends us.
    private static void ignoreSignals() {
        Linker linker = Linker.nativeLinker();
        var signal = linker.downcallHandle(
                linker.defaultLookup().find("signal").orElseThrow(), FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));
        MemorySegment ignore = MemorySegment.ofAddress(1);
        for (int number : List.of(SIGHUP, SIGINT, SIGTERM)) {
            try {
                var before = (MemorySegment) signal.invokeExact(number, ignore);
            } catch (Throwable t) {
                throw new IllegalStateException("signal", t);
            }
        }
    }

    /// A core would hold the PIN, and the JVM's own option covers its own crashes only, not a library that calls
    /// abort. A process that cannot be dumped is also read by no debugger of its user's.
    private static void leaveNoCore() {
        Linker linker = Linker.nativeLinker();
        var prctl = linker.downcallHandle(
                linker.defaultLookup().find("prctl").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        int failed;
        try {
            failed = (int) prctl.invokeExact(PR_SET_DUMPABLE, 0L);
        } catch (Throwable t) {
            throw new IllegalStateException("prctl", t);
        }
        if (failed != 0) {
            throw new IllegalStateException("this process cannot be kept from leaving a core");
        }
    }

    /// A library that hangs in C_Finalize must not outlive the parent.
    private static void end(DriverServer server, int code) {
        Thread.ofPlatform().daemon().name("hsm-end").start(() -> {
            try {
                Thread.sleep(CLOSING);
            } catch (InterruptedException never) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(code);
        });
        server.close();
        Runtime.getRuntime().halt(code);
    }
}
