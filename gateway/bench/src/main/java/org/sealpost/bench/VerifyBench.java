package org.sealpost.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.AnchorClaim;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.EvidenceUnreadable;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.Signer;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.Verdict;
import org.sealpost.evidence.command.VerifyCommand;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// How many evidence files with a proof of a chain the verifier checks in a second, on one processor: each file rests
/// on a block of its own, and what is timed is the whole command, from reading trust store and file to the
/// printed verdict.
@Command(
        name = "gateway/bench/verify",
        mixinStandardHelpOptions = true,
        description = "Verifies evidence whose anchors are proved offline, as a reader does: on one processor.")
public final class VerifyBench implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int WARM_UP = 3;
    private static final String PINNED = "--pinned";

    private enum Kind {
        EVM,
        FABRIC;

        ProvingChain up(Path ledgers, Path folder) throws IOException, InterruptedException {
            return switch (this) {
                case EVM -> Consortium.up(ledgers, folder);
                case FABRIC -> FabricChannel.up(ledgers, folder);
            };
        }
    }

    @Option(
            names = "--files",
            defaultValue = "120",
            description = "made, if --evidence has none; default: ${DEFAULT-VALUE}")
    private int count;

    @Option(names = "--passes", defaultValue = "20", description = "over all files; default: ${DEFAULT-VALUE}")
    private int passes;

    @Option(
            names = "--kind",
            defaultValue = "evm",
            description = "the chain that fills --evidence: evm or fabric; default: ${DEFAULT-VALUE}")
    private Kind kind = Kind.EVM;

    @Option(
            names = "--evidence",
            required = true,
            description = "folder of *.evidence, with a folder trust; filled by a consortium if it is not there")
    private Path evidence = Path.of("");

    @Option(names = "--ledgers", required = true, description = "the folder with up and down of the chain")
    private Path ledgers = Path.of("");

    @Option(names = "--verifier", required = true, description = "the command ./sealpost, for a start as a reader's")
    private Path verifier = Path.of("");

    @Option(names = "--folder", required = true, description = "made, and deleted afterwards")
    private Path folder = Path.of("");

    @Option(names = PINNED, hidden = true)
    private boolean pinned;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new VerifyBench())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isDirectory(evidence)) make();
        var files = files();
        if (pinned) {
            measure(files);
            return 0;
        }
        requireProved(files);
        Folders.empty(folder);
        Files.createDirectories(folder);
        System.out.println("### Verification with proofs of a chain, offline\n");
        Machine.facts(folder).forEach((name, value) -> System.out.println("- " + name + ": " + value));
        long bytes = 0;
        for (var file : files) bytes += Files.size(file);
        System.out.printf(
                Locale.ROOT,
                "- files: %,d, of %,d bytes at the mean, each on a block of its own%n%n",
                files.size(),
                bytes / files.size());
        pinnedJvm();
        System.out.printf(Locale.ROOT, "One file, JVM and all, as `./sealpost verify`: %s ms%n", cold(files));
        Folders.empty(folder);
        return 0;
    }

    private List<Path> files() throws IOException {
        try (var all = Files.list(evidence)) {
            return all.filter(file -> file.toString().endsWith(".evidence"))
                    .sorted()
                    .toList();
        }
    }

    // --- files

    /// A real gateway lodges a head in each block, and one record of each head gets its evidence.
    private void make() throws IOException, InterruptedException {
        Folders.empty(folder);
        Files.createDirectories(folder);
        var fresh = Files.createDirectories(folder.resolve("evidence"));
        try (var chain = kind.up(ledgers, folder.resolve("network"));
                var gateway =
                        SealpostGateway.create(Files.createDirectories(folder.resolve("gateway")), chain.settings())) {
            chain.admit(gateway);
            gateway.start(List.of());
            gateway.awaitOpen(PATIENCE);
            var blocks = new HashSet<Hash>();
            for (int i = 0; blocks.size() < count; i++) {
                long index = gateway.client()
                        .post(("record " + i).getBytes(StandardCharsets.UTF_8), Optional.empty())
                        .index()
                        .orElseThrow(() -> new IOException("a record was not taken"));
                var file = proved(gateway, index);
                if (blocks.add(
                        Merkle.leafHash(provedClaim(file).orElseThrow().proof().orElseThrow()))) {
                    Files.write(fresh.resolve(String.format(Locale.ROOT, "%04d.evidence", blocks.size())), file);
                }
                System.err.printf("\r%d files", blocks.size());
            }
            System.err.println();
            var trust = Files.createDirectories(fresh.resolve("trust"));
            var first = Files.readAllBytes(fresh.resolve("0001.evidence"));
            var ledger = provedClaim(first).orElseThrow().identity();
            Files.writeString(trust.resolve("box.trust"), trustFile(first) + chain.trusted(ledger));
        } catch (EvidenceUnreadable e) {
            throw new IOException(e);
        }
        Files.createDirectories(evidence.toAbsolutePath().getParent());
        Files.move(fresh, evidence);
        Folders.empty(folder);
    }

    /// Waits until the file has the chain's proof.
    private static byte[] proved(SealpostGateway gateway, long index)
            throws IOException, InterruptedException, EvidenceUnreadable {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var answer = gateway.client().evidence(index);
            if (answer.statusCode() == 200 && provedClaim(answer.body()).isPresent()) return answer.body();
            if (System.nanoTime() > deadline) throw new IOException("no proof for index " + index);
            Thread.sleep(20);
        }
    }

    private static Optional<AnchorClaim> provedClaim(byte[] file) throws EvidenceUnreadable {
        return Evidence.parse(file).heads().stream()
                .flatMap(head -> head.anchors().stream())
                .filter(anchor -> anchor.proof().isPresent())
                .findFirst();
    }

    /// As the verifier offers it to somebody who knows from elsewhere that the key is the box's.
    private static String trustFile(byte[] file) {
        var verdict = EvidenceVerifier.verify(file, TrustStore.EMPTY, AnchorCheck.OFFLINE);
        if (!(verdict instanceof Verdict.Intact intact) || !(intact.signer() instanceof Signer.Unknown unknown)) {
            throw new IllegalStateException("evidence of this gateway is " + verdict);
        }
        return unknown.trustFile();
    }

    // --- measuring

    /// Whoever is quick because nothing is proved is not measured.
    private void requireProved(List<Path> files) throws IOException {
        for (var file : files) {
            var printed = verify(file);
            var proved = printed.lines()
                    .dropWhile(line -> !line.startsWith("Proved"))
                    .takeWhile(line -> !line.isEmpty());
            if (proved.noneMatch(line -> line.strip().startsWith("anchor"))) {
                throw new IOException(file + ": its anchor is not proved:\n" + printed);
            }
        }
    }

    private void pinnedJvm() throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("taskset", "-c", "0"));
        command.addAll(Jvm.command());
        command.addAll(List.of(
                VerifyBench.class.getName(),
                PINNED,
                "--passes",
                Integer.toString(passes),
                "--evidence",
                evidence.toString(),
                "--ledgers",
                ledgers.toString(),
                "--verifier",
                verifier.toString(),
                "--folder",
                folder.toString()));
        int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (exit != 0) throw new IOException("the measuring JVM ended with " + exit);
    }

    /// By the wall, and by the processor's own clock, which others on it do not slow down.
    private void measure(List<Path> files) throws IOException {
        var perSecond = DoubleStream.builder();
        var perProcessorSecond = DoubleStream.builder();
        for (int pass = 0; pass < WARM_UP + passes; pass++) {
            long start = System.nanoTime();
            long startOfProcessor = processorNanos();
            for (var file : files) verify(file);
            if (pass < WARM_UP) continue;
            perSecond.add(files.size() * 1e9 / (System.nanoTime() - start));
            perProcessorSecond.add(files.size() * 1e9 / (processorNanos() - startOfProcessor));
        }
        System.out.printf(
                Locale.ROOT,
                "One thread on one processor, %d passes after %d: %s files/s, %s for each second of processor time%n%n",
                passes,
                WARM_UP,
                Interval.of(perSecond.build()).text(0),
                Interval.of(perProcessorSecond.build()).text(0));
    }

    /// Of the whole process: its collector and compilers, too.
    private static long processorNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private String verify(Path file) throws IOException {
        var printed = new ByteArrayOutputStream();
        var out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        int exit = VerifyCommand.run(
                new String[] {
                    file.toString(), "--trust", evidence.resolve("trust").toString()
                },
                out,
                out);
        var text = printed.toString(StandardCharsets.UTF_8);
        if (exit != 0) throw new IOException(file + ": " + text);
        return text;
    }

    private String cold(List<Path> files) throws IOException, InterruptedException {
        var millis = DoubleStream.builder();
        for (int i = 0; i < Math.min(files.size(), 21); i++) {
            long start = System.nanoTime();
            int exit = new ProcessBuilder(
                            "taskset",
                            "-c",
                            "0",
                            verifier.toString(),
                            "verify",
                            files.get(i).toString(),
                            "--trust",
                            evidence.resolve("trust").toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (exit != 0) throw new IOException("verify ended with " + exit);
            if (i > 0) millis.add((System.nanoTime() - start) / 1e6); // the first one may have built it
        }
        return Interval.of(millis.build()).text(0);
    }
}
