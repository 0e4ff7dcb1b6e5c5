package org.sealpost.ota.tuf;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// An HTTPS server on loopback with a certificate of its own.
final class TlsServer implements AutoCloseable {
    private static final char[] PASSWORD = "password".toCharArray();

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final String authority;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private TlsServer(HttpHandler handler) throws IOException, GeneralSecurityException {
        var keys = Keys.STORE;
        authority = "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(keys.getCertificate("server").getEncoded())
                + "\n-----END CERTIFICATE-----\n";
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            var range = exchange.getRequestHeaders().getFirst("Range");
            requests.add(exchange.getRequestURI() + (range == null ? "" : " " + range));
            try (exchange) {
                handler.handle(exchange);
            }
        });
        server.start();
    }

    static TlsServer answering(HttpHandler handler) throws IOException, GeneralSecurityException {
        return new TlsServer(handler);
    }

    static TlsServer serving(Path folder) throws IOException, GeneralSecurityException {
        return new TlsServer(exchange -> file(folder, exchange));
    }

    URI uri(String path) {
        return URI.create("https://127.0.0.1:" + server.getAddress().getPort() + "/" + path);
    }

    Optional<String> authority() {
        return Optional.of(authority);
    }

    /// Path and range of each, in their order.
    List<String> requests() {
        return requests;
    }

    static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private static void file(Path folder, HttpExchange exchange) throws IOException {
        var file =
                folder.resolve(exchange.getRequestURI().getPath().substring(1)).normalize();
        if (!file.startsWith(folder) || !Files.isRegularFile(file)) {
            answer(exchange, 404, "no such file".getBytes());
            return;
        }
        answer(exchange, 200, Files.readAllBytes(file));
    }

    /// Made once: it costs a second.
    private static final class Keys {
        private static final KeyStore STORE = make();

        private static KeyStore make() {
            try {
                var folder = Files.createTempDirectory("server-key");
                var file = folder.resolve("server.p12");
                var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
                var words = keytool + " -genkeypair -alias server -keyalg EC -dname CN=loopback -ext san=ip:127.0.0.1"
                        + " -ext bc:critical=ca:true -storetype PKCS12 -storepass password -keystore " + file;
                var made = new ProcessBuilder(words.split(" "))
                        .redirectErrorStream(true)
                        .start();
                var output = new String(made.getInputStream().readAllBytes());
                if (!Files.exists(file)) throw new AssertionError("keytool: " + output);
                var store = KeyStore.getInstance(file.toFile(), PASSWORD);
                Files.delete(file);
                Files.delete(folder);
                return store;
            } catch (IOException | GeneralSecurityException impossible) {
                throw new AssertionError(impossible);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
