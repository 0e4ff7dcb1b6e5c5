package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an anchorage leaves in the data directory that nothing is published to any more.
class PublicationsTest {
    @TempDir
    private Path data;

    @Test
    void aFolderThatNobodyLooksAfterIsFound() throws Exception {
        Files.createDirectory(data.resolve("publishing-empty"));
        Files.createDirectory(data.resolve("published-evm"));
        Files.writeString(data.resolve("published-evm/0.segment"), "names no payload");
        var evm = Files.createDirectory(data.resolve("publishing-evm"));
        assertEquals(Optional.empty(), Publications.leftFolder(data, Set.of()));
        Files.writeString(evm.resolve("0000000000000000001.content"), "a payload");
        assertEquals(Optional.empty(), Publications.leftFolder(data, Set.of("evm")));
        assertEquals(Optional.of(evm), Publications.leftFolder(data, Set.of("other")));
    }

    /// As long as the journal gave up nothing, the gateway publishes without it.
    @Test
    void whatWasKeptOfNothingIsNotMissedInTheStandingEither() throws Exception {
        Files.createDirectory(data.resolve("published-evm"));
        var finished = Files.createDirectory(data.resolve("finished-evm"));
        Files.writeString(finished.resolve("0000000000000000.segment"), "no segment of a journal ".repeat(1000));
        var standing = PublishingStanding.of(data, "evm", new AnchorStanding.Live(Optional.empty(), "it is stopped"));
        assertEquals(Optional.empty(), standing.orElseThrow().trouble());
        assertEquals(0, standing.orElseThrow().standing().orElseThrow().waiting());
    }
}
