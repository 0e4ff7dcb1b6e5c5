package org.sealpost.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The demo's EVM node: anvil in a process of its own, on loopback, with its state kept between runs.
final class DemoChain implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ONE_ETHER = "0xde0b6b3a7640000";

    private final Process process;
    private final URI url;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private DemoChain(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    static DemoChain start(Path anvil, Path home) throws IOException, InterruptedException {
        var state = home.resolve("anvil-state.json");
        endLeftOver(state);
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var process = new ProcessBuilder(
                        anvil.toString(),
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--state",
                        state.toString(),
                        "--silent")
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("anvil.log").toFile())
                .start();
        var chain = new DemoChain(process, URI.create("http://127.0.0.1:" + port));
        try {
            chain.awaitReady();
        } catch (IOException | InterruptedException e) {
            chain.close();
            throw e;
        }
        return chain;
    }

    /// A node that outlived a killed demo has the chain in memory only, and keeps it when it is asked to end.
    private static void endLeftOver(Path state) throws IOException, InterruptedException {
        try (var processes = ProcessHandle.allProcesses()) {
            for (var old : processes.filter(process -> isOn(process, state)).toList()) {
                old.destroy();
                try {
                    old.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                } catch (ExecutionException | TimeoutException e) {
                    throw new IOException("process " + old.pid() + " still has " + state + "; end it first", e);
                }
            }
        }
    }

    private static boolean isOn(ProcessHandle process, Path state) {
        return process.info()
                .arguments()
                .map(arguments -> List.of(arguments).containsAll(List.of("--state", state.toString())))
                .orElse(false);
    }

    URI url() {
        return url;
    }

    /// Gives an account of this development chain enough to pay for its transactions.
    void fund(String address) throws IOException, InterruptedException {
        call("anvil_setBalance", "[\"0x" + address + "\",\"" + ONE_ETHER + "000\"]");
    }

    /// anvil keeps its state only if it is asked to end, and then takes a moment.
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                call("eth_chainId", "[]");
                return;
            } catch (IOException e) {
                if (!process.isAlive()) throw new IOException("anvil ended by itself; see anvil.log", e);
                if (System.nanoTime() - end > 0) throw new IOException("anvil does not answer at " + url, e);
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private void call(String method, String params) throws IOException, InterruptedException {
        var body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}";
        var request = HttpRequest.newBuilder(url)
                .timeout(Duration.ofSeconds(10))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200 || answer.body().contains("\"error\"")) {
            throw new IOException("anvil answered " + method + " with " + answer.body());
        }
    }
}
