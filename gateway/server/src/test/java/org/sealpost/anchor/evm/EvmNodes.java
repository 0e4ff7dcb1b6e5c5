package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.sealpost.anchor.LedgerScript;
import org.sealpost.anchor.NodeProcess;

/// The nodes of a chain (GoQuorum) on loopback, each a process of its own: more than half of them make a block each
/// second. Gas has no price. They are validators, and numbered from 1.
///
/// scripts/ledgers builds and makes it. Who has Go gets it; without Go, or with one before 1.21, the test
/// is skipped.
abstract class EvmNodes implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CANNOT_BE_HAD = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final Path folder;
    private final Path network;
    private final List<URI> nodes = new ArrayList<>();
    private final List<JsonRpc> rpcs = new ArrayList<>();
    private final List<String> enodes = new ArrayList<>();
    private final int count;
    private final Process[] processes;
    private final Set<Integer> apart = new TreeSet<>();
    private long genesisTime;

    /// @param folder where everything of the network lies, also each validator's log
    EvmNodes(Path folder, int count) {
        this.folder = folder;
        this.network = folder.resolve("network");
        this.count = count;
        this.processes = new Process[count];
    }

    /// Returns when there is a block beyond the first.
    final void start() throws IOException, InterruptedException {
        var fetch = run(folder.resolve("fetch.log"), "fetch", "evm");
        assumeTrue(fetch.code() != CANNOT_BE_HAD, fetch.said());
        assertEquals(0, fetch.code(), fetch.said());
        try {
            makeNetwork();
            for (var address : Files.readAllLines(network.resolve("nodes"))) {
                nodes.add(URI.create(address));
                rpcs.add(new JsonRpc(URI.create(address), DEADLINE));
            }
            JSON.readTree(network.resolve("n1").resolve("static-nodes.json").toFile())
                    .forEach(enode -> enodes.add(enode.asText()));
            startAgain(all());
            awaitBlocks(1);
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    final int[] all() {
        return IntStream.rangeClosed(1, count).toArray();
    }

    /// As scripts/ledgers/evm/network and trust files name it.
    abstract String consensus();

    /// The validators of block 0 (scripts/ledgers/evm/validators).
    abstract List<String> genesis();

    /// Where this validator answers.
    final URI node(int validator) {
        return nodes.get(validator - 1);
    }

    final EvmConfig config(int validator, int confirmations) {
        return new EvmConfig(node(validator), OptionalInt.of(confirmations), DEADLINE);
    }

    final JsonRpc rpc(int validator) {
        return rpcs.get(validator - 1);
    }

    final Chain chain(int validator) {
        return new Chain(rpc(validator));
    }

    final long height(int validator) throws IOException {
        return Hex.small(rpc(validator).text("eth_blockNumber"));
    }

    /// Whether this validator knows of a transaction that is in no block.
    final boolean isPooled(int validator) throws IOException {
        var status = rpc(validator).call("txpool_status");
        return !status.path("pending").asText().equals("0x0")
                || !status.path("queued").asText().equals("0x0");
    }

    /// They stand still: whoever connects is taken, and gets no answer.
    final void stop(int... validators) throws IOException, InterruptedException {
        for (int validator : validators) NodeProcess.signal(process(validator), "STOP");
    }

    final void goOn(int... validators) throws IOException, InterruptedException {
        for (int validator : validators) NodeProcess.signal(process(validator), "CONT");
    }

    final void kill(int... validators) throws IOException, InterruptedException {
        for (int validator : validators) process(validator).destroyForcibly();
        for (int validator : validators) {
            if (!process(validator).waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("validator " + validator + " does not end");
            }
        }
    }

    /// Returns when each of them answers; whether they make blocks shows later.
    final void startAgain(int... validators) throws IOException, InterruptedException {
        for (int validator : validators) launch(validator, List.of());
        for (int validator : validators) awaitAnswer(validator);
    }

    /// What no block has is gone on all of them.
    final void forgetPools() throws IOException, InterruptedException {
        for (int validator : all()) {
            if (process(validator).isAlive()) kill(validator);
        }
        startAgain(all());
    }

    /// Another chain, of which only the hash of block 0 differs, at the same addresses.
    final void recreate() throws IOException, InterruptedException {
        kill(all());
        apart.clear();
        genesisTime++;
        makeNetwork();
        startAgain(all());
        awaitBlocks(1);
    }

    /// These have no neighbours but one another from now on, and the others not them. Until [#unite].
    ///
    /// They begin anew as processes that know nobody else and let nobody else in. A node of this program that is
    /// told to drop a neighbour while the two still shake hands (`admin_removePeer`) may never let go of it: where
    /// no protocol but `eth` runs, it waits for a word that nobody says.
    final void split(int... side) throws IOException, InterruptedException {
        split(List.of(), side);
    }

    /// @param how words for scripts/ledgers/evm/validator
    final void split(List<String> how, int... side) throws IOException, InterruptedException {
        kill(side);
        for (int validator : side) apart.add(validator);
        for (int validator : side) tellNeighbours(validator, apart);
        for (int validator : side) launch(validator, how);
        for (int validator : side) awaitAnswer(validator);
    }

    /// All know one another again. Those that were apart have to run.
    void unite() throws IOException {
        for (int one : apart) tellNeighbours(one, Arrays.stream(all()).boxed().toList());
        for (int one : apart) {
            for (int other : all()) {
                if (!apart.contains(other)) rpc(one).call("admin_addPeer", enode(other));
            }
        }
        apart.clear();
    }

    /// Whom it dials when it begins, and whom it lets in, which it looks up each time.
    private void tellNeighbours(int validator, Collection<Integer> neighbours) throws IOException {
        var enodes = new ArrayList<String>();
        for (int neighbour : neighbours) enodes.add(enode(neighbour));
        for (var file : List.of("static-nodes.json", "permissioned-nodes.json")) {
            JSON.writeValue(network.resolve("n" + validator).resolve(file).toFile(), enodes);
        }
    }

    private String enode(int validator) {
        return enodes.get(validator - 1);
    }

    /// It has lost its blocks, and begins anew with the first one, without neighbours until [#unite].
    final void forget(int validator) throws IOException, InterruptedException {
        kill(validator);
        var forgotten =
                run(folder.resolve("forget.log"), "evm/forget", network.toString(), Integer.toString(validator));
        assertEquals(0, forgotten.code(), forgotten.said());
        split(validator);
    }

    /// Notes what all validators have on their disks; they begin anew for it.
    final void keepDisks() throws IOException, InterruptedException {
        kill(all());
        for (int validator : all()) copy(disk(validator), network.resolve("kept" + validator));
        startAgain(all());
        awaitBlocks(1);
    }

    /// As if administrators had set all of them back to where they were then.
    final void setBackDisks() throws IOException, InterruptedException {
        kill(all());
        for (int validator : all()) {
            Files.move(disk(validator), network.resolve("lost" + validator));
            Files.move(network.resolve("kept" + validator), disk(validator));
        }
        startAgain(all());
        awaitBlocks(1);
    }

    private Path disk(int validator) {
        return network.resolve("n" + validator);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /// All are there again, whatever was done to them.
    final void heal() throws IOException, InterruptedException {
        boolean healed = !apart.isEmpty();
        for (int validator : all()) {
            boolean isAlive = process(validator).isAlive();
            if (isAlive && !NodeProcess.isStopped(process(validator))) continue;
            if (isAlive) goOn(validator);
            else startAgain(validator);
            healed = true;
        }
        if (!apart.isEmpty()) unite();
        if (healed) awaitBlocks(1);
    }

    /// Waits until the first validator has so many more blocks than now.
    final void awaitBlocks(int count) throws IOException, InterruptedException {
        awaitBlocks(1, count);
    }

    final void awaitBlocks(int validator, int count) throws IOException, InterruptedException {
        long goal = height(validator) + count;
        await("block " + goal + " of " + validator, () -> height(validator) >= goal);
    }

    interface Condition {
        boolean holds() throws IOException;
    }

    final void await(String what, Condition condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) throw new IOException("no " + what + "; see the logs in " + network);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Override
    public final void close() {
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
        var made = run(
                folder.resolve("network.log"),
                "evm/network",
                network.toString(),
                Long.toString(genesisTime),
                consensus());
        assertEquals(0, made.code(), made.said());
    }

    private void launch(int validator, List<String> how) throws IOException {
        var command =
                new ArrayList<>(List.of(script("evm/validator"), network.toString(), Integer.toString(validator)));
        command.addAll(how);
        processes[validator - 1] = new ProcessBuilder(command).inheritIO().start();
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
