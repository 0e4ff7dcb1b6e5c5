package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.Agreement;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.FaultyLedger;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.anchor.ModelPublications;
import org.sealpost.anchor.Relay;
import org.sealpost.anchor.RelayConfig;
import org.sealpost.anchor.RelayOrders;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SteppedPublishing;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.lodging.Publication;
import org.sealpost.stage.Stage;

/// A relay of heads, the guard before the sealer, and a relay of publications beside them: nothing is published
/// that would not be sealed.
class WithheldPublicationsTest {
    @TempDir
    private Path folder;

    private final SignedLog log = new SignedLog("withheld/log", 1);
    private final FaultyLedger heads = new FaultyLedger(1, 0);
    private final ModelPublications ledger = new ModelPublications(0);
    private RelayOrders orders = RelayOrders.NONE;
    private long nanos;
    private Relay relay;
    private HistoryGuard guard;
    private SteppedPublishing publishing;

    @BeforeEach
    void start() throws Exception {
        var journal = Journal.open(
                new FaultyDisk(), new JournalConfig("test", 1 << 18, Relay.MAX_ENTRY_SIZE_BYTES, 1 << 16), 0);
        var config = RelayConfig.of("evm")
                .withPolicy(HeadPolicy.AT_ONCE)
                .withOrders(() -> orders)
                .withClocks(() -> Instant.EPOCH.plusNanos(nanos), () -> nanos);
        relay = Relay.open(config, journal, heads, log);
        guard = new HistoryGuard(
                new Stage() {
                    @Override
                    public String name() {
                        return "sealer";
                    }

                    @Override
                    public int step() {
                        return 1;
                    }
                },
                HistoryGuard.of(List.of(relay)),
                () -> true,
                InstantSource.system(),
                () -> nanos);
        publishing = new SteppedPublishing(
                log, folder, ledger, Publication.Kind.COMMITMENTS, SteppedPublishing.Pace.GENTLE, List.of());
        publishing.withhold(() -> guard.withheld("evm"));
        publishing.grow(SteppedPublishing.PUBLISHED, 1);
        publishing.grow("other", 1);
    }

    @AfterEach
    void close() throws IOException {
        publishing.close();
    }

    private void lodge(int steps) throws Exception {
        for (int i = 0; i < steps; i++) {
            nanos += Duration.ofSeconds(2).toNanos();
            try {
                relay.step();
            } catch (AnchorageSetback e) {
                // It says so, and waits.
            }
            heads.mine();
        }
    }

    /// What it tells after as many moves as would publish it.
    private Trouble publishesNothing() throws Exception {
        for (int i = 0; i < 20; i++) {
            publishing.step();
            ledger.mine();
        }
        assertEquals(0, publishing.made());
        assertEquals(1, publishing.relay().waiting());
        return publishing.relay().trouble().orElseThrow();
    }

    private void publishes() throws Exception {
        publishing.until("it is published", () -> {
            ledger.mine();
            return publishing.isFinal(1);
        });
        assertTrue(publishing.relay().trouble().isEmpty());
    }

    /// Another box went on from the same log, and lodged more of it.
    @Test
    void aLogThatALedgerContradictsIsNotPublishedUntilThatIsTakenBack() throws Exception {
        heads.lodgeByAnother(new SignedLog("withheld/log", 1).growTo(9).head(9));
        lodge(2);
        assertEquals(Agreement.CONTRADICTS, relay.agreement());
        assertThrows(HistoryGuard.LogContradicted.class, guard::step);
        var told = publishesNothing();
        assertTrue(
                told.cause().contains("nothing is published, and nothing is sealed, since evm holds another history"),
                told.cause());
        assertTrue(told.remedy().contains("as is said of relay evm: sealpost origin succeed"), told.remedy());
        assertTrue(told.remedy().contains("sealpost anchor resubmit evm"), told.remedy());
        assertTrue(told.urgent());

        heads.rollBackTo(0);
        orders = new RelayOrders(false, 1, Instant.EPOCH.plusNanos(nanos));
        assertTrue(publishesNothing().urgent(), "an order is no answer");
        lodge(2);
        assertEquals(Agreement.AGREES, relay.agreement());
        assertEquals(1, guard.step());
        publishes();
    }

    /// As of a box without a network: it seals, and whoever is reached to publish can be asked first.
    @Test
    void nothingIsPublishedBeforeItsLedgerWasAskedAndSealingHasBegun() throws Exception {
        heads.awayFor(1000);
        var waits = publishesNothing();
        assertTrue(waits.cause().contains("before sealing has begun"), waits.cause());
        assertFalse(waits.urgent());
        lodge(1);
        nanos += HistoryGuard.PATIENCE.toNanos();
        assertEquals(1, guard.step(), "it seals");
        var asks = publishesNothing();
        assertTrue(asks.cause().contains("nothing is published to evm before it has answered"), asks.cause());
        assertFalse(asks.urgent());

        heads.awayFor(0);
        lodge(1);
        publishes();
    }

    /// One that does not take its heads is not waited for.
    @Test
    void aLedgerThatIsAwayHoldsBackNoPublicationsToAnother() throws Exception {
        heads.awayFor(1000);
        lodge(1);
        nanos += HistoryGuard.PATIENCE.toNanos();
        assertEquals(1, guard.step());
        publishing.withhold(() -> guard.withheld("consortium"));
        publishes();
    }
}
