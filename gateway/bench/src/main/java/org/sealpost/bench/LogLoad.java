package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.seal.Tree;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The gateway's log without its doors, loaded by so many waiters: each adds a leaf, waits until the leaf is
/// durable and in the tree, and adds the next. A checkpoint is signed once a second, as Tessera does. Prints
/// one line of JSON.
@Command(name = "log-load", mixinStandardHelpOptions = true, description = "Loads journal and tree; prints JSON.")
public final class LogLoad implements Callable<Integer> {
    private static final long CHECKPOINT_NANOS = 1_000_000_000;

    @Option(names = "--folder", required = true, description = "where the log is kept; must be empty")
    private Path folder = Path.of("");

    @Option(names = "--waiters", defaultValue = "1024")
    private int waiters;

    @Option(names = "--leaf", defaultValue = "512", description = "bytes")
    private int leafBytes;

    @Option(names = "--warm-up", defaultValue = "2", description = "seconds")
    private double warmUp;

    @Option(names = "--measured", defaultValue = "5", description = "seconds")
    private double measured;

    private long windowStart;
    private long windowEnd;

    /// What one waiter saw; its own until it has ended.
    private static final class Waiter {
        final LatencyHistogram latency = new LatencyHistogram();
        long total;
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LogLoad()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        var disk = DirectoryDisk.open(folder.resolve("entries"));
        try (var journal = Journal.open(disk, new JournalConfig("entries", 64 << 20, 1 << 20, 4 << 20), 0)) {
            var tree = Tree.open(
                    folder.resolve("log"), (from, count) -> hashes(journal, from, count), 0, Optional.empty());
            var queue = new WriterQueue();
            long now = System.nanoTime();
            windowStart = now + MqttLoad.seconds(warmUp).toNanos();
            windowEnd = windowStart + MqttLoad.seconds(measured).toNanos();
            var writer = new FutureTask<>(() -> write(journal, tree, queue));
            Thread.ofPlatform().name("log-writer").start(writer);
            var threads = new ArrayList<Thread>();
            var seen = new ArrayList<Waiter>();
            for (int i = 0; i < waiters; i++) {
                var waiter = new Waiter();
                seen.add(waiter);
                int seed = i;
                threads.add(Thread.ofVirtual().start(() -> load(queue, waiter, seed)));
            }
            for (var thread : threads) thread.join();
            queue.end(threads);
            int checkpoints = writer.get();
            report(journal, tree, seen, checkpoints);
            return 0;
        }
    }

    private void load(WriterQueue queue, Waiter waiter, int seed) {
        var random = new SplittableRandom(seed);
        var template = new byte[leafBytes];
        random.nextBytes(template);
        while (true) {
            long begun = System.nanoTime();
            if (begun - windowEnd >= 0) return;
            // Each leaf another one.
            for (int at = 0, bits = random.nextInt(); at < 4; at++) template[at] = (byte) (bits >> 8 * at);
            if (!queue.put(new WriterQueue.Ticket(template.clone()))) return;
            long done = System.nanoTime();
            waiter.total++;
            if (done - windowStart >= 0 && done - windowEnd < 0) waiter.latency.record(done - begun);
        }
    }

    /// @return how many checkpoints were signed
    private static int write(Journal journal, Tree tree, WriterQueue queue)
            throws IOException, GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        var key = generator.generateKeyPair().getPrivate();
        int checkpoints = 0;
        long last = System.nanoTime();
        for (var group = queue.take(); !group.isEmpty(); group = queue.take()) {
            var hashes = new ArrayList<Hash>(group.size());
            for (var ticket : group) {
                journal.append(ticket.leaf, AppendLoad.NO_BODY);
                hashes.add(Merkle.leafHash(ticket.leaf));
            }
            journal.force();
            tree.append(hashes);
            queue.answer(group);
            if (System.nanoTime() - last < CHECKPOINT_NANOS) continue;
            sign(key, "bench\n" + tree.size() + "\n" + tree.root(tree.size()).hex() + "\n");
            checkpoints++;
            last = System.nanoTime();
        }
        return checkpoints;
    }

    private static void sign(PrivateKey key, String text) throws GeneralSecurityException {
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        signature.sign();
    }

    private static List<Hash> hashes(Journal journal, long from, int count) throws IOException {
        var hashes = new ArrayList<Hash>(count);
        journal.scanLeaves(from, count, (_, leaf) -> hashes.add(Merkle.leafHash(leaf)));
        return hashes;
    }

    /// Checks what was answered against what is kept, by the journal alone, before a figure is told.
    private void report(Journal journal, Tree tree, List<Waiter> seen, int checkpoints) throws IOException {
        var latency = new LatencyHistogram();
        long total = 0;
        for (var waiter : seen) {
            latency.add(waiter.latency);
            total += waiter.total;
        }
        if (total != journal.size() || total != tree.size()) {
            throw new IOException(
                    total + " leaves were answered, the journal has " + journal.size() + ", the tree " + tree.size());
        }
        var used = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        System.out.printf(
                Locale.ROOT,
                "{\"perSecond\":%.1f,\"total\":%d,\"p50Micros\":%d,\"p99Micros\":%d,\"processorMicros\":%d,"
                        + "\"checkpoints\":%d}%n",
                latency.count() / measured,
                total,
                latency.percentile(0.5).toNanos() / 1000,
                latency.percentile(0.99).toNanos() / 1000,
                used.toNanos() / 1000,
                checkpoints);
    }
}
