package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.FaultyLedger;
import org.sealpost.anchor.Relay;
import org.sealpost.anchor.RelayConfig;
import org.sealpost.anchor.SignedLog;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.merkle.Hash;

/// What an origin that goes on knows of the ledgers of the one before.
class RelayOnDiskTest {
    private static final AnchorIdentity ANOTHER = new AnchorIdentity.Local(Hash.ofHex("ab".repeat(Hash.SIZE)));

    @TempDir
    private Path folder;

    @Test
    void aRelayThatSentThereGoesOnWithThatVeryAnchorage() throws Exception {
        var here = Files.createDirectory(folder.resolve("here"));
        var old = Files.createDirectory(folder.resolve("old"));
        var ledger = new FaultyLedger(1, 2);
        var folders = List.of(here, folder.resolve("gone"), old);
        assertFalse(RelayOnDisk.anyGoesOn(folders, ledger.identity()));
        lodge(old, "chain", new SignedLog("on-disk/log", 5).growTo(3), ledger);
        assertTrue(RelayOnDisk.anyGoesOn(folders, ledger.identity()));
        assertFalse(RelayOnDisk.anyGoesOn(folders, ANOTHER));
        assertFalse(RelayOnDisk.anyGoesOn(List.of(here), ledger.identity()));
    }

    /// It wrote down which anchorage that is, and nobody has looked what it is.
    @Test
    void oneThatWasOnlyToldOfAConflictDoesNot() throws Exception {
        var ledger = new FaultyLedger(1, 2);
        lodge(folder, "chain", new SignedLog("on-disk/log", 5).growTo(8), ledger);
        var copy = Files.createDirectory(folder.resolve("copy"));
        try (var relay = opened(copy, "chain", new SignedLog("on-disk/log", 5).growTo(3), ledger)) {
            relay.relay.step();
            assertEquals(Optional.of(ledger.identity()), relay.relay.identity());
        }
        assertFalse(RelayOnDisk.anyGoesOn(List.of(copy), ledger.identity()));
    }

    @Test
    void whatSomebodyMovedAwayIsNoRelay() throws Exception {
        for (var name : List.of("anchors-b", "anchors-a", "anchors-a.old", "anchors-", "proofs-c", "doubted-d")) {
            Files.createDirectory(folder.resolve(name));
        }
        assertEquals(List.of("a", "b"), RelayOnDisk.names(folder));
        assertEquals(List.of("a", "b", "c"), RelayOnDisk.namesWithProofs(folder));
    }

    private record Opened(Relay relay, AutoCloseable journal) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            journal.close();
        }
    }

    private static Opened opened(Path data, String name, SignedLog log, FaultyLedger ledger) throws Exception {
        var journal = LogParts.small(data, "anchors-" + name, Relay.MAX_ENTRY_SIZE_BYTES);
        return new Opened(Relay.open(RelayConfig.of(name), journal, ledger, log), journal);
    }

    private static void lodge(Path data, String name, SignedLog log, FaultyLedger ledger) throws Exception {
        try (var relay = opened(data, name, log, ledger)) {
            for (int i = 0; i < 100 && relay.relay.finalSize() < log.size(); i++) {
                relay.relay.step();
                ledger.mine();
            }
        }
    }
}
