package org.sealpost.anchor.tsa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// An authority that nobody here wrote, sigstore's `timestamp-server`, in a process of its own. Where it cannot be had
/// the test is skipped.
final class TimestampServer implements AutoCloseable {
    private static final int CANNOT_BE_HAD = 2;
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    /// The first time it is built, which takes the script 8 minutes at most.
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Path folder;
    private final Process process;
    private URI url;
    private List<X509Certificate> certificates;

    private TimestampServer(Path folder) throws IOException {
        this.folder = folder;
        var script = Path.of(System.getProperty("sealpost.root")).resolve("scripts/counterparts/tsa-server");
        process = new ProcessBuilder(script.toString(), "0")
                .redirectOutput(folder.resolve("address").toFile())
                .redirectError(folder.resolve("words").toFile())
                .start();
    }

    /// Returns when it serves.
    ///
    /// @param folder for what it says
    static TimestampServer start(Path folder) throws Exception {
        var server = new TimestampServer(folder);
        try {
            server.url = URI.create(server.address() + "/api/v1/timestamp");
            server.certificates = fromTheCa(chain(URI.create(server.url + "/certchain")));
            return server;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    URI url() {
        return url;
    }

    /// Its CA's first, its own last.
    List<X509Certificate> certificates() {
        return certificates;
    }

    /// Where it serves, which it says once it does.
    private String address() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            boolean isAlive = process.isAlive();
            var said = Files.readString(folder.resolve("address"));
            if (said.endsWith("\n")) return said.strip();
            if (!isAlive) {
                var words = Files.readString(folder.resolve("words")).strip();
                assumeTrue(process.exitValue() != CANNOT_BE_HAD, words);
                fail("the authority ended with " + process.exitValue() + ": " + words);
            }
            Thread.sleep(50);
        }
        return fail("the authority does not serve: " + Files.readString(folder.resolve("words")));
    }

    /// In PEM.
    private static byte[] chain(URI address) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(address).timeout(DEADLINE).build();
            var answer = http.send(request, BodyHandlers.ofByteArray());
            assertEquals(200, answer.statusCode());
            return answer.body();
        }
    }

    /// The server gives the signer's certificate first, and its CA last.
    private static List<X509Certificate> fromTheCa(byte[] pem) throws Exception {
        var chain = new ArrayList<X509Certificate>();
        for (var each : CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
            chain.addFirst((X509Certificate) each);
        }
        return List.copyOf(chain);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (process.waitFor(10, TimeUnit.SECONDS)) return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
