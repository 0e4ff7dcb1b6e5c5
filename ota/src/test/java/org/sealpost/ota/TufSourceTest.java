package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.ota.tuf.FolderRepository;
import org.sealpost.ota.tuf.HttpLimits;
import org.sealpost.ota.tuf.Repository;

/// What a source shows a box, and what it does not let it hide.
class TufSourceTest {
    private static final String BOARD = "sealpost-amd64";
    private static final Installed INSTALLED = new Installed(BOARD, Version.parse("1.1.0"), 1, 1, 1, Instant.EPOCH);

    @TempDir
    private Path folder = Path.of("");

    private TestRepository repository;
    private Path bundle;

    @BeforeEach
    void setUp() throws Exception {
        repository = new TestRepository(folder.resolve("stick"));
        bundle = Files.write(folder.resolve("bundle"), new byte[100]);
    }

    @Test
    void aReleaseThatNobodyHereCanReadHidesNoOther() throws Exception {
        repository.addRaw(BOARD, "2.0.0", unreadable("2.0.0"));
        repository.add(BOARD, "1.9.0", bundle);
        var found = verified();
        assertEquals(List.of(Version.parse("1.9.0")), versions(found));
        assertEquals(
                Version.parse("1.9.0"),
                choice().among(found, Offer.From.STICK).offer().orElseThrow().version());
    }

    @Test
    void aReleaseThatNobodyHereCanReadIsRefusedWhereThereIsNoOther() throws Exception {
        repository.addRaw(BOARD, "2.0.0", unreadable("2.0.0"));
        var refused = choice().among(verified(), Offer.From.STICK).refused().orElseThrow();
        assertEquals(Rule.DESCRIPTOR, refused.rule());
        assertTrue(refused.sentence().contains("a newer format needs a newer release in between"), refused::sentence);
        assertEquals(Optional.of(Version.parse("2.0.0")), refused.version());
    }

    @Test
    void aDescriptorThatIsNotThereHidesNoOther() throws Exception {
        var missing = repository.add(BOARD, "2.0.0", bundle);
        repository.add(BOARD, "1.9.0", bundle);
        try (var files = Files.newDirectoryStream(repository.folder.resolve("targets"), "*." + missing.targetName())) {
            for (var file : files) Files.delete(file);
        }
        var found = verified();
        assertEquals(List.of(Version.parse("1.9.0")), versions(found));
        assertEquals("missing", found.refused().orElseThrow().rule());
    }

    @Test
    void theHighestThatIsRefusedSaysWhy() throws Exception {
        repository.addRaw(BOARD, "2.0.0", unreadable("2.0.0"));
        repository.addRaw(BOARD, "3.0.0", unreadable("3.0.0"));
        var refused = choice().among(verified(), Offer.From.STICK).refused().orElseThrow();
        assertEquals(Optional.of(Version.parse("3.0.0")), refused.version());
    }

    /// However many above it need a release in between: that one is seen.
    @Test
    void theReleaseInBetweenIsSeenBelowManyThatCannotBeTaken() throws Exception {
        for (int minor = 0; minor < 40; minor++) {
            var version = "2.%d.0".formatted(minor);
            var json = repository.add(BOARD, version, bundle).toJson();
            var later = new String(json, StandardCharsets.UTF_8)
                    .replace("\"dataFormat\" : 1", "\"dataFormat\" : 2")
                    .replace("\"readsFrom\" : 1", "\"readsFrom\" : 2");
            repository.addRaw(BOARD, version, later.getBytes(StandardCharsets.UTF_8));
        }
        for (int patch = 0; patch < 20; patch++) repository.add(BOARD, "1.9." + patch, bundle);
        var found = verified();
        assertEquals(
                Version.parse("1.9.19"),
                choice().among(found, Offer.From.STICK).offer().orElseThrow().version());
        assertEquals(40 + 16, found.releases().size());
    }

    /// Whichever file is asked for next: it is no refusal, which would be written down and end a standing offer.
    @Test
    void aStickThatIsPulledOutIsAwayAndNotRefused() throws Exception {
        repository.add(BOARD, "1.9.0", bundle);
        repository.publish(Duration.ofDays(1));
        var stick = repository.folder;
        for (int pulledAt = 1; ; pulledAt++) {
            var mounted = folder.resolve("mounted-" + pulledAt);
            copy(stick, mounted);
            var fetches = new AtomicInteger();
            int last = pulledAt;
            var source = source(
                    folder.resolve("data-" + pulledAt),
                    mounted,
                    place -> new Pulled(place, () -> {
                        if (fetches.incrementAndGet() == last) delete(mounted);
                    }));
            try {
                source.check(Offer.From.STICK, UpdateAct.SourceSet.NONE, Instant.now());
                assertTrue(pulledAt > 4, "pulled out at fetch " + pulledAt);
                return;
            } catch (Repository.Unreachable away) {
                assertTrue(String.valueOf(away.getMessage()).contains("plug it in again"), away::toString);
            }
        }
    }

    @Test
    void aDamagedMemoryIsSaidToTheJournal() throws Exception {
        repository.add(BOARD, "1.9.0", bundle);
        verified();
        Files.writeString(folder.resolve("data/tuf/timestamp.json"), "{");
        var said = new ArrayList<String>();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                said.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        var logger = Logger.getLogger(TufSource.class.getName());
        logger.addHandler(handler);
        try {
            check();
        } finally {
            logger.removeHandler(handler);
        }
        assertTrue(said.getFirst().startsWith("The stored timestamp.json is damaged"), said::toString);
    }

    private static byte[] unreadable(String version) {
        return "{\"format\":\"sealpost-release-2\",\"board\":\"%s\",\"version\":\"%s\"}"
                .formatted(BOARD, version)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Choice choice() {
        return new Choice(INSTALLED, Memory.EMPTY, _ -> Optional.empty());
    }

    private static List<Version> versions(Outcome.Verified found) {
        return found.releases().stream().map(ReleaseDescriptor::version).toList();
    }

    private Outcome.Verified verified() throws Exception {
        repository.publish(Duration.ofDays(1));
        return assertInstanceOf(Outcome.Verified.class, check());
    }

    private Outcome check() throws IOException {
        return source(folder.resolve("data"), repository.folder, FolderRepository::new)
                .check(Offer.From.STICK, UpdateAct.SourceSet.NONE, Instant.now());
    }

    private TufSource source(Path data, Path stick, Function<Path, Repository> folders) throws IOException {
        var root = Files.readAllBytes(repository.root());
        return new TufSource(INSTALLED, root, data, stick, HttpLimits.STANDARD, folders);
    }

    private interface Moment {
        void passes() throws IOException;
    }

    /// A folder that may go away before a file is read.
    private record Pulled(Repository folder, Moment before) implements Repository {
        Pulled(Path folder, Moment before) {
            this(new FolderRepository(folder), before);
        }

        @Override
        public byte[] fetch(String path, int maxLength) throws IOException {
            before.passes();
            return folder.fetch(path, maxLength);
        }

        @Override
        public void fetchInto(String path, Path part, long length, Progress progress) throws IOException {
            folder.fetchInto(path, part, length, progress);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var all = Files.walk(from)) {
            for (var file : all.toList()) Files.copy(file, to.resolve(from.relativize(file)));
        }
    }

    /// All but the folder itself, as after an unmount.
    private static void delete(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            for (var file : all.toList().reversed()) {
                if (!file.equals(folder)) Files.delete(file);
            }
        }
    }
}
