package org.sealpost.hsm.bench;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// All contenders before one module, the C program first and ours right behind it, so that the pairs that
/// count are measured next to each other.
record Field(List<Contender> contenders) implements AutoCloseable {
    static final String YARDSTICK = "C program";
    static final String INSIDE = "hsm-bridge, in the process";
    static final String INSIDE_DIRECT = "hsm-bridge, in the process, answered where signed";
    static final String PROCESS = "hsm-bridge, driver process";
    static final String PROCESS_DIRECT = "hsm-bridge, driver process, answered where read";
    static final String SUN = "SunPKCS11";
    static final String IPK = "ipkcs11wrapper";
    static final String P11_KIT = "C program through p11-kit remoting";

    /// @param environment what the module needs besides
    static Field before(Place place, Path module, int sessions, Map<String, String> environment) throws IOException {
        var field = new Field(new ArrayList<>());
        try {
            field.add(YARDSTICK, place, signer(place, module, sessions), environment, List.of());
            field.add(INSIDE_DIRECT, place, java(place, "inside-direct", module, sessions), environment, List.of());
            field.add(INSIDE, place, java(place, "inside", module, sessions), environment, List.of());
            field.add(PROCESS, place, java(place, "process", module, sessions), environment, List.of());
            field.add(PROCESS_DIRECT, place, java(place, "process-direct", module, sessions), environment, List.of());
            field.add(SUN, place, java(place, "sun-pkcs11", module, sessions), environment, List.of());
            field.add(IPK, place, java(place, "ipkcs11wrapper", module, sessions), environment, List.of());
            Path socket = place.folder().resolve(module.getFileName() + "-" + sessions + ".s");
            Process server = server(place, module, socket, environment);
            field.add(
                    P11_KIT,
                    place,
                    signer(place, place.p11KitClient(), sessions),
                    Map.of("P11_KIT_SERVER_ADDRESS", "unix:path=" + socket),
                    List.of(server));
            return field;
        } catch (IOException | RuntimeException failed) {
            field.close();
            throw failed;
        }
    }

    private void add(
            String name, Place place, List<String> command, Map<String, String> environment, List<Process> helpers)
            throws IOException {
        contenders.add(Contender.start(name, place, command, environment, helpers));
    }

    private static List<String> signer(Place place, Path module, int threads) {
        return List.of(
                place.folder().resolve("signer").toString(),
                module.toString(),
                Place.LABEL,
                place.pinFile().toString(),
                Place.KEY,
                Integer.toString(threads));
    }

    private static List<String> java(Place place, String way, Path module, int sessions) {
        return place.java(
                SigningProcess.class,
                List.of(),
                way,
                module.toString(),
                Place.LABEL,
                place.pinFile().toString(),
                Place.KEY,
                Integer.toString(sessions));
    }

    private static Process server(Place place, Path module, Path socket, Map<String, String> environment)
            throws IOException {
        var builder = new ProcessBuilder(
                "p11-kit",
                "server",
                "--foreground",
                "--provider",
                module.toString(),
                "-n",
                socket.toString(),
                "pkcs11:");
        builder.environment().putAll(place.environment());
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        builder.redirectOutput(place.folder().resolve("p11-kit.log").toFile());
        Process server = builder.start();
        long end = System.nanoTime() + 20_000_000_000L;
        while (!listens(socket)) {
            if (!server.isAlive() || System.nanoTime() - end > 0) {
                server.destroyForcibly();
                throw new IOException("p11-kit's server does not listen; see p11-kit.log in " + place.folder());
            }
            Thread.onSpinWait();
        }
        return server;
    }

    private static boolean listens(Path socket) {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        contenders.forEach(Contender::close);
    }
}
