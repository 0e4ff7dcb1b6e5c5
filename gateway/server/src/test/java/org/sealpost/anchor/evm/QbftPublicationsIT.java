package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.SteppedPublishing;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.anchor.evm.BftDialect;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.Publication.Kind;

/// Publications on a consortium of four validators whose nodes end.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class QbftPublicationsIT {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(61);
    private static final SoftwareKey PUBLISHER = SoftwareKey.secp256k1ForTests(63);
    private static final int PUBLICATIONS = 32;

    @TempDir
    private static Path folder;

    private static BftConsortium consortium;

    @BeforeAll
    static void start() throws Exception {
        consortium = BftConsortium.start(folder, BftDialect.QBFT);
    }

    @AfterAll
    static void stop() {
        if (consortium != null) consortium.close();
    }

    /// Up to sixteen are under way, and lost with the pools of all validators.
    @Test
    void publicationsOutliveALostPoolEachOnce() throws Exception {
        var config = consortium.config(1);
        var contract = EvmContract.deployOnce(config, ACCOUNT, folder.resolve("contract.pin"));
        var there = EvmContract.deployPublicationsOnce(
                config, PUBLISHER, contract, folder.resolve("publications.pin"), Optional.empty());
        var records = new SignedLog("published/1", 74_000);
        var pace = new SteppedPublishing.Pace(6000, 16);
        try (var ledger = EvmLedger.open(config, contract, ACCOUNT);
                var publications = EvmPublications.open(config, contract, there, PUBLISHER);
                var box = new SteppedPublishing(
                        records, folder.resolve("publishing"), publications, Kind.COMMITMENTS, pace, List.of())) {
            for (int i = 0; i < PUBLICATIONS; i++) {
                box.grow(SteppedPublishing.PUBLISHED, 1);
                box.grow("other", 1); // without one between them all would be one publication
            }
            lodge(ledger, records.head(records.size()));
            box.until("some of it there", () -> !published(there, records).isEmpty());
            consortium.kill(3, 4);
            // What is sent from now on comes into no block; a busy machine may have been so slow that all is there.
            var more = new AtomicInteger();
            box.until("some of it in a pool", () -> {
                if (consortium.isPooled(1)) return true;
                if (box.relay().waiting() == 0) {
                    box.grow(SteppedPublishing.PUBLISHED, 1);
                    box.grow("other", 1);
                    more.incrementAndGet();
                }
                return false;
            });
            consortium.forgetPools();
            box.untilNothingWaits();
            assertEquals(
                    LongStream.rangeClosed(1, PUBLICATIONS + more.get()).boxed().toList(),
                    published(there, records).stream().sorted().toList());
        }
    }

    /// The contract for publications asks the one for heads for the log's key.
    private static void lodge(EvmLedger ledger, LodgeableHead head) throws Exception {
        var ready = assertInstanceOf(Preparation.Ready.class, ledger.prepare(head, 0, List.of()));
        assertInstanceOf(SubmitOutcome.Accepted.class, ledger.submit(ready.request()));
        consortium.await("block with the head", () -> !consortium.isPooled(1));
        assertInstanceOf(Finding.Present.class, ledger.find(head.originId(), head.size(), head.root()));
    }

    private static List<Long> published(Address there, SignedLog log) throws IOException {
        return EvmTorture.published(consortium.rpc(1), there, log.originId());
    }
}
