package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.sealpost.anchor.LedgerScript;
import org.sealpost.anchor.NodeProcess;

/// A consortium of four validators (GoQuorum, QBFT) on loopback, each a process of its own: three of them make a block
/// each second, which is final at once; two make none. Gas has no price. The validators are numbered from 1.
///
/// scripts/ledgers builds and makes it. Who has Go gets it; without Go, or with one that is too old, the test
/// is skipped.
final class QbftConsortium implements AutoCloseable {
    static final int VALIDATORS = 4;

    /// The validators of block 0 (scripts/ledgers/evm/validators).
    static final List<String> GENESIS = List.of(
            "a61027be0b2e419ed7b1dc612efbeabcab41ac4e",
            "a2a9de4bc3e6bbde5f7bddfcb946200430bb295b",
            "76ed0436c9eb9fd9cbc0a030d77b0a6222c2760d",
            "43689fe4ad60ec5670c50c1df38756a1b6536683");

    private static final int CANNOT_BE_HAD = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final Path folder;
    private final Path network;
    private final List<URI> nodes = new ArrayList<>();
    private final List<JsonRpc> rpcs = new ArrayList<>();
    private final Process[] processes = new Process[VALIDATORS];
    private final Set<Integer> isolated = new TreeSet<>();
    private long genesisTime;

    private QbftConsortium(Path folder) {
        this.folder = folder;
        this.network = folder.resolve("network");
    }

    /// Returns when there is a block beyond the first.
    ///
    /// @param folder where everything of the network lies, also each validator's log
    static QbftConsortium start(Path folder) throws IOException, InterruptedException {
        var fetch = run(folder.resolve("fetch.log"), "fetch", "evm");
        assumeTrue(fetch.code() != CANNOT_BE_HAD, fetch.said());
        assertEquals(0, fetch.code(), fetch.said());

        var consortium = new QbftConsortium(folder);
        try {
            consortium.makeNetwork();
            for (var address : Files.readAllLines(consortium.network.resolve("nodes"))) {
                consortium.nodes.add(URI.create(address));
                consortium.rpcs.add(new JsonRpc(URI.create(address), DEADLINE));
            }
            consortium.startAgain(1, 2, 3, 4);
            consortium.awaitBlocks(1);
            return consortium;
        } catch (IOException | InterruptedException | RuntimeException e) {
            consortium.close();
            throw e;
        }
    }

    /// Where this validator answers.
    URI node(int validator) {
        return nodes.get(validator - 1);
    }

    /// A chain on which inclusion is final, asked through this validator.
    EvmConfig config(int validator) {
        return new EvmConfig(node(validator), OptionalInt.of(0), DEADLINE);
    }

    JsonRpc rpc(int validator) {
        return rpcs.get(validator - 1);
    }

    Chain chain(int validator) {
        return new Chain(rpc(validator));
    }

    long height(int validator) throws IOException {
        return Hex.small(rpc(validator).text("eth_blockNumber"));
    }

    /// Whether this validator knows of a transaction that is in no block.
    boolean isPooled(int validator) throws IOException {
        var status = rpc(validator).call("txpool_status");
        return !status.path("pending").asText().equals("0x0")
                || !status.path("queued").asText().equals("0x0");
    }

    /// All four vote that this account is to be a validator, or is to be none any more; each says so in the next block
    /// that it makes.
    void vote(Address account, boolean in) throws IOException {
        for (var rpc : rpcs) rpc.call("istanbul_propose", account.toString(), in);
    }

    /// Who seals the next block.
    List<String> validators() throws IOException {
        var found = new ArrayList<String>();
        rpc(1).call("istanbul_getValidators", "latest").forEach(address -> found.add(address.asText()));
        return found;
    }

    /// They stand still: whoever connects is taken, and gets no answer.
    void stop(int... validators) throws IOException, InterruptedException {
        for (int validator : validators) NodeProcess.signal(process(validator), "STOP");
    }

    void goOn(int... validators) throws IOException, InterruptedException {
        for (int validator : validators) NodeProcess.signal(process(validator), "CONT");
    }

    void kill(int... validators) throws IOException, InterruptedException {
        for (int validator : validators) process(validator).destroyForcibly();
        for (int validator : validators) {
            if (!process(validator).waitFor(20, TimeUnit.SECONDS)) {
                throw new IOException("validator " + validator + " does not end");
            }
        }
    }

    /// Returns when each of them answers; whether they make blocks shows later.
    void startAgain(int... validators) throws IOException, InterruptedException {
        for (int validator : validators) launch(validator);
        for (int validator : validators) awaitAnswer(validator);
    }

    /// What no block has is gone on all of them.
    void forgetPools() throws IOException, InterruptedException {
        for (int validator = 1; validator <= VALIDATORS; validator++) {
            if (process(validator).isAlive()) kill(validator);
        }
        startAgain(1, 2, 3, 4);
    }

    /// Another chain, of which only the hash of block 0 differs, at the same addresses.
    void recreate() throws IOException, InterruptedException {
        kill(1, 2, 3, 4);
        genesisTime++;
        makeNetwork();
        startAgain(1, 2, 3, 4);
        awaitBlocks(1);
    }

    /// It has no neighbours from now on, and they not it: alone it makes no block. Until [#connect].
    void isolate(int validator) throws IOException, InterruptedException {
        isolated.add(validator);
        long end = System.nanoTime() + PATIENCE.toNanos();
        // Whoever was dropped first may be dialling again by then.
        for (int quiet = 0; quiet < 5; ) {
            if (System.nanoTime() > end) throw new IOException("validator " + validator + " keeps its neighbours");
            for (int other = 1; other <= VALIDATORS; other++) {
                if (other == validator) continue;
                rpc(validator).call("admin_removePeer", enodes().get(other - 1));
                rpc(other).call("admin_removePeer", enodes().get(validator - 1));
            }
            TimeUnit.MILLISECONDS.sleep(100);
            quiet = rpc(validator).text("net_peerCount").equals("0x0") ? quiet + 1 : 0;
        }
    }

    void connect(int validator) throws IOException {
        isolated.remove(validator);
        for (int other = 1; other <= VALIDATORS; other++) {
            if (other == validator) continue;
            rpc(other).call("admin_addPeer", enodes().get(validator - 1));
            rpc(validator).call("admin_addPeer", enodes().get(other - 1));
        }
    }

    /// It has lost its blocks, and begins anew with the first one, without neighbours until [#connect].
    void forget(int validator) throws IOException, InterruptedException {
        isolate(validator);
        kill(validator);
        var forgotten =
                run(folder.resolve("forget.log"), "evm/forget", network.toString(), Integer.toString(validator));
        assertEquals(0, forgotten.code(), forgotten.said());
        Path neighbours = network.resolve("n" + validator).resolve("static-nodes.json");
        byte[] all = Files.readAllBytes(neighbours);
        Files.writeString(neighbours, "[]");
        startAgain(validator);
        Files.write(neighbours, all);
    }

    private List<String> enodes() throws IOException {
        var enodes = new ArrayList<String>();
        new ObjectMapper()
                .readTree(network.resolve("n1").resolve("static-nodes.json").toFile())
                .forEach(enode -> enodes.add(enode.asText()));
        return enodes;
    }

    /// All are there again, whatever was done to them.
    void heal() throws IOException, InterruptedException {
        boolean healed = !isolated.isEmpty();
        for (int validator : List.copyOf(isolated)) connect(validator);
        for (int validator = 1; validator <= VALIDATORS; validator++) {
            boolean isAlive = process(validator).isAlive();
            if (isAlive && !NodeProcess.isStopped(process(validator))) continue;
            if (isAlive) goOn(validator);
            else startAgain(validator);
            healed = true;
        }
        if (healed) awaitBlocks(1);
    }

    /// Waits until the first validator has so many more blocks than now.
    void awaitBlocks(int count) throws IOException, InterruptedException {
        long goal = height(1) + count;
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (height(1) < goal) {
            if (System.nanoTime() > end) throw new IOException("no block " + goal + "; see " + log(1));
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Override
    public void close() {
        rpcs.forEach(JsonRpc::close);
        for (var process : processes) {
            if (process != null) process.destroyForcibly();
        }
        for (var process : processes) {
            if (process != null) process.onExit().join();
        }
    }

    private Process process(int validator) {
        return processes[validator - 1];
    }

    private Path log(int validator) {
        return network.resolve("n" + validator + ".log");
    }

    private void makeNetwork() throws IOException, InterruptedException {
        var made = run(folder.resolve("network.log"), "evm/network", network.toString(), Long.toString(genesisTime));
        assertEquals(0, made.code(), made.said());
    }

    private void launch(int validator) throws IOException {
        processes[validator - 1] = new ProcessBuilder(
                        script("evm/validator"), network.toString(), Integer.toString(validator))
                .inheritIO()
                .start();
    }

    private void awaitAnswer(int validator) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                rpc(validator).text("eth_chainId");
                return;
            } catch (IOException e) {
                if (System.nanoTime() > end || !process(validator).isAlive()) {
                    throw new IOException("validator " + validator + " does not answer; " + lastWords(validator), e);
                }
                process(validator).waitFor(50, TimeUnit.MILLISECONDS); // as a pause that ends early if the node does
            }
        }
    }

    private String lastWords(int validator) throws IOException {
        if (!Files.exists(log(validator))) return "it said nothing";
        var lines = Files.readAllLines(log(validator));
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    }

    private static LedgerScript.Ended run(Path log, String... command) throws IOException, InterruptedException {
        command[0] = script(command[0]);
        return LedgerScript.run(new ProcessBuilder(command), log);
    }

    private static String script(String name) {
        return Path.of(System.getProperty("sealpost.root"), "scripts", "ledgers", name)
                .toString();
    }
}
