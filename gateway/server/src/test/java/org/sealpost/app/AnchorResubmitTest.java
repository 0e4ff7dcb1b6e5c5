package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.Agreement;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.FaultyLedger;
import org.sealpost.anchor.Relay;
import org.sealpost.anchor.RelayConfig;
import org.sealpost.anchor.SignedLog;
import org.sealpost.control.Act;
import org.sealpost.control.ControlLog;

/// `sealpost anchor resubmit` on the data directory of a gateway that is stopped and has no owner: an order that nobody
/// would heed is refused, and says what to do.
@Timeout(60)
class AnchorResubmitTest {
    @TempDir
    private Path folder;

    private GatewayConfig config;

    @BeforeEach
    void aGatewayStoodHere() throws Exception {
        config = GatewayConfig.read(ChainAway.config(folder, 1, ""));
        TokenSetup.initialise(config);
        Files.createDirectory(config.data());
        var clock = KernelClock.open(config.discipline());
        try (var token = config.token().open();
                var log = LogParts.open(config, token, clock, LogParts.reserve(config));
                var control = LogParts.small(config.data(), ControlLog.KIND, Act.MAX_SIZE_BYTES)) {
            assertEquals(0, log.seals().sealedSize());
            assertEquals(0, control.size());
        }
    }

    @Test
    void whereLodgingIsParkedNothingIsSentAgain() throws Exception {
        anchor("park").done();
        var refused = anchor("resubmit").refused(HsmCommand.REFUSED);
        assertTrue(refused.contains("nothing is sent where lodging is parked"), refused);
        assertTrue(refused.contains("sealpost anchor unpark evm first"), refused);
        assertNotOrdered();
        anchor("unpark").done();
        assertTrue(anchor("resubmit").well().out().contains("\"order\":\"resubmit\""));
        assertTrue(resubmitted() >= 0);
    }

    /// By a clock that was set back the order would be older than what it is about.
    @Test
    void byAClockThatIsBehindTheConflictNothingIsOrdered() throws Exception {
        conflict(InstantSource.offset(InstantSource.system(), Duration.ofDays(1)));
        var refused = anchor("resubmit").refused(HsmCommand.REFUSED);
        assertTrue(refused.contains("which is later than now by the clock of this box"), refused);
        assertTrue(refused.contains("set the clock right, or wait until then"), refused);
        assertNotOrdered();
        assertTrue(anchor("list").well().out().contains("\"trouble\""), "and it stands as it was");
    }

    @Test
    void behindAConflictItIsTaken() throws Exception {
        conflict(InstantSource.offset(InstantSource.system(), Duration.ofDays(-1)));
        anchor("resubmit").done();
        assertTrue(resubmitted() >= 0);
    }

    private void conflict(InstantSource clock) throws Exception {
        var log = new SignedLog("resubmit/log", 4_713).growTo(9);
        var ledger = new FaultyLedger(1, 2);
        ledger.lodgeByAnother(log.forkedAt(3).head(7));
        var hours = new AtomicLong();
        try (var own = LogParts.small(config.data(), "anchors-evm", Relay.MAX_ENTRY_SIZE_BYTES)) {
            var relay = Relay.open(
                    RelayConfig.of("evm")
                            .withClocks(
                                    clock, () -> Duration.ofHours(hours.get()).toNanos()),
                    own,
                    ledger,
                    log);
            while (relay.agreement() != Agreement.CONTRADICTS) {
                assertTrue(hours.incrementAndGet() < 100, relay::underWay);
                ledger.tick();
                try {
                    relay.step();
                } catch (AnchorageSetback said) {
                    assertTrue(relay.trouble().isPresent(), said::toString);
                }
            }
            assertTrue(relay.told().isPresent());
        }
    }

    private Said anchor(String verb) {
        var config = folder.resolve("sealpost.toml").toString();
        return verb.equals("list")
                ? Said.by("anchor", verb, "--json", "--config", config)
                : Said.by("anchor", verb, "evm", "--json", "--config", config);
    }

    private void assertNotOrdered() throws IOException {
        assertEquals(-1, resubmitted());
    }

    private long resubmitted() throws IOException {
        return RelayOnDisk.orders(config.data()).of("evm").resubmitted();
    }
}
