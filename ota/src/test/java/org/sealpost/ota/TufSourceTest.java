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
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.ota.tuf.HttpLimits;

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
        var stick = repository.folder;
        var data = folder.resolve("data");
        var source = new TufSource(INSTALLED, Files.readAllBytes(repository.root()), data, stick, HttpLimits.STANDARD);
        return source.check(Offer.From.STICK, UpdateAct.SourceSet.NONE, Instant.now());
    }
}
