package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.sealpost.anchor.LedgerScript;
import org.sealpost.anchor.NodeProcess;

/// A network of Hyperledger Fabric on loopback, each node a process of its own: four orderers (BFT) `o1` to `o4`, of
/// which three make a block; the peers `p1` and `p2` of two organisations, both of which have to endorse; `c1`,
/// our chaincode for both.
///
/// scripts/ledgers builds and makes it. Who has Go gets it; without Go, or with one before 1.21, the test
/// is skipped.
public final class FabricNetwork implements AutoCloseable {
    static final String CHANNEL = "anchors";
    static final String CHAINCODE = "sealpost";
    static final List<String> ORGANISATIONS = List.of("Org1MSP", "Org2MSP");
    static final List<String> NODES = List.of("o1", "o2", "o3", "o4", "p1", "p2", "c1");

    private static final String[] KEEPERS = {"p1", "p2", "o1", "o2", "o3", "o4"};

    private static final int CANNOT_BE_HAD = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Pattern HEIGHT = Pattern.compile("\"height\":(\\d+)");

    private final Path folder;
    private final Path network;
    private final Map<String, Integer> ports = new HashMap<>();
    private final Map<String, Process> processes = new TreeMap<>();

    private FabricNetwork(Path folder) {
        this.folder = folder;
        this.network = folder.resolve("network");
    }

    /// Returns when the chaincode answers through both peers.
    ///
    /// @param folder where everything of the network lies, also each node's log
    public static FabricNetwork start(Path folder) throws IOException, InterruptedException {
        var fabric = new FabricNetwork(folder);
        var fetch = fabric.run("../fetch", "fabric");
        assumeTrue(fetch.code() != CANNOT_BE_HAD, fetch.said());
        assertEquals(0, fetch.code(), fetch.said());
        try {
            fabric.make();
            return fabric;
        } catch (Throwable e) { // a failed assertion, too, leaves no process
            fabric.close();
            throw e;
        }
    }

    private void make() throws IOException, InterruptedException {
        script("network", network.toString());
        for (var line : Files.readAllLines(network.resolve("ports"))) {
            var words = line.split(" ", 2);
            ports.put(words[0], Integer.parseInt(words[1]));
        }
        for (var name : NODES) launch(name);
        script("channel", network.toString());
        awaitChaincode();
    }

    /// As scripts/ledgers/fabric/network made it.
    public Path folder() {
        return network;
    }

    /// HOST:PORT.
    ///
    /// @param organisation 1 or 2
    String peer(int organisation) {
        return "127.0.0.1:" + ports.get("p" + organisation);
    }

    /// PEM: who vouches for the peers' TLS.
    Path peersCa() {
        return network.resolve("box").resolve("peers-ca.pem");
    }

    /// PEM: who vouches for the clients of Org1.
    Path clientsCa() {
        return network.resolve("box").resolve("ca.pem");
    }

    /// A certificate as the administrator of Org1 issues it for a box.
    ///
    /// @param until it is good up to then, from the beginning of the CA's own on
    public X509Certificate certificate(PublicKey key, String name, Instant until) throws Exception {
        return ClientCertificates.of(network.resolve("box")).issue(key, name, until);
    }

    /// Block 0 as the nodes were given it.
    Path genesisBlock() {
        return network.resolve("genesis.block");
    }

    /// Blocks that a peer has, of those from 0 on.
    public long height(int organisation) throws IOException, InterruptedException {
        var said = admin(organisation, "channel", "getinfo", "-c", CHANNEL);
        var found = HEIGHT.matcher(said.said());
        if (said.code() != 0 || !found.find()) throw new IOException("peer " + organisation + ": " + said.said());
        return Long.parseLong(found.group(1));
    }

    /// One config block more; returns when both peers have it.
    ///
    /// @param milliseconds another number than before
    void update(int milliseconds) throws IOException, InterruptedException {
        long goal = height(1) + 1;
        script("update", network.toString(), Integer.toString(milliseconds));
        await("block " + (goal - 1), () -> height(1) >= goal && height(2) >= goal);
    }

    /// They end without a word to anybody.
    public void kill(String... nodes) throws IOException, InterruptedException {
        for (var name : nodes) process(name).destroyForcibly();
        for (var name : nodes) {
            if (!process(name).waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                throw new IOException(name + " does not end");
        }
    }

    /// They stand still: whoever connects is taken, and gets no answer.
    void freeze(String... nodes) throws IOException, InterruptedException {
        for (var name : nodes) NodeProcess.signal(process(name), "STOP");
    }

    void thaw(String... nodes) throws IOException, InterruptedException {
        for (var name : nodes) NodeProcess.signal(process(name), "CONT");
    }

    /// Notes what a node has on its disk. It does not run.
    void keepDisk(String node) throws IOException {
        var from = disk(node);
        var to = disk(node + "-kept");
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /// It has what was kept on its disk again, and nothing from since. It does not run.
    void setBackDisk(String node) throws IOException {
        Files.move(disk(node), disk(node + "-lost"));
        Files.move(disk(node + "-kept"), disk(node));
    }

    /// Notes what all that keep the channel have on their disks; they begin anew for it.
    void keepDisks() throws IOException, InterruptedException {
        kill(KEEPERS);
        for (var node : KEEPERS) keepDisk(node);
        startAgain(KEEPERS);
        awaitChaincode();
    }

    /// As if administrators had set the channel back to where it was then.
    void setBackDisks() throws IOException, InterruptedException {
        kill(KEEPERS);
        for (var node : KEEPERS) setBackDisk(node);
        startAgain(KEEPERS);
        awaitChaincode();
    }

    private Path disk(String node) {
        return network.resolve("data").resolve(node);
    }

    /// Returns when each of them listens; whether they agree shows later.
    void startAgain(String... nodes) throws IOException, InterruptedException {
        for (var name : nodes) launch(name);
        for (var name : nodes) await(name, () -> listens(name));
    }

    /// All are there again, whatever was done to them, and the chaincode answers through both peers.
    public void heal() throws IOException, InterruptedException {
        var gone = new ArrayList<String>();
        for (var name : NODES) {
            if (!process(name).isAlive()) gone.add(name);
            else if (NodeProcess.isStopped(process(name))) thaw(name);
        }
        startAgain(gone.toArray(String[]::new));
        awaitChaincode();
    }

    /// Whether all orderers run, and each has the blocks that the others have.
    boolean areOrderersLevel() throws IOException, InterruptedException {
        var heights = run("heights", network.toString());
        return heights.code() == 0 && heights.said().lines().distinct().count() == 1;
    }

    /// Another channel of the same name, with other keys, at the same addresses.
    void recreate() throws IOException, InterruptedException {
        kill(NODES.toArray(String[]::new));
        make();
    }

    @Override
    public void close() {
        for (var process : processes.values()) process.destroyForcibly();
        for (var process : processes.values()) process.onExit().join();
    }

    private void awaitChaincode() throws IOException, InterruptedException {
        for (int organisation : new int[] {1, 2}) {
            await("the chaincode", () -> {
                var asked = admin(
                        organisation,
                        "chaincode",
                        "query",
                        "-C",
                        CHANNEL,
                        "-n",
                        CHAINCODE,
                        "-c",
                        "{\"Args\":[\"version\"]}");
                return asked.code() == 0;
            });
        }
    }

    private Process process(String name) {
        return processes.get(name);
    }

    private void launch(String name) throws IOException {
        processes.put(
                name, builder("node", network.toString(), name).inheritIO().start());
    }

    private boolean listens(String name) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", ports.get(name)), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private void await(String what, Condition condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - end > 0) throw new IOException(what + " is not there; see the logs in " + network);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private LedgerScript.Ended admin(int organisation, String... arguments) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of(network.toString(), Integer.toString(organisation)));
        all.addAll(List.of(arguments));
        return run("admin", all.toArray(String[]::new));
    }

    /// Runs commands of bash that call Fabric's programs, as somebody of Org1 at its peer, in a shell that has
    /// variables of its own and takes none for empty.
    ///
    /// @param where they run
    LedgerScript.Ended asMember(String commands, Path where) throws IOException, InterruptedException {
        var scripts = Path.of(System.getProperty("sealpost.root"), "scripts", "ledgers");
        var all = "PATH=$(\"$fetch\" fabric):$PATH\npeer() { \"$admin\" \"$network\" 1 \"$@\"; }\n" + commands;
        var bash = new ProcessBuilder("bash", "-euo", "pipefail", "-c", all).directory(where.toFile());
        bash.environment()
                .putAll(Map.of(
                        "fetch", scripts.resolve("fetch").toString(),
                        "admin", scripts.resolve("fabric/admin").toString(),
                        "network", network.toString(),
                        "n", "7"));
        return LedgerScript.run(bash, Files.createTempFile(folder, "bash", ".log"));
    }

    private void script(String name, String... arguments) throws IOException, InterruptedException {
        var ended = run(name, arguments);
        assertEquals(0, ended.code(), ended.said());
    }

    private LedgerScript.Ended run(String name, String... arguments) throws IOException, InterruptedException {
        var log = Files.createTempFile(folder, name.replace("../", ""), ".log");
        try {
            return LedgerScript.run(builder(name, arguments), log);
        } finally {
            Files.delete(log);
        }
    }

    private static ProcessBuilder builder(String name, String... arguments) {
        var root = Path.of(System.getProperty("sealpost.root"), "scripts", "ledgers", "fabric");
        var command = new ArrayList<>(List.of(root.resolve(name).toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder;
    }
}
