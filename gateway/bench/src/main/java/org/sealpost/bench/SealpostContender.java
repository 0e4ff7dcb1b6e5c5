package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.evidence.VerifierKey;

/// The gateway itself, sealing with keys in a SoftHSM token.
final class SealpostContender implements Contender {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Optional<String> heap;
    private final String settings;
    private @Nullable SealpostGateway gateway;
    private @Nullable VerifierKey checkpointKey;
    private long lastMark = -1;

    /// @param heap of the gateway's JVM, as in `256m`; empty for its own choice
    SealpostContender(Optional<String> heap) {
        this(heap, "");
    }

    /// @param settings further lines of its configuration
    SealpostContender(Optional<String> heap, String settings) {
        this.heap = heap;
        this.settings = settings;
    }

    @Override
    public String name() {
        return heap.map(size -> "Sealpost, heap " + size).orElse("Sealpost");
    }

    @Override
    public String configuration() {
        return "as `./sealpost run` with its defaults: journal with group commit, salted commitments, tree with tiles, "
                + "P-256 seals in SoftHSM, local ledger"
                + heap.map(size -> "; its JVM with -Xmx" + size).orElse("");
    }

    @Override
    public void start(Path folder, List<String> wrapper) throws IOException, InterruptedException {
        gateway = SealpostGateway.create(folder, settings);
        gateway.heap(heap);
        gateway.start(wrapper);
        gateway.awaitOpen(PATIENCE);
        checkpointKey = gateway.client().verifierKeys().getFirst();
        lastMark = mark();
    }

    @Override
    public int port() {
        return gateway().mqttPort();
    }

    @Override
    public Optional<LoadPlan.Login> login() {
        return Optional.of(gateway().login());
    }

    @Override
    public Duration processorTime() {
        return gateway().process().processorTime();
    }

    /// A record over HTTP marks the end of a round: between two marks lie exactly the acknowledged records, and a seal
    /// over the mark is a seal over all of them. Then the published checkpoint has to cover it, too.
    @Override
    public boolean awaitSealed(long acknowledged) throws IOException, InterruptedException {
        long mark = mark();
        if (mark - lastMark - 1 != acknowledged) {
            throw new IOException(
                    acknowledged + " records were acknowledged, and the log grew by " + (mark - lastMark - 1));
        }
        lastMark = mark;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (gateway().client().state(mark).equals("captured"))
            waitABit(deadline, "index " + mark + " is not sealed");
        return true;
    }

    /// The index of the newest record that marked an end.
    long lastMark() {
        return lastMark;
    }

    /// Waits until the record at this index has come so far: `sealed`, `anchored`, `final`.
    void awaitState(long index, String state) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!gateway().client().state(index).equals(state))
            waitABit(deadline, "index " + index + " is not " + state);
    }

    @Override
    public Optional<SealDelays> sealDelays() throws IOException, InterruptedException {
        return Optional.of(gateway().client().sealDelays());
    }

    @Override
    public void checkPublished() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        if (checkpointKey == null) throw new IllegalStateException("not started");
        while (gateway().client().head(checkpointKey).size() <= lastMark) {
            waitABit(deadline, "the checkpoint does not cover index " + lastMark);
        }
    }

    private static void waitABit(long deadline, String otherwise) throws IOException, InterruptedException {
        if (System.nanoTime() > deadline) throw new IOException(otherwise + " after " + PATIENCE);
        Thread.sleep(5);
    }

    private long mark() throws IOException, InterruptedException {
        var answer = gateway().client().post(new byte[] {0}, Optional.empty());
        return answer.index().orElseThrow(() -> new IOException("the mark was answered by " + answer));
    }

    SealpostGateway gateway() {
        if (gateway == null) throw new IllegalStateException("not started");
        return gateway;
    }

    @Override
    public void close() {
        if (gateway != null) gateway.close();
    }
}
