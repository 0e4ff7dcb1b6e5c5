package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.sealpost.anchor.NodeProcess;
import org.sealpost.hsm.FreePort;

/// A real anvil node on loopback, in a process of its own. Tests of other packages use it, too.
public final class Anvil implements AutoCloseable {
    private static final int CANNOT_BE_HAD = 2;
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    /// In wei. With a price of the old kind a node of any rules takes the transaction.
    private static final String LEGACY_PRICE = Hex.quantity(4_000_000_000L);

    private static String binary = "";

    private final int port;
    private List<String> options;
    private final JsonRpc rpc;
    private Process process;

    private Anvil(int port, List<String> options, Process process) {
        this.port = port;
        this.options = options;
        this.process = process;
        this.rpc = new JsonRpc(uri(port), DEADLINE);
    }

    /// Starts a node, or skips the test where there is no npm, which brings it.
    public static Anvil start(String... options) throws IOException, InterruptedException {
        int port = FreePort.any();
        List<String> all = List.of(options);
        var anvil = new Anvil(port, all, launch(port, all));
        anvil.awaitAnswer();
        return anvil;
    }

    public URI url() {
        return uri(port);
    }

    JsonRpc rpc() {
        return rpc;
    }

    Chain chain() {
        return new Chain(rpc);
    }

    public EvmConfig config(int confirmations) {
        return config(confirmations, DEADLINE);
    }

    public EvmConfig config(int confirmations, Duration deadline) {
        return new EvmConfig(uri(port), OptionalInt.of(confirmations), deadline);
    }

    /// An account that anvil holds the key of.
    String developer() throws IOException {
        return rpc.call("eth_accounts").get(0).asText();
    }

    public void fund(Address account) throws IOException {
        rpc.call("anvil_setBalance", account.toString(), Hex.quantity(BigInteger.TEN.pow(21)));
    }

    /// As an account that has spent all.
    public void empty(Address account) throws IOException {
        rpc.call("anvil_setBalance", account.toString(), Hex.quantity(0));
    }

    /// As if somebody else's contract lay there.
    ///
    /// @return what lay there
    public String replaceCode(byte[] contract, String hex) throws IOException {
        var address = "0x" + HexFormat.of().formatHex(contract);
        var before = rpc.text("eth_getCode", address, "latest");
        rpc.call("anvil_setCode", address, hex);
        return before;
    }

    /// Whether a block comes as soon as there is something for it, or only when it is asked for.
    public void mineAtOnce(boolean isSo) throws IOException {
        rpc.call("evm_setAutomine", isSo);
        if (isSo) mine(1);
    }

    /// A block in which a unit of gas costs so much.
    ///
    /// @param baseFee in wei
    public void mineAt(long baseFee) throws IOException {
        rpc.call("anvil_setNextBlockBaseFeePerGas", Hex.quantity(baseFee));
        mine(1);
    }

    /// The hash of something that an account has in the pool.
    public Optional<String> pooled(Address account) throws IOException {
        for (var where : rpc.call("txpool_content")) {
            for (var each : where.properties()) {
                if (!each.getKey().equalsIgnoreCase(account.toString())) continue;
                for (var transaction : each.getValue())
                    return Optional.of(transaction.required("hash").asText());
            }
        }
        return Optional.empty();
    }

    void mine(int blocks) throws IOException {
        rpc.call("anvil_mine", Hex.quantity(blocks));
    }

    /// Waits until the transaction is in a block; anvil mines a moment after it answers.
    JsonNode awaitReceipt(String transaction) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var receipt = rpc.call("eth_getTransactionReceipt", transaction);
            if (!receipt.isNull()) return receipt;
            if (System.nanoTime() > end) throw new IOException("no receipt for " + transaction);
        }
    }

    long height() throws IOException {
        return Hex.small(rpc.text("eth_blockNumber"));
    }

    /// Makes a contract, by the account that anvil holds the key of.
    Address create(byte[] creation) throws IOException {
        var call = Map.of("from", developer(), "data", Hex.of(creation), "gasPrice", LEGACY_PRICE);
        return Address.parse(awaitReceipt(rpc.text("eth_sendTransaction", call))
                .get("contractAddress")
                .asText());
    }

    /// Has that account call a contract, and waits for the receipt.
    JsonNode call(Address contract, byte[] input) throws IOException {
        var call =
                Map.of("from", developer(), "to", contract.toString(), "data", Hex.of(input), "gasPrice", LEGACY_PRICE);
        return awaitReceipt(rpc.text("eth_sendTransaction", call));
    }

    /// How often the contract says it lodged something.
    int lodgings(Address contract) throws IOException {
        return lodged(contract.toString()).size();
    }

    /// Sizes of the heads that the contract says it lodged, in the order of the chain.
    public List<Long> lodgedSizes(byte[] contract) throws IOException {
        var sizes = new ArrayList<Long>();
        for (var event : lodged(Hex.of(contract))) {
            sizes.add(Hex.small(event.path("data").asText().substring(0, 66)));
        }
        return sizes;
    }

    private JsonNode lodged(String contract) throws IOException {
        var event = Hex.of(Keccak.hash("Lodged(bytes32,uint64,bytes32)"));
        return rpc.call("eth_getLogs", Map.of("address", contract, "fromBlock", "0x0", "topics", List.of(event)));
    }

    public void signal(String name) throws IOException, InterruptedException {
        NodeProcess.signal(process, name);
    }

    /// Another chain, at the same address.
    void recreate(String... with) throws IOException, InterruptedException {
        stopBy("KILL");
        options = List.of(with);
        startAgain();
    }

    public void stopBy(String signal) throws IOException, InterruptedException {
        signal(signal);
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
            throw new IOException("anvil does not end on SIG" + signal);
    }

    public void startAgain() throws IOException, InterruptedException {
        process = launch(port, options);
        awaitAnswer();
    }

    @Override
    public void close() {
        rpc.close();
        process.destroyForcibly();
    }

    private static URI uri(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    private static Process launch(int port, List<String> options) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(binary(), "--host", "127.0.0.1", "--port", Integer.toString(port)));
        command.addAll(List.of("--silent", "--accounts", "1"));
        command.addAll(options);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static synchronized String binary() throws IOException, InterruptedException {
        if (binary.isEmpty()) {
            Path script = Path.of(System.getProperty("sealpost.root"), "scripts", "fetch-anvil");
            var fetch = new ProcessBuilder(script.toString()).start();
            String out = new String(fetch.getInputStream().readAllBytes()).strip();
            String reason = new String(fetch.getErrorStream().readAllBytes()).strip();
            int code = fetch.waitFor();
            assumeTrue(code != CANNOT_BE_HAD, reason);
            assertEquals(0, code, reason);
            binary = out;
        }
        return binary;
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                rpc.text("eth_chainId");
                return;
            } catch (IOException e) {
                if (System.nanoTime() > end || !process.isAlive()) throw e;
                process.waitFor(50, TimeUnit.MILLISECONDS); // as a pause that ends early if anvil does
            }
        }
    }
}
