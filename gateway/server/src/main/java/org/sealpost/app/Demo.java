package org.sealpost.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.sealpost.anchor.evm.EvmContract;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.control.Clients;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;

/// Everything on one machine, on loopback only: a token in software, an EVM node for development where there is
/// one, the local ledger, the gateway. A second start goes on in the same log.
final class Demo {
    private static final String CLIENT = "demo";
    private static final String SOFTHSM_CONFIG = "SOFTHSM2_CONF";
    private static final String CONTRACT = "evm-contract";
    private static final String SENSORS = "sensors.toml";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path home;
    private final Path softhsm;
    private final Optional<DemoChain> chain;

    private Demo(Path home, Path softhsm, Optional<DemoChain> chain) {
        this.home = home;
        this.softhsm = softhsm;
        this.chain = chain;
    }

    /// Runs until the process is told to end. `SEALPOST_VAR` says where it keeps what it makes.
    static int run(Path softhsm, Optional<Path> anvil) throws Exception {
        // What a person reads here is the greeting; what goes wrong is still shown.
        Logger.getLogger("").setLevel(Level.WARNING);
        var variable = Optional.ofNullable(System.getenv("SEALPOST_VAR")).orElse("var");
        var home = Path.of(variable, "demo").toAbsolutePath();
        Files.createDirectories(home);
        Optional<DemoChain> chain =
                anvil.isPresent() ? Optional.of(DemoChain.start(anvil.get(), home)) : Optional.empty();
        // Told to end before all is ready, the process does not come to the end of this method.
        var early = new Thread(() -> chain.ifPresent(DemoChain::close), "early-end");
        Runtime.getRuntime().addShutdownHook(early);
        try {
            new Demo(home, softhsm, chain).runGateway(early);
        } finally {
            chain.ifPresent(DemoChain::close);
        }
        return 0;
    }

    private void runGateway(Thread early) throws Exception {
        var secret = secret();
        writeSensors();
        leaveContractOfAnotherRelease(home).ifPresent(Demo::say);
        var config = GatewayConfig.read(writeConfig());
        writeClients(secret);
        for (var line : TokenSetup.initialise(config)) say(line);
        if (chain.isPresent()) {
            fund(config, chain.get());
            say("EVM node for development (anvil) at " + chain.get().url() + ", account funded");
        }
        var gateway = Gateway.start(config);
        awaitAnchorages(gateway);
        Files.createDirectories(home.resolve("trust"));
        Files.writeString(home.resolve("trust/demo.trust"), gateway.trustFile());
        greet(gateway, secret);
        writeEnv(gateway, secret);
        Runtime.getRuntime().removeShutdownHook(early);
        Shutdown.await(() -> {
            gateway.close();
            chain.ifPresent(DemoChain::close);
        });
    }

    /// The account's key lives in the token; the development chain gives it what it needs to pay.
    private static void fund(GatewayConfig config, DemoChain chain) throws IOException, InterruptedException {
        var name = config.accountKeys().getFirst();
        try (var token = config.token().open()) {
            chain.fund(EvmLedger.accountOf(token.key(KeySpec.unpinned(name, KeyKind.SECP256K1)))
                    .hex());
        }
    }

    private static void awaitAnchorages(Gateway gateway) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!gateway.knowsItsAnchorages() && System.nanoTime() - end < 0) TimeUnit.MILLISECONDS.sleep(50);
        if (!gateway.knowsItsAnchorages()) say("a ledger was not reached yet; the trust file does not name it");
    }

    private Path writeConfig() throws IOException {
        var text = new StringBuilder(
                """
                # Written by each start of the demo.
                data = "data"

                [origin]
                words = "demo-port"

                [http]
                port = %s

                [mqtt]
                port = %s

                [clients]
                file = "clients"

                [token]
                module = "%s"
                label = "sealpost-demo"
                pin-file = "pin"
                seal-key = "seal"
                checkpoint-key = "checkpoint"

                # Whoever looks at the demo does not wait for ten minutes.
                [anchorage.local]
                kind = "local"
                max-age = "1s"
                min-pause = "1s"

                [sensors]
                file = "%s"
                """.formatted(port("SEALPOST_HTTP_PORT", 8080), port("SEALPOST_MQTT_PORT", 1883), softhsm, SENSORS));
        chain.ifPresent(node -> text.append("""

                [anchorage.evm]
                kind = "evm"
                urls = ["%s"]
                account-key = "evm"
                contract = "%s"
                # A development chain mines at once and never takes a block back by itself.
                confirmations = 0
                max-age = "1s"
                min-pause = "1s"
                """.formatted(node.url(), CONTRACT)));
        var file = home.resolve("sealpost.toml");
        Files.writeString(file, text);
        return file;
    }

    /// A demo that an earlier release began lodges with this release's contract from now on: what told of the earlier
    /// one is kept beside, for whoever has evidence with its anchors (docs/ledgers.md, "Another contract").
    ///
    /// @return what was done, in a sentence; empty where nothing was to be done
    static Optional<String> leaveContractOfAnotherRelease(Path home) throws IOException {
        var pin = home.resolve(CONTRACT);
        if (EvmContract.isOfThisRelease(pin)) return Optional.empty();
        var kept = Files.createDirectories(home.resolve("of-an-earlier-release"));
        // The pin goes last: a start that is interrupted is made up for by the next one.
        var told = new ArrayList<Path>();
        for (var kind :
                List.of("anchors", "anchored", "replaced", "proofs", "proved", "published", "finished", "publishing")) {
            told.add(home.resolve("data/" + kind + "-evm"));
        }
        told.add(EvmContract.publicationsPin(pin));
        told.add(pin);
        for (var what : told) {
            if (!Files.exists(what)) continue;
            var name = what.getFileName().toString();
            var free = kept.resolve(name);
            for (int i = 2; Files.exists(free); i++) free = kept.resolve(name + "-" + i);
            Files.move(what, free);
        }
        return Optional.of(
                "The contract of this demo was of another release: a new one is deployed, and the newest head"
                        + " lodged there; what told of the earlier one is in " + kept);
    }

    /// Once: from then on it is the user's.
    private void writeSensors() throws IOException {
        var file = home.resolve(SENSORS);
        if (Files.exists(file)) return;
        try (var standard = Demo.class.getResourceAsStream("demo-sensors.toml")) {
            Files.copy(Objects.requireNonNull(standard, "demo-sensors.toml is part of the program"), file);
        }
    }

    private void writeClients(String secret) throws IOException {
        TokenSetup.writeSecret(
                home.resolve("clients"),
                Clients.line(CLIENT, Clients.Kind.TOKEN, secret) + "\n"
                        + Clients.line(CLIENT, Clients.Kind.PASSWORD, secret) + "\n");
    }

    /// The demo client's token and password, made once, so that a pasted line still works after a second start.
    private String secret() throws IOException {
        var file = home.resolve("client-secret");
        if (!Files.exists(file)) TokenSetup.writeSecret(file, Clients.newSecret(new SecureRandom()));
        return Files.readString(file).strip();
    }

    private void greet(Gateway gateway, String secret) {
        var url = "http://127.0.0.1:" + gateway.httpPort();
        say("");
        say("Sealpost is ready: " + url + " (HTTP), 127.0.0.1:" + gateway.mqttPort() + " (MQTT)");
        say(gateway.summary());
        say("");
        say("See how it is: " + url + "/ (log in with " + secret + ", SEALPOST_TOKEN in " + home.resolve("env") + ")");
        say("");
        say("Hand over a record:");
        say("  curl -sS -i " + url + "/v1/records -H 'Authorization: Bearer " + secret + "' \\");
        say(
                "    -H 'Content-Type: application/json' -H 'Idempotency-Key: first-1' -d '{\"container\":\"MSKU1234565\",\"event\":\"gate-in\"}'");
        say("  mosquitto_pub -h 127.0.0.1 -p " + gateway.mqttPort() + " -u " + CLIENT + " -P " + secret
                + " -q 1 -t records/default -m '{\"container\":\"MSKU1234565\"}'");
        say("");
        say("Take its evidence and check it (ID is the id of the answer):");
        say("  curl -sS -o record.evidence " + url + "/v1/records/ID/evidence -H 'Authorization: Bearer " + secret
                + "'");
        say("  ./sealpost verify record.evidence --trust '" + home.resolve("trust") + "'"
                + chain.map(node -> " --node " + node.url()).orElse(""));
        say("");
        say("Its sensors are simulated; " + home.resolve(SENSORS) + " says which, and is yours to change:");
        say("  (set -a; . '" + home.resolve("env") + "'; ./sealpost sensor list)");
        say("");
        if (chain.isPresent()) {
            say("Look whether all is well that lodging on its chain needs:");
            say("  (set -a; . '" + home.resolve("env") + "'; ./sealpost anchor test evm --config '"
                    + home.resolve("sealpost.toml") + "')");
            say("");
        }
        say("Ctrl-C ends the demo; the next start goes on in the same log.");
    }

    /// Last of all, since whoever waits for this file takes it as the sign that all is ready.
    private void writeEnv(Gateway gateway, String secret) throws IOException {
        var text = new StringBuilder();
        text.append("SEALPOST_URL=http://127.0.0.1:").append(gateway.httpPort()).append('\n');
        text.append("SEALPOST_TOKEN=").append(secret).append('\n');
        text.append("SEALPOST_MQTT_HOST=127.0.0.1\n");
        text.append("SEALPOST_MQTT_PORT=").append(gateway.mqttPort()).append('\n');
        text.append("SEALPOST_MQTT_USER=").append(CLIENT).append('\n');
        text.append("SEALPOST_MQTT_PASSWORD=").append(secret).append('\n');
        // For verbs that open the token themselves, such as anchor test; its library asks the environment.
        Optional.ofNullable(System.getenv(SOFTHSM_CONFIG))
                .ifPresent(file -> text.append(SOFTHSM_CONFIG + "='" + file + "'\n"));
        chain.ifPresent(node -> text.append("SEALPOST_NODE=").append(node.url()).append('\n'));
        var unfinished = home.resolve("env.new");
        TokenSetup.writeSecret(unfinished, text.toString());
        Files.move(
                unfinished, home.resolve("env"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// The usual port if it is free, else any: the demo must start beside whatever else runs here.
    private static int port(String variable, int usual) {
        var wanted = System.getenv(variable);
        if (wanted != null) return Integer.parseInt(wanted);
        try (var _ = new ServerSocket(usual, 1, InetAddress.getLoopbackAddress())) {
            return usual;
        } catch (IOException e) {
            return 0;
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
