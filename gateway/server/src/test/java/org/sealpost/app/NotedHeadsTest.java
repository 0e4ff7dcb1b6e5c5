package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorProofs;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.FaultyLedger;
import org.sealpost.anchor.Relay;
import org.sealpost.anchor.RelayConfig;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.tsa.TimestampAuthority;
import org.sealpost.anchor.tsa.TsaConfig;
import org.sealpost.anchor.tsa.TsaServer;
import org.sealpost.evidence.anchor.tsa.TestTsa;
import org.sealpost.record.ClockReading;

/// What a stopped gateway's relays wrote down, of an authority and of a chain. [SuccessionTest] has what comes of it.
@Timeout(60)
class NotedHeadsTest {
    private static final String SEGMENT = "0000000000000000.segment";

    private final SignedLog log = new SignedLog("noted/log", 4_712).growTo(9);

    @TempDir
    private Path data;

    @Test
    void whatAnAuthorityStampedIsNotSealedOver() throws Exception {
        assertEquals(Optional.empty(), NotedHeads.against(data, 8));
        stamp();
        assertEquals(Optional.empty(), NotedHeads.against(data, 9));
        assertLarger("stamps");
        // Each stamp is kept before the relay says that its head is there, and is all that tells.
        Trees.delete(data.resolve("anchors-stamps"));
        assertEquals(Optional.empty(), NotedHeads.against(data, 9));
        assertLarger("stamps");
    }

    @Test
    void stampsThatCannotBeReadAreNotTakenForNone() throws Exception {
        stamp();
        Files.write(data.resolve("proofs-stamps").resolve(SEGMENT), new byte[0]);
        assertUnreadable();
        Trees.delete(data.resolve("anchors-stamps"));
        assertUnreadable();
    }

    /// Of a chain its relay's own journal tells.
    @Test
    void proofsOfAChainThatCannotBeReadAreMissedByNobody() throws Exception {
        var chain = new FaultyLedger(1, 2);
        lodge("chain", chain, chain::tick);
        Files.writeString(data.resolve("proofs-chain").resolve(SEGMENT), "no segment\n".repeat(1000));
        try (var noted = RelayOnDisk.withProofs(data, "chain")) {
            assertTrue(noted.proofsUnread().isPresent());
        }
        assertEquals(Optional.empty(), NotedHeads.against(data, 9));
        assertLarger("chain");
    }

    /// Such a ledger may be in no configuration any more.
    @Test
    void aConflictNamesTheWaysOut() throws Exception {
        var holding = new FaultyLedger(1, 2);
        holding.lodgeByAnother(new SignedLog("noted/log", 4_712).growTo(7).head(7));
        StoppedRelay.write(data, "evm", new SignedLog("noted/log", 4_712).growTo(5), holding);
        var said = NotedHeads.against(data, 5).orElseThrow();
        for (var part : List.of(
                "another history of this log is known",
                "sealpost anchor resubmit evm",
                "configure it again",
                "move anchors-evm, anchored-evm and doubted-evm out")) {
            assertTrue(said.contains(part), said);
        }
        for (var file : List.of("anchors-evm", "anchored-evm")) {
            if (Files.exists(data.resolve(file))) Trees.delete(data.resolve(file));
        }
        Files.deleteIfExists(data.resolve("doubted-evm"));
        assertEquals(Optional.empty(), NotedHeads.against(data, 5));
    }

    private void assertLarger(String name) throws IOException {
        var said = NotedHeads.against(data, 8).orElseThrow();
        assertEquals("a head of 9 entries went to " + name + ", but the newest seal covers 8", said);
    }

    private void assertUnreadable() throws IOException {
        var said = NotedHeads.against(data, 9).orElseThrow();
        assertTrue(said.startsWith("which heads went to stamps cannot be told"), said);
        assertTrue(said.contains(SEGMENT), said);
    }

    private void stamp() throws Exception {
        var tsa = new TestTsa("an authority");
        try (var server = new TsaServer(query -> {
                    tsa.time = Instant.now();
                    return tsa.answer(query);
                });
                var proofs = LogParts.small(data, "proofs-stamps", AnchorProofs.MAX_ENTRY_SIZE_BYTES)) {
            var kept = AnchorProofs.open("stamps", proofs, Optional.empty());
            var config =
                    new TsaConfig(List.of(server.url()), List.of(tsa.root()), Optional.empty(), Duration.ofSeconds(20));
            var clock = KernelClock.open(ClockReading.Source.SYSTEM);
            try (var authority =
                    TimestampAuthority.open(config, kept::find, clock, System::nanoTime, new SecureRandom())) {
                lodge("stamps", authority, Optional.of(kept), () -> {});
            }
        }
    }

    private void lodge(String name, Anchorage anchorage, Runnable time) throws Exception {
        try (var proofs = LogParts.small(data, "proofs-" + name, AnchorProofs.MAX_ENTRY_SIZE_BYTES)) {
            lodge(name, anchorage, Optional.of(AnchorProofs.open(name, proofs, Optional.empty())), time);
        }
    }

    private void lodge(String name, Anchorage anchorage, Optional<AnchorProofs> proofs, Runnable time)
            throws Exception {
        var hours = new AtomicLong();
        try (var own = LogParts.small(data, "anchors-" + name, Relay.MAX_ENTRY_SIZE_BYTES)) {
            var config = RelayConfig.of(name)
                    .withClocks(
                            InstantSource.system(),
                            () -> Duration.ofHours(hours.get()).toNanos());
            var relay = Relay.open(config, own, proofs, Optional.empty(), anchorage, log);
            while (relay.finalSize() < 9) {
                assertTrue(hours.incrementAndGet() < 100, relay::underWay);
                time.run();
                relay.step();
            }
        }
    }
}
