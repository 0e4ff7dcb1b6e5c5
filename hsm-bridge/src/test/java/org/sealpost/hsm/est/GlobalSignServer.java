package org.sealpost.hsm.est;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.sealpost.hsm.FreePort;
import org.sealpost.hsm.Installed;
import org.sealpost.hsm.TestCa;

/// GlobalSign's EST server, in a process of its own, with its CA and its TLS certificate under a CA of ours.
public final class GlobalSignServer implements AutoCloseable {
    /// Of the user `box`.
    public static final String PASSWORD = "once-only-7";

    private static final int CANNOT_BE_HAD = 2;
    private static final int ATTEMPTS = 5;
    private static final Duration BUILDING = Duration.ofMinutes(10);

    private final Process process;
    private final Path folder;
    private final int port;

    private GlobalSignServer(Process process, Path folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
    }

    /// Skips the test where the server cannot be had, or fails it, with the sentence that says why: see [Installed].
    ///
    /// @param ca signs what is issued, and is the only one whose clients are let in with a certificate
    public static GlobalSignServer start(Path folder, TestCa ca, byte[] tlsCertificate, KeyPair tlsPair)
            throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            Optional<GlobalSignServer> server =
                    start(folder, ca, tlsCertificate, tlsPair, FreePort.any(), List.of(), attempt < ATTEMPTS);
            if (server.isPresent()) return server.get();
        }
    }

    /// Empty if somebody else has taken the port meanwhile and another one may be tried.
    private static Optional<GlobalSignServer> start(
            Path folder,
            TestCa ca,
            byte[] tlsCertificate,
            KeyPair tlsPair,
            int port,
            List<String> options,
            boolean again)
            throws IOException, InterruptedException {
        Path caFile = pem(folder.resolve("ca.pem"), "CERTIFICATE", ca.certificate());
        Path config = folder.resolve("est.json");
        Files.writeString(config, """
                {"mock_ca": {"certificates": "%s", "private_key": "%s"},
                 "tls": {"listen_address": "127.0.0.1:%d", "certificates": "%s", "private_key": "%s",
                         "client_cas": ["%s"]},
                 "allowed_hosts": ["localhost", "127.0.0.1"],
                 "healthcheck_password": "xyzzy", "rate_limit": 150, "timeout": 30, "log_file": "%s",
                 "mood": "%s", "requests": "%s", "password": "%s"}
                """.formatted(
                        caFile,
                        pem(
                                folder.resolve("ca.key"),
                                "PRIVATE KEY",
                                ca.pair().getPrivate().getEncoded()),
                        port,
                        pem(folder.resolve("tls.pem"), "CERTIFICATE", tlsCertificate),
                        pem(
                                folder.resolve("tls.key"),
                                "PRIVATE KEY",
                                tlsPair.getPrivate().getEncoded()),
                        caFile,
                        folder.resolve("est.log"),
                        folder.resolve("mood"),
                        folder.resolve("requests"),
                        PASSWORD));
        Path words = folder.resolve("est.words");
        Path script = Path.of(System.getProperty("sealpost.root")).resolve("scripts/counterparts/est-server");
        var command = new ArrayList<String>();
        command.add(script.toString());
        command.addAll(options);
        command.add(config.toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(words.toFile())
                .start();
        return comesUp(process, port, words, again)
                ? Optional.of(new GlobalSignServer(process, folder, port))
                : Optional.empty();
    }

    /// Returns false if somebody else has taken the port meanwhile and another one may be tried.
    private static boolean comesUp(Process process, int port, Path words, boolean again)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + BUILDING.toNanos();
        while (true) {
            // In this order: who listens at the port of a server that has ended is another.
            boolean listens = listens(port);
            if (!process.isAlive()) {
                Path log = words.resolveSibling("est.log");
                String said = Files.readString(words) + (Files.exists(log) ? Files.readString(log) : "");
                Installed.require(process.exitValue() != CANNOT_BE_HAD, said);
                if (again && said.contains("address already in use")) {
                    return false;
                }
                fail("the EST server ended with " + process.exitValue() + ": " + said);
            }
            if (listens) {
                return true;
            }
            if (System.nanoTime() > end) {
                process.destroyForcibly();
                fail("the EST server does not listen: " + Files.readString(words));
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    /// With a TLS certificate under the same CA, good for an hour.
    public static GlobalSignServer start(Path folder, TestCa ca) throws Exception {
        KeyPair pair = TestCa.newPair();
        return start(folder, ca, certificateOf(ca, pair), pair);
    }

    /// Before a CA that copies the extensions of a request, as it has to for a sealing key, asks strangers for
    /// the name `box` and a password, and does what [#becomes] says. The port is given, so that it can be
    /// started again.
    public static GlobalSignServer startForSeals(Path folder, TestCa ca, int port) throws Exception {
        KeyPair pair = TestCa.newPair();
        return start(folder, ca, certificateOf(ca, pair), pair, port, List.of("--sealing"), false)
                .orElseThrow();
    }

    private static byte[] certificateOf(TestCa ca, KeyPair pair) throws Exception {
        Instant now = Instant.now();
        return ca.issueForLocalhost(pair.getPublic().getEncoded(), now.minusSeconds(60), now.plusSeconds(3600));
    }

    /// What the CA does with the next request: `refuse <words>`, `defer <seconds>`, `bare`; else it issues.
    public void becomes(String mood) throws IOException {
        Path whole = folder.resolve("mood.new");
        Files.writeString(whole, mood);
        Files.move(whole, folder.resolve("mood"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// What the CA was asked so far: `enrol` or `renew`, and the hash of the request.
    public List<String> requests() throws IOException {
        Path file = folder.resolve("requests");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    public URI address() {
        return URI.create("https://localhost:" + port);
    }

    /// The server's errors on demand: they depend on the common name that is asked for.
    public URI triggeringErrors() {
        return address().resolve("/.well-known/est/triggererrors");
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /// Writes a PEM file.
    public static Path pem(Path file, String kind, byte[] der) throws IOException {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return Files.writeString(file, "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
