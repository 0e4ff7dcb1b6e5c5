package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.evidence.anchor.evm.BftDialect;
import org.sealpost.lodging.Finding;

/// What three of four validators sealed is taken back by nobody but their administrators, who may set all of them
/// back. For [QbftTortureIT], whose row it is, it takes too long.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class QbftSetBackIT {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(75);
    private static final Duration STALLED_AFTER = Duration.ofSeconds(3);

    @TempDir
    private Path folder;

    @Test
    void aConsortiumThatWasSetBackGetsTheHeadAgain() throws Exception {
        try (var consortium = BftConsortium.start(folder, BftDialect.QBFT)) {
            var pin = folder.resolve("contract.pin");
            var contract = EvmContract.deployOnce(consortium.config(1), ACCOUNT, pin);
            var config = new EvmConfig(
                    List.of(consortium.node(1), consortium.node(2)),
                    OptionalInt.of(0),
                    Duration.ofSeconds(2),
                    Optional.empty(),
                    EvmConfig.STUCK_AFTER,
                    STALLED_AFTER);
            try (var relay = new EvmRelay(config, contract, ACCOUNT, Duration.ofMillis(100))) {
                relay.log.growTo(5);
                relay.untilFinal(null);
                var first = relay.relay().firstFinalCovering(0);
                consortium.keepDisks();
                relay.log.growTo(9);
                relay.untilFinal(null);
                var lost = relay.relay().newestFinal().orElseThrow();

                consortium.setBackDisks();
                relay.until("the loss noticed", () -> !relay.isFinal(), null);
                assertEquals(first, relay.relay().firstFinalCovering(0), "what it still has still counts");
                relay.untilFinal(null);
                assertTrue(relay.entries().contains("RolledBack 5"));

                var head = relay.relay().newestFinal().orElseThrow();
                assertEquals(9, head.size());
                assertTrue(!head.place().equals(lost.place()), "it is another block");
                for (long size : List.of(5L, 9L)) {
                    var found = relay.ledger.find(relay.log.originId(), size, relay.log.root(size));
                    assertTrue(assertInstanceOf(Finding.Present.class, found).isFinal());
                }
                relay.until("its proof", () -> relay.relay().proof(head).isPresent(), null);
            }
        }
    }
}
