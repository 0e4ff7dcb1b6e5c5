package org.sealpost.ota;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// The agent as a process of its own, over a folder that is its box: with a server that serves a
/// repository and plays the gateway's door.
final class AgentProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;
    private static final String PASSWORD = "changeit";

    final Path folder;
    private final HttpsServer server;
    private @Nullable Process process;

    /// What the gateway says.
    volatile String parts = "{\"name\":\"token\",\"well\":true},{\"name\":\"sensor door\",\"well\":false}";

    volatile boolean gatewayAnswers = true;

    AgentProcess(Path folder, Path repository, String bus, Path root) throws Exception {
        this.folder = folder;
        for (var name : List.of("data", "run", "system")) Files.createDirectories(folder.resolve(name));
        makeCertificate();
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("localhost"), 0), 16);
        server.setHttpsConfigurator(new HttpsConfigurator(context()));
        server.createContext("/readyz", this::ready);
        server.createContext("/updates/", exchange -> serve(exchange, repository));
        server.start();
        Files.writeString(folder.resolve("agent.toml"), """
                data = "data"
                run = "run"
                confirmed = "system/confirmed"
                stick = "stick"
                root = "%s"
                os-release = "os-release"
                kernel-command-line = "cmdline"
                gateway = "https://localhost:%d/"
                bus = "%s"
                max-used-percent = 100
                check-interval = "20s"
                trial-deadline = "30s"
                first-retry = "200ms"
                longest-retry = "1s"
                """.formatted(
                        root, server.getAddress().getPort(), bus));
        boots(Slot.A, Slot.A, "1.0.0");
    }

    String url() {
        return "https://localhost:" + server.getAddress().getPort() + "/updates/";
    }

    String certificate() throws IOException {
        return Files.readString(folder.resolve("cert.pem"));
    }

    /// What the next start of the agent finds.
    void boots(Slot booted, Slot good, String version) throws IOException {
        Files.writeString(
                folder.resolve("cmdline"), "ro quiet rauc.slot=" + booted + " sealpost.good=" + good + " panic=5\n");
        Files.writeString(folder.resolve("os-release"), """
                ID=sealpost
                SEALPOST_BOARD=sealpost-amd64
                SEALPOST_RELEASE=%s
                SEALPOST_SECURITY_EPOCH=1
                SEALPOST_DATA_FORMAT=1
                SEALPOST_READS_FROM=1
                SEALPOST_BUILD_TIME=1767225600
                """.formatted(version));
    }

    void start() throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        process = new ProcessBuilder(
                        java,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx48m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.sealpost.ota.Main",
                        "--config",
                        folder.resolve("agent.toml").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    private Path log() {
        return folder.resolve("agent.log");
    }

    void kill() throws InterruptedException {
        var running = process;
        if (running != null) running.destroyForcibly().waitFor();
    }

    AgentClient client() {
        return new AgentClient(folder.resolve("run/agent.socket"));
    }

    UpdateStatus awaitStatus() throws Exception {
        var status = new ArrayList<UpdateStatus>();
        until("the agent answers", () -> {
            try {
                return status.add(client().status());
            } catch (IOException notYet) {
                return false;
            }
        });
        return status.getLast();
    }

    List<String> acts() throws IOException {
        var acts = new ArrayList<String>();
        var reader = new UpdateActs(folder.resolve("data/acts"));
        var place = UpdateActs.Place.START;
        while (true) {
            var batch = reader.read(place);
            if (batch.entries().isEmpty()) return acts;
            batch.entries().forEach(entry -> acts.add(entry.json()));
            place = batch.next();
        }
    }

    boolean hasAct(String act) throws IOException {
        return acts().stream().anyMatch(json -> json.contains("\"act\":\"" + act + "\""));
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    void until(String what, Condition condition) throws Exception {
        long end = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000;
        while (!condition.holds()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + PATIENCE_SECONDS + " s: " + what + "\n" + acts() + "\n"
                        + Files.readString(log()));
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    private void ready(HttpExchange exchange) throws IOException {
        if (!gatewayAnswers) {
            exchange.close();
            return;
        }
        answer(exchange, 503, TestRepository.text("{\"parts\":[" + parts + "],\"ready\":false}"));
    }

    private static void serve(HttpExchange exchange, Path repository) throws IOException {
        var file = repository.resolve(exchange.getRequestURI().getPath().substring("/updates/".length()));
        if (!Files.isRegularFile(file)) {
            answer(exchange, 404, new byte[0]);
            return;
        }
        var content = Files.readAllBytes(file);
        var range = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"));
        if (range.isEmpty()) {
            answer(exchange, 200, content);
            return;
        }
        int from = Integer.parseInt(range.get().replaceAll("[^0-9]*([0-9]+).*", "$1"));
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        answer(exchange, 206, Arrays.copyOfRange(content, from, content.length));
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private void makeCertificate() throws Exception {
        run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-keyout",
                "key.pem",
                "-out",
                "cert.pem",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-days",
                "30");
        run(
                "openssl",
                "pkcs12",
                "-export",
                "-in",
                "cert.pem",
                "-inkey",
                "key.pem",
                "-out",
                "store.p12",
                "-passout",
                "pass:" + PASSWORD);
    }

    private void run(String... command) throws Exception {
        var made = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("openssl.log").toFile())
                .start();
        if (!made.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || made.exitValue() != 0) {
            throw new AssertionError(Files.readString(folder.resolve("openssl.log")));
        }
    }

    private SSLContext context() throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(folder.resolve("store.p12"))) {
            store.load(in, PASSWORD.toCharArray());
        }
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    @Override
    public void close() throws InterruptedException {
        kill();
        server.stop(0);
    }
}
