package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Optional;
import org.sealpost.anchor.Agreement;
import org.sealpost.anchor.DoubtFile;
import org.sealpost.anchor.FaultyLedger;
import org.sealpost.anchor.Relay;
import org.sealpost.anchor.RelayConfig;
import org.sealpost.anchor.SignedLog;

/// What a relay leaves on the disk whose ledger contradicts its log at its first look.
final class StoppedRelay {
    private StoppedRelay() {}

    static void write(Path data, String name, SignedLog log, FaultyLedger ledger) throws Exception {
        try (var journal = LogParts.small(data, "anchors-" + name, Relay.MAX_ENTRY_SIZE_BYTES)) {
            var relay = Relay.open(
                    RelayConfig.of(name),
                    journal,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(DoubtFile.of(data, name)),
                    ledger,
                    log);
            relay.step();
            assertEquals(Agreement.CONTRADICTS, relay.agreement());
        }
    }
}
