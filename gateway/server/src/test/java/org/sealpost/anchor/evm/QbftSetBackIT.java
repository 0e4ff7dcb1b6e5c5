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
import org.sealpost.anchor.FinalHead;
import org.sealpost.anchor.LodgedHead;
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

                var heads = relay.relay().newestFinals(Integer.MAX_VALUE).stream()
                        .map(LodgedHead::head)
                        .toList();
                assertEquals(
                        List.of(9L, 5L), heads.stream().map(FinalHead::size).toList());
                var head = heads.getFirst();
                assertTrue(!head.place().equals(lost.place()), "it is another block");
                for (long size : List.of(5L, 9L)) {
                    var found = relay.ledger.find(relay.log.originId(), size, relay.log.root(size));
                    assertTrue(assertInstanceOf(Finding.Present.class, found).isFinal());
                }
                for (var each : heads) assertProved(relay, each);
            }
        }
    }

    private void assertProved(EvmRelay relay, FinalHead head) throws Exception {
        relay.until("its proof", () -> relay.relay().proof(head).isPresent(), null);
        var proved = ProvedAnchors.of(folder, relay, head, "qbft " + String.join(" ", BftConsortium.GENESIS));
        assertEquals(1, proved.size(), proved::toString);
        assertTrue(proved.getFirst().contains("head of size " + head.size() + " on "), proved::toString);
    }
}
