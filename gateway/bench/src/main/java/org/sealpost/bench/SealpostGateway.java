package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sealpost.control.Claim;
import org.sealpost.control.ClaimOutcome;
import org.sealpost.control.Clients;
import org.sealpost.control.ControlLog;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.ClockReading;
import org.sealpost.stage.BrokenPromises;

/// A gateway of its own for a benchmark or a campaign: a folder with configuration, token and data, and the
/// real process on it, which may be killed and started as often as one likes. Of one thread, but for
/// [#newClient].
final class SealpostGateway implements AutoCloseable {
    private static final String MAIN = "org.sealpost.app.Main";
    private static final String CLIENT = "bench";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final JournalConfig CONTROL = new JournalConfig(ControlLog.KIND, 4 << 20, 256 << 10, 1 << 20);

    private static final BrokenPromises NEVER_BROKEN = new BrokenPromises() {
        @Override
        public boolean include(Throwable thrown) {
            return false;
        }

        @Override
        public void end(String stage, Throwable thrown) {}
    };

    private final Path folder;
    private final int httpPort;
    private final int mqttPort;
    private final String secret = Clients.newSecret(new SecureRandom());
    private final GatewayClient client;
    private Optional<String> owner = Optional.empty();
    private Optional<String> heap = Optional.empty();
    private List<String> startOptions = List.of();
    private @Nullable ServerProcess process;

    private SealpostGateway(Path folder, int httpPort, int mqttPort) {
        this.folder = folder;
        this.httpPort = httpPort;
        this.mqttPort = mqttPort;
        client = newClient();
    }

    /// Where SoftHSM lies on this machine, if it does: the token of benchmarks and campaigns.
    static Stream<Path> softHsm() {
        return Stream.of(
                        "/usr/lib/softhsm",
                        "/usr/lib/x86_64-linux-gnu/softhsm",
                        "/usr/lib64/softhsm",
                        "/usr/local/lib/softhsm")
                .map(folder -> Path.of(folder, "libsofthsm2.so"))
                .filter(Files::isReadable);
    }

    /// Writes the configuration and has the token made, with new keys.
    ///
    /// @param folder for everything; created if absent
    static SealpostGateway create(Path folder) throws IOException, InterruptedException {
        return create(folder, "");
    }

    /// @param settings further lines of the configuration
    static SealpostGateway create(Path folder, String settings) throws IOException, InterruptedException {
        var home = folder.toAbsolutePath();
        Files.createDirectories(home.resolve("tokens"));
        var module = softHsm().findFirst().orElseThrow(() -> new IOException("SoftHSM is not installed"));
        var gateway = new SealpostGateway(home, ServerProcess.freePort(), ServerProcess.freePort());
        Files.writeString(
                home.resolve("softhsm2.conf"),
                "directories.tokendir = " + home.resolve("tokens")
                        + "\nobjectstore.backend = file\nlog.level = ERROR\n");
        Files.writeString(
                home.resolve("sealpost.toml"), """
                data = "data"
                %s
                [origin]
                words = "bench"
                [http]
                host = "127.0.0.1"
                port = %d
                [mqtt]
                host = "127.0.0.1"
                port = %d
                [clients]
                file = "clients"
                [token]
                driver = "process"
                module = "%s"
                label = "sealpost"
                pin-file = "pin"
                seal-key = "seal"
                checkpoint-key = "checkpoint"
                [anchorage.local]
                kind = "local"
                max-age = "0s"
                min-pause = "0s"
                """.formatted(settings, gateway.httpPort, gateway.mqttPort, module));
        Files.writeString(
                home.resolve("clients"),
                Clients.line(CLIENT, Clients.Kind.TOKEN, gateway.secret) + "\n"
                        + Clients.line(CLIENT, Clients.Kind.PASSWORD, gateway.secret) + "\n");
        gateway.runToEnd("token", "init");
        return gateway;
    }

    /// Gives it an owner, who may have records erased. The process must have ended.
    void claim() throws IOException {
        var random = new SecureRandom();
        try (var control = ControlLog.open(
                Journal.open(DirectoryDisk.open(data().resolve(ControlLog.KIND)), CONTROL, 0),
                SealpostGateway::clock,
                NEVER_BROKEN)) {
            var claim = new Claim(control, System::nanoTime, random);
            if (!(claim.enter(claim.code(), "campaign") instanceof ClaimOutcome.Offered(var token))
                    || !(claim.confirm(claim.code(), token, "campaign") instanceof ClaimOutcome.Claimed)) {
                throw new IOException("the gateway cannot be claimed");
            }
            owner = Optional.of(token);
        }
    }

    /// This machine's clock, as a gateway reads it.
    static ClockReading clock() {
        return new ClockReading(
                System.currentTimeMillis(),
                ClockReading.State.UNTRUSTED,
                ClockReading.Source.NONE,
                OptionalLong.empty(),
                new byte[16],
                System.nanoTime() / 1000);
    }

    /// With the owner's token; empty where nobody has claimed it.
    Optional<GatewayClient> newOwner() {
        return owner.map(token -> new GatewayClient("http://127.0.0.1:" + httpPort, token));
    }

    /// The most memory that its JVM takes for objects from its next start on, as in `256m`; empty for the JVM's
    /// choice.
    void heap(Optional<String> most) {
        heap = most;
    }

    /// From its next start on its JVM notes what it loads, and writes that to a file when it ends well.
    void recordStarts(Path cache) {
        if (isPackaged()) startOptions = List.of("-XX:AOTCacheOutput=" + cache);
    }

    /// From its next start on its JVM reads what such a file holds instead of finding it out again, and compiles once
    /// and quickly: a life of a second is spent on the product's code then. A file that does not fit is no harm.
    void quickStarts(Path cache) {
        if (isPackaged()) {
            startOptions = List.of("-XX:AOTCache=" + cache, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        }
    }

    private static boolean isPackaged() {
        return Clients.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath()
                .endsWith(".jar");
    }

    /// Where the token's library runs from its next start on: in a process of its own, as by default, or inside.
    void driver(boolean inside) throws IOException {
        var settings = folder.resolve("sealpost.toml");
        var text = Files.readString(settings)
                .replaceFirst("driver = .*", "driver = \"" + (inside ? "inside" : "process") + '"');
        Files.writeString(settings, text);
    }

    /// Where the gateway keeps what it must not lose.
    Path data() {
        return folder.resolve("data");
    }

    /// Where the token's PIN and SoftHSM's configuration lie; the token has the label `sealpost` and the key
    /// `seal`.
    Path home() {
        return folder;
    }

    Map<String, String> tokenEnvironment() {
        return environment();
    }

    /// Starts the process on whatever the folder holds by now.
    ///
    /// @param wrapper see [ServerProcess#start]
    void start(List<String> wrapper) throws IOException {
        process =
                ServerProcess.start("sealpost", wrapper, command("run"), environment(), folder.resolve("console.log"));
    }

    /// Waits until both doors are open.
    void awaitOpen(Duration patience) throws IOException, InterruptedException {
        process().awaitPort(httpPort, patience);
        process().awaitPort(mqttPort, patience);
    }

    ServerProcess process() {
        if (process == null) throw new IllegalStateException("not started");
        return process;
    }

    boolean isRunning() {
        return process().isRunning();
    }

    String lastWords() {
        return process().tail();
    }

    void kill() {
        process().kill();
    }

    int httpPort() {
        return httpPort;
    }

    int mqttPort() {
        return mqttPort;
    }

    LoadPlan.Login login() {
        return new LoadPlan.Login(CLIENT, secret);
    }

    GatewayClient client() {
        return client;
    }

    GatewayClient newClient() {
        return new GatewayClient("http://127.0.0.1:" + httpPort, secret);
    }

    /// Ends the process as an operator would.
    ///
    /// @throws IOException if it does not end well
    void stop() throws IOException, InterruptedException {
        int exit = process().end(PATIENCE);
        // A JVM that ends on SIGTERM says 128 + 15.
        if (exit != 0 && exit != 143)
            throw new IOException("sealpost ended with " + exit + process().tail());
    }

    /// Sizes of the heads that each ledger holds, in their order, by the ledger's name. The process must have
    /// ended: the local ledger is read where it lies.
    Map<String, List<Long>> anchoredSizes() throws IOException {
        return Map.of("local", LocalLedgerFile.sizes(folder.resolve("data/local-ledger")));
    }

    /// Runs one of its commands; the process must not run.
    ///
    /// @throws IOException if it does not end well
    void runToEnd(String... verb) throws IOException, InterruptedException {
        var log = folder.resolve("console.log");
        var run = ServerProcess.start("sealpost " + verb[0], List.of(), command(verb), environment(), log);
        int exit = run.awaitEnd(PATIENCE);
        if (exit != 0) throw new IOException("sealpost " + String.join(" ", verb) + " ended with " + exit + run.tail());
    }

    private List<String> command(String... verb) {
        var command = new ArrayList<>(startOptions.isEmpty() ? Jvm.command(heap) : Jvm.commandOfJars(heap));
        command.addAll(1, startOptions);
        command.add(MAIN);
        command.addAll(List.of(verb));
        command.addAll(List.of("--config", folder.resolve("sealpost.toml").toString()));
        return command;
    }

    private Map<String, String> environment() {
        return Map.of("SOFTHSM2_CONF", folder.resolve("softhsm2.conf").toString());
    }

    @Override
    public void close() {
        client.close();
        if (process != null) process.close();
    }
}
