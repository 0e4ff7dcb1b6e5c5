package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.control.Act;
import org.sealpost.control.ControlLog;

/// `sealpost anchor give-up`, `take-up` and `resubmit` while a gateway runs: its owner orders it, with a token of the
/// environment, so the commands are processes.
@Timeout(300)
class AnchorOrderTest {
    private static final String REFUSED =
            "{\"title\":\"no\",\"detail\":\"publication 8 is final\",\"remedy\":\"none\"}";

    private final Set<String> ordered = new ConcurrentSkipListSet<>();

    @TempDir
    private Path folder;

    private HttpServer gateway;
    private ControlLog heldByIt;
    private Path config;

    @BeforeEach
    void aGatewayRuns() throws Exception {
        gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext("/", this::answer);
        gateway.start();
        config = ChainAway.config(folder, gateway.getAddress().getPort(), "");
        heldByIt = ControlLog.open(
                LogParts.small(folder.resolve("data"), ControlLog.KIND, Act.MAX_SIZE_BYTES),
                KernelClock.open(GatewayConfig.read(config).discipline()),
                new FatalEnd());
    }

    private void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        ordered.add(exchange.getRequestMethod() + " " + path + " "
                + exchange.getRequestHeaders().getFirst("Authorization"));
        boolean isRefused = path.contains("/8/");
        var body = (isRefused ? REFUSED : "{}").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(isRefused ? 409 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @AfterEach
    void stop() throws Exception {
        heldByIt.close();
        gateway.stop(0);
    }

    @Test
    void theOwnerOrdersItOfTheGateway() throws Exception {
        var done = ofABox("give-up", "evm", "7");
        var refused = ofABox("take-up", "evm", "8");
        var sent = ofABox("resubmit", "evm");
        var said = new String(done.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, done.waitFor(), said);
        assertTrue(said.contains("evm, publication 7: it is given up for good"), said);
        var why = new String(refused.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, refused.waitFor(), why);
        assertTrue(why.contains("refuses: publication 8 is final; none"), why);
        said = new String(sent.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, sent.waitFor(), said);
        assertTrue(said.contains("evm: what is under way there is asked for and sent again at once"), said);
        assertEquals(
                new TreeSet<>(Set.of(
                        "POST /v1/anchorages/evm/resubmit Bearer the-owner",
                        "POST /v1/anchorages/evm/publications/7/give-up Bearer the-owner",
                        "POST /v1/anchorages/evm/publications/8/take-up Bearer the-owner")),
                ordered);
        assertTrue(heldByIt.state().of("evm").publications().isEmpty(), "it is the gateway's to write");
    }

    /// Only a box of its own has an owner, so there is nobody whose token would do, and none is asked for.
    @Test
    void aGatewayWithoutAnOwnerIsStoppedForIt() throws Exception {
        for (var words : List.of(
                List.of("park", "evm"),
                List.of("unpark", "evm"),
                List.of("take-up", "evm", "8"),
                List.of("give-up", "evm", "7"))) {
            var said = ofNobody(words);
            assertTrue(said.contains("without [box] it has no owner"), said);
            assertTrue(said.contains("stop it, give the order, and start it again"), said);
            assertFalse(said.contains("restart it"), said);
        }
        var resubmit = ofNobody(List.of("resubmit", "evm"));
        assertTrue(resubmit.contains("a peer is behind, leave it running"), resubmit);
        assertTrue(resubmit.contains("restart it: it asks at once"), resubmit);
        assertTrue(resubmit.contains("stop it, give the order, and start it again"), resubmit);
        assertEquals(Set.of(), ordered, "nobody is asked");
    }

    private String ofNobody(List<String> words) throws IOException {
        var said = new ArrayList<>(List.of("anchor"));
        said.addAll(words);
        said.addAll(List.of("--json", "--config", config.toString()));
        return Said.by(said).refused(78);
    }

    private Process ofABox(String... words) throws IOException {
        var builder = command(box(), words);
        builder.environment()
                .put("SEALPOST_URL", "http://127.0.0.1:" + gateway.getAddress().getPort()); // which speaks no TLS
        return builder.start();
    }

    private Path box() throws IOException {
        return Files.writeString(folder.resolve("box.toml"), """
                data = "data"
                [box]
                console = "console"
                [http]
                tls = true
                [token]
                module = "module.so"
                label = "box"
                pin-file = "pin"
                [anchorage.evm]
                kind = "evm"
                urls = ["http://127.0.0.1:1"]
                contract = "evm-contract"
                """);
    }

    private static ProcessBuilder command(Path file, String... words) {
        var command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "anchor"));
        command.addAll(List.of(words));
        command.addAll(List.of("--config", file.toString()));
        var builder = new ProcessBuilder(command);
        builder.environment().put("SEALPOST_TOKEN", "the-owner");
        builder.environment().remove("SEALPOST_URL");
        return builder;
    }
}
