package org.sealpost.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Inclusion;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.Commitment;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.SourceKind;
import org.sealpost.seal.Tree;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// How long opening a log, a proof and reading an entry take as the log grows.
///
/// The entries are as small as records can be, a leaf of an ordinary record and a body of a few bytes, so that
/// their number is what counts. Journal and tree are the product's own, filled without intake and token.
@Command(
        name = "gateway/bench/hundred-million",
        mixinStandardHelpOptions = true,
        description = "Fills a log and measures at 1, 10 and 100 hundredths of its size.")
public final class HundredMillion implements Callable<Integer> {
    private static final int SAMPLES = 64;
    private static final int AT_ONCE = 65_536;
    private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");
    private static final JournalConfig CONFIG = new JournalConfig("entries", 64 << 20, 4096, 4 << 20);

    @Option(names = "--entries", defaultValue = "100000000", description = "default: ${DEFAULT-VALUE}")
    private long entries;

    @Option(
            names = "--indexed",
            defaultValue = "1000000",
            description = "records whose index is made and asked; 0 for none; default: ${DEFAULT-VALUE}")
    private long indexed;

    @Option(names = "--folder", required = true, description = "made, and deleted afterwards")
    private Path folder = Path.of("");

    @Option(names = "--warm", description = "leaves the page cache of the machine as it is")
    private boolean warm;

    private final SplittableRandom random = new SplittableRandom(42);
    // Of all that was filled so far.
    private Optional<Hash> root = Optional.empty();

    private boolean cold = true;

    /// Microseconds.
    private record Times(long median, long worst) {
        static Times of(LongStream nanos) {
            var sorted = nanos.sorted().toArray();
            return new Times(sorted[sorted.length / 2] / 1000, sorted[sorted.length - 1] / 1000);
        }

        String text() {
            return String.format(Locale.ROOT, "%,d (%,d)", median, worst);
        }
    }

    private record Row(
            long size, long openMillis, Times coldProof, Times warmProof, Times coldEntry, Times warmEntry) {}

    private interface Act {
        void run(long index) throws IOException;
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new HundredMillion()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        if (entries < 100) throw new IllegalArgumentException("--entries is " + entries + ", expected 100 at least");
        Files.createDirectories(folder);
        try {
            var facts = Machine.facts(folder);
            var rows = List.of(measure(entries / 100), measure(entries / 10), measure(entries));
            print(facts, rows);
            if (indexed > 0) {
                delete(folder);
                new IndexGrowth(folder, indexed).measure(System.out);
            }
        } finally {
            delete(folder);
        }
        return 0;
    }

    private Row measure(long size) throws IOException {
        fill(size);
        System.err.println(size + " entries are there");
        emptyPageCache();
        long start = System.nanoTime();
        try (var journal = open(size)) {
            var tree = openTree(journal, size, root);
            long opened = (System.nanoTime() - start) / 1_000_000;
            var indexes = random.longs(SAMPLES, 0, size).toArray();
            Act proof = index -> prove(tree, index, size, root.orElseThrow());
            Act entry = index -> journal.read(index);
            emptyPageCache();
            var coldProof = times(indexes, proof);
            var warmProof = times(indexes, proof);
            var others = random.longs(SAMPLES, 0, size).toArray();
            emptyPageCache();
            var coldEntry = times(others, entry);
            return new Row(size, opened, coldProof, warmProof, coldEntry, times(others, entry));
        }
    }

    /// From where the last one ended.
    private void fill(long size) throws IOException {
        try (var journal = Journal.open(DirectoryDisk.open(folder.resolve("entries")), CONFIG, 0)) {
            long there = journal.size();
            var tree = openTree(journal, there, root);
            var hashes = new ArrayList<Hash>(AT_ONCE);
            for (long index = there; index < size; index++) {
                var leaf = leaf(index);
                journal.append(leaf, new byte[] {(byte) index, 1, 2, 3, 4, 5, 6, 7});
                hashes.add(Merkle.leafHash(leaf));
                if (hashes.size() == AT_ONCE || index + 1 == size) {
                    journal.force();
                    tree.append(hashes);
                    hashes.clear();
                }
            }
            root = Optional.of(tree.root(size));
        }
    }

    private static byte[] leaf(long index) {
        var commitment = ByteBuffer.allocate(Commitment.SIZE).putLong(24, index).array();
        return new HeaderLeaf("default", 1, SourceKind.MQTT, Commitment.of(commitment)).encode();
    }

    private Journal open(long floor) throws IOException {
        return Journal.open(DirectoryDisk.open(folder.resolve("entries")), CONFIG, floor);
    }

    private Tree openTree(Journal journal, long size, Optional<Hash> root) throws IOException {
        return Tree.open(folder.resolve("log"), (from, count) -> leafHashes(journal, from, count), size, root);
    }

    private static List<Hash> leafHashes(Journal journal, long from, int count) throws IOException {
        var hashes = new ArrayList<Hash>(count);
        journal.scanLeaves(from, count, (_, leaf) -> hashes.add(Merkle.leafHash(leaf)));
        return hashes;
    }

    /// A proof that does not hold would be quick for the wrong reason.
    private static void prove(Tree tree, long index, long size, Hash root) throws IOException {
        if (!Inclusion.verify(Merkle.leafHash(leaf(index)), index, size, tree.inclusion(index, size), root))
            throw new IOException("the proof of entry " + index + " of " + size + " does not hold");
    }

    private static Times times(long[] indexes, Act act) throws IOException {
        var nanos = new long[indexes.length];
        for (int i = 0; i < indexes.length; i++) {
            long start = System.nanoTime();
            act.run(indexes[i]);
            nanos[i] = System.nanoTime() - start;
        }
        return Times.of(LongStream.of(nanos));
    }

    private void emptyPageCache() {
        if (warm) {
            cold = false;
            return;
        }
        try {
            new ProcessBuilder("sync").start().waitFor();
            Files.writeString(DROP_CACHES, "3");
        } catch (IOException e) {
            cold = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cold = false;
        }
    }

    private void print(Map<String, String> facts, List<Row> rows) {
        System.out.println("### A log as it grows\n");
        facts.forEach((name, value) -> System.out.println("- " + name + ": " + value));
        System.out.println("- page cache: "
                + (cold ? "emptied before each cold column" : "not emptied: \"cold\" is the first look only"));
        System.out.println(
                "\n" + SAMPLES + " entries at random, each asked for twice: median, and the slowest in brackets."
                        + "\nOpening: entries journal and tree, to the first answer.\n");
        System.out.println("| entries | opening ms | proof cold µs | proof warm µs | entry cold µs | entry warm µs |");
        System.out.println("|---|---|---|---|---|---|");
        for (var row : rows) {
            System.out.printf(
                    Locale.ROOT,
                    "| %,d | %,d | %s | %s | %s | %s |%n",
                    row.size,
                    row.openMillis,
                    row.coldProof.text(),
                    row.warmProof.text(),
                    row.coldEntry.text(),
                    row.warmEntry.text());
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
