package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;

/// A relay where no file can be made beside its journal, which has room that is kept for it.
class UnkeptDoubtTest {
    @TempDir
    private Path data;

    private final AtomicBoolean isAlone = new AtomicBoolean(true);
    private final SignedLog log = new SignedLog("doubt/log", 1).growTo(5);
    private final FaultyDisk disk = new FaultyDisk();
    private final FaultyLedger ledger = new FaultyLedger(1, 2) {
        @Override
        public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
            var found = super.find(origin, size, root);
            if (found instanceof Finding.Conflict && isAlone.get()) {
                throw new AnchorageSetback("nobody else says so", "wait").againstTheLog();
            }
            return found;
        }
    };

    private Relay opened() throws Exception {
        var sizes = new JournalConfig("test", 1 << 18, Relay.MAX_ENTRY_SIZE_BYTES, 1 << 16);
        return Relay.open(
                RelayConfig.of("evm"),
                Journal.open(disk, sizes, 0),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(DoubtFile.of(data.resolve("none-can-be-made"), "evm")),
                ledger,
                log);
    }

    @Test
    void whoConfirmsADoubtIsAskedThoughItCannotBeWrittenDown() throws Exception {
        ledger.lodgeByAnother(new SignedLog("doubt/log", 1).growTo(7).head(7));
        var relay = opened();
        for (int i = 0; i < 2; i++) {
            var alone = assertThrows(AnchorageSetback.class, relay::step);
            assertEquals("nobody else says so", alone.getMessage());
            assertEquals(Agreement.DOUBTED, relay.agreement());
            var cause = relay.trouble().orElseThrow().cause();
            assertTrue(cause.contains("a power cut forgets it, since it cannot be written down: "), cause);
        }
        isAlone.set(false);
        relay.step();
        assertEquals(Agreement.CONTRADICTS, relay.agreement());
        disk.kill();
        assertEquals(Agreement.CONTRADICTS, opened().agreement());
    }
}
