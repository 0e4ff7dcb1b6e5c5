package org.sealpost.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import org.sealpost.admin.HealthView;
import org.sealpost.archive.Archive;
import org.sealpost.archive.SelfCheck;
import org.sealpost.journal.DurableFile;
import org.sealpost.stage.Stage;
import org.sealpost.stage.StageHealth;
import org.sealpost.stage.StageRunner;

/// The nightly self-check, with a verifier in a process of its own and its memory beside the journals.
final class SelfCheckParts implements AutoCloseable {
    static final String NAME = "self-check";

    private static final String WORK = "self-check.work";

    private final SelfCheck check;
    private final VerifierProcess verifier;
    private final StageRunner running;

    private SelfCheckParts(SelfCheck check, VerifierProcess verifier, StageRunner running) {
        this.check = check;
        this.verifier = verifier;
        this.running = running;
    }

    /// @param runner starts a stage on a thread of its own
    static SelfCheckParts start(
            Path data,
            LogParts log,
            Archive archive,
            SelfCheck.Index index,
            Supplier<String> trustFile,
            Supplier<Instant> clock,
            Function<Stage, StageRunner> runner) {
        var verifier = VerifierProcess.open(data.resolve(WORK), trustFile);
        var check = SelfCheck.open(
                new SelfCheck.Log(archive, log.entries(), log.seals(), log.tree(), data.resolve("log"), index),
                verifier,
                new MemoryFile(data.resolve(NAME)),
                new SelfCheck.Surroundings(System::nanoTime, clock, new Random()));
        return new SelfCheckParts(check, verifier, runner.apply(check));
    }

    /// The file with a record's payload and salts that a check is reading, or could not remove.
    static Optional<Path> evidenceIn(Path data) {
        return VerifierProcess.evidenceIn(data.resolve(WORK));
    }

    HealthView.Part part() {
        return part(check.findings(), running.health());
    }

    static HealthView.Part part(List<SelfCheck.Finding> findings, StageHealth stage) {
        if (findings.isEmpty()) {
            return stage.failing()
                    ? new HealthView.Part(
                            NAME,
                            false,
                            "what it found cannot be kept: " + stage.cause().orElse("unknown"),
                            "see that the data directory can be written",
                            stage.since())
                    : new HealthView.Part(NAME, true, "", "", Optional.empty());
        }
        var first = findings.getFirst();
        int more = findings.size() - 1;
        return new HealthView.Part(
                NAME,
                false,
                first.words() + (more == 0 ? "" : " (and " + more + " more)"),
                first.remedy(),
                Optional.of(first.since()));
    }

    @Override
    public void close() {
        // Else the stage's step, which waits for it, would take half a minute.
        verifier.close();
        running.close();
    }

    /// A small file that a power cut leaves whole.
    private record MemoryFile(Path file) implements SelfCheck.Memory {
        private static final int MAX_BYTES = 256 << 10;

        @Override
        public Optional<List<String>> read() {
            try (var in = Files.newInputStream(file)) {
                return Optional.of(new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8)
                        .lines()
                        .toList());
            } catch (IOException none) {
                return Optional.empty();
            }
        }

        @Override
        public void write(String text) throws IOException {
            DurableFile.replace(file, text.getBytes(StandardCharsets.UTF_8), "rw-------");
        }
    }
}
