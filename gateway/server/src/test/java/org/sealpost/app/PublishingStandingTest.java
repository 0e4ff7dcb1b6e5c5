package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.PublicationRelay;
import org.sealpost.anchor.PublicationStanding;
import org.sealpost.anchor.ReachedLedger;
import org.sealpost.anchor.SignedLog;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.merkle.Hash;

/// What the journals of publications tell of ledgers that were published to.
class PublishingStandingTest {
    private static final AnchorIdentity LEDGER =
            new AnchorIdentity.Fabric("anchors", Hash.ofHex("ab".repeat(32)), "sealpost");
    private static final AnchorIdentity ANOTHER =
            new AnchorIdentity.Fabric("anchors", Hash.ofHex("cd".repeat(32)), "sealpost");

    @TempDir
    private Path folder;

    @Test
    void aLedgerThatThisBoxPublishedToUnderAnyNameIsKnown() throws Exception {
        var config = config("");
        assertFalse(PublishingStanding.anyGoesOn(config, LEDGER), "there is no data directory yet");
        publish(Files.createDirectory(config.data()), "was-once");
        assertTrue(PublishingStanding.anyGoesOn(config, LEDGER));
        assertFalse(PublishingStanding.anyGoesOn(config, ANOTHER));
    }

    @Test
    void oneThatALogBeforeWasPublishedToIsKnownToo() throws Exception {
        publish(Files.createDirectory(folder.resolve("old")), "consortium");
        assertFalse(PublishingStanding.anyGoesOn(config(""), LEDGER));
        assertTrue(PublishingStanding.anyGoesOn(config("[origin]\nearlier = [\"old\"]\n"), LEDGER));
    }

    /// It tells of none, and keeps nobody from looking at the others.
    @Test
    void aJournalThatCannotBeReadTellsOfNone() throws Exception {
        var config = config("");
        var spoilt = Files.createDirectories(config.data().resolve("published-a"));
        Files.writeString(spoilt.resolve("0000000000000000.segment"), "no segment\n".repeat(1000));
        assertFalse(PublishingStanding.anyGoesOn(config, LEDGER));
        publish(config.data(), "b");
        assertTrue(PublishingStanding.anyGoesOn(config, LEDGER));
        assertEquals(
                Optional.of(LEDGER),
                PublishingStanding.onDisk(config.data(), "b").flatMap(PublicationStanding::ledger));
    }

    private GatewayConfig config(String more) throws Exception {
        return GatewayConfig.read(Files.writeString(folder.resolve("sealpost.toml"), """
                data = "data"
                %s[clients]
                file = "clients"
                [token]
                driver = "insecure-software"
                folder = "keys"
                label = "laptop"
                """.formatted(more)));
    }

    private static void publish(Path data, String name) throws Exception {
        try (var journal = LogParts.small(data, Publications.JOURNAL + name, PublicationRelay.MAX_ENTRY_SIZE_BYTES)) {
            ReachedLedger.write(journal, name, new SignedLog("standing/log", 3).originId(), LEDGER);
        }
    }
}
