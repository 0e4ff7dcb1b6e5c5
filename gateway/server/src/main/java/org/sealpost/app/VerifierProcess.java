package org.sealpost.app;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.archive.SelfCheck;
import org.sealpost.evidence.command.VerifyCommand;
import org.sealpost.journal.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `sealpost verify` in a process of its own, over a file and a trust store that only this box can read: what a
/// stranger would do, with nothing of the gateway's memory. It gives way to everything else on the machine.
final class VerifierProcess implements SelfCheck.Verifier, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VerifierProcess.class);
    /// Long, since on a busy machine it comes last; the gateway's end does not wait for it.
    private static final Duration DEADLINE = Duration.ofMinutes(5);
    private static final int MAX_SAID_BYTES = 16 << 10;
    private static final int NOT_VALID = 1;
    private static final int NOT_TRUSTED = 3;
    private static final Path NICE = Path.of("/usr/bin/nice");

    private static final List<String> JVM = List.of(
            "-Xms8m",
            "-Xss512k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:MaxMetaspaceSize=48m",
            "-XX:ReservedCodeCacheSize=16m",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-UsePerfData",
            "-XX:ErrorFile=/dev/null",
            "-Xshare:auto");

    private final Path folder;
    private final Supplier<String> trustFile;
    private final List<String> java;

    // Set by the thread that asks; whoever closes this ends it.
    private volatile @Nullable Process running;
    private volatile boolean closed;

    /// @param folder    made when missing, for its owner only
    /// @param trustFile what a reader needs to trust this box
    VerifierProcess(Path folder, Supplier<String> trustFile) {
        this(
                folder,
                trustFile,
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    }

    /// With another program in Java's place: a seam for tests.
    VerifierProcess(Path folder, Supplier<String> trustFile, List<String> java) {
        this.folder = folder;
        this.trustFile = trustFile;
        this.java = java;
    }

    /// Erases what a process left that was ended in the middle: it may hold a client's payload.
    static VerifierProcess open(Path folder, Supplier<String> trustFile) {
        var verifier = new VerifierProcess(folder, trustFile);
        try {
            DurableFile.erase(evidenceFile(folder));
        } catch (IOException e) {
            LOG.warn("{} cannot be erased: {}", evidenceFile(folder), e.getMessage());
        }
        return verifier;
    }

    /// The file with a record's payload and salts that a verifier reads, or that could not be removed.
    static Optional<Path> evidenceIn(Path folder) {
        return Optional.of(evidenceFile(folder)).filter(Files::exists);
    }

    private static Path evidenceFile(Path folder) {
        return folder.resolve("record.evidence");
    }

    @Override
    public Optional<String> objection(byte[] evidence) throws IOException {
        var trust = folder.resolve("trust");
        make(folder);
        make(trust);
        var file = evidenceFile(folder);
        DurableFile.write(trust.resolve("box.trust"), trustFile.get().getBytes(StandardCharsets.UTF_8), "rw-------");
        DurableFile.erase(file);
        try {
            DurableFile.write(file, evidence, "rw-------");
            if (closed) throw new InterruptedIOException("sealpost verify is not started any more");
            return judged(run(command(file, trust, evidence.length)));
        } finally {
            // It holds what a client may have erased later, and its blocks outlive its name.
            DurableFile.erase(file);
        }
    }

    private static Optional<String> judged(Ended ended) throws IOException {
        return switch (ended.status) {
            case 0 -> Optional.empty();
            case NOT_VALID -> Optional.of("its evidence is not valid: " + ended.verdict(VerifyCommand.NOT_VALID));
            case NOT_TRUSTED ->
                Optional.of("the box's own trust file does not trust its evidence: "
                        + ended.verdict(VerifyCommand.NOT_TRUSTED));
            default -> throw ended.withoutVerdict();
        };
    }

    private List<String> command(Path file, Path trust, int evidenceBytes) {
        var command = new ArrayList<String>();
        if (Files.isExecutable(NICE)) command.addAll(List.of(NICE.toString(), "-n", "19"));
        command.addAll(java);
        command.addAll(JVM);
        command.add("-Xmx" + (24 + (evidenceBytes >> 20) * 6) + "m");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "verify"));
        command.addAll(List.of(file.toString(), "--trust", trust.toString()));
        return command;
    }

    /// @param lines that it said, without blank ones
    private record Ended(int status, List<String> lines) {
        /// A JVM without memory ends with the codes of verdicts, too: with 1 before it begins, with 3 later on.
        ///
        /// @param beginning of the verdict's first line; the JVM may have warned before
        String verdict(String beginning) throws IOException {
            var found = lines.stream()
                    .dropWhile(line -> !line.startsWith(beginning))
                    .toList();
            if (found.isEmpty()) throw withoutVerdict();
            return said(found);
        }

        /// Damaged, missing or without memory: nothing is said of the evidence.
        IOException withoutVerdict() {
            return new IOException(
                    "sealpost verify ends with " + status + ": " + (lines.isEmpty() ? "it said nothing" : said(lines)));
        }

        private static String said(List<String> lines) {
            return String.join("; ", lines.subList(0, Math.min(2, lines.size())));
        }
    }

    private Ended run(List<String> command) throws IOException {
        var said = folder.resolve("said");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        // Options of ours would be the child's, too.
        builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        var process = builder.start();
        running = process;
        try {
            endFirst(process);
            if (closed) process.destroyForcibly();
            process.getOutputStream().close();
            if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS))
                throw new IOException("sealpost verify was not done within " + DEADLINE.toSeconds() + " s");
            if (closed) throw new InterruptedIOException("sealpost verify was ended with the gateway");
            return new Ended(process.exitValue(), lines(said));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            running = null;
            process.destroyForcibly();
            Files.deleteIfExists(said);
        }
    }

    /// Where memory runs out, the kernel ends this process and not the gateway. Whoever may start a process may say so;
    /// where there is no such file, or a sandbox forbids it, all is as it was.
    private static void endFirst(Process process) {
        try {
            Files.writeString(Path.of("/proc", String.valueOf(process.pid()), "oom_score_adj"), "1000");
        } catch (IOException e) {
            LOG.debug("sealpost verify is as good as others where memory runs out: {}", e.getMessage());
        }
    }

    /// Ends the process that may be running, and starts no other.
    @Override
    public void close() {
        closed = true;
        var process = running;
        if (process != null) process.destroyForcibly();
    }

    private static List<String> lines(Path said) throws IOException {
        try (var in = Files.newInputStream(said)) {
            return new String(in.readNBytes(MAX_SAID_BYTES), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
        }
    }

    private static void make(Path folder) throws IOException {
        if (Files.isDirectory(folder)) return;
        Files.createDirectory(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
}
