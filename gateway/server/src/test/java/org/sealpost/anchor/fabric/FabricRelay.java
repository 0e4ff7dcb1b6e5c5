package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.sealpost.anchor.AnchorProofs;
import org.sealpost.anchor.AnchorState;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Relay;
import org.sealpost.anchor.RelayConfig;
import org.sealpost.anchor.RelayEntries;
import org.sealpost.anchor.SignedLog;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;

/// A relay, a real channel, and a log that grows when a test says so.
final class FabricRelay {
    private static final JournalConfig JOURNAL =
            new JournalConfig("anchors-fabric", 1 << 20, Relay.MAX_ENTRY_SIZE_BYTES, 1 << 16);
    private static final JournalConfig PROOFS =
            new JournalConfig("proofs-fabric", 1 << 22, AnchorProofs.MAX_ENTRY_SIZE_BYTES, 1 << 21);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration BETWEEN_STEPS = Duration.ofMillis(20);
    private static int logs;

    final SignedLog log;
    private final FaultyDisk disk = new FaultyDisk();
    private final Relay relay;
    private final List<String> setbacks = new ArrayList<>();

    FabricRelay(Anchorage anchorage) throws IOException {
        this(anchorage, new SignedLog("fabric/" + ++logs, 31_000 + logs));
    }

    FabricRelay(Anchorage anchorage, SignedLog log) throws IOException {
        this.log = log;
        var config = RelayConfig.of("fabric").withPoll(BETWEEN_STEPS).withRecheck(Duration.ofMillis(50));
        var proofs = AnchorProofs.open("fabric", Journal.open(new FaultyDisk(), PROOFS, 0));
        relay = Relay.open(
                config, Journal.open(disk, JOURNAL, 0), Optional.of(proofs), Optional.empty(), anchorage, log);
    }

    Relay relay() {
        return relay;
    }

    /// What the relay wrote down, by name.
    List<String> entries() throws Exception {
        var names = new ArrayList<String>();
        var copy = disk.copy();
        copy.kill();
        try (var journal = Journal.open(copy, JOURNAL, 0)) {
            for (long i = 0; i < journal.size(); i++)
                names.add(RelayEntries.name(journal.read(i).leaf()));
        }
        return names;
    }

    /// What went wrong outside since the last call.
    List<String> setbacks() {
        var seen = List.copyOf(setbacks);
        setbacks.clear();
        return seen;
    }

    void step() throws IOException {
        try {
            relay.step();
        } catch (AnchorageSetback e) {
            setbacks.add(e.getMessage() + "; " + e.remedy());
        }
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    void until(String what, Condition condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < end, () -> what + " did not happen; " + relay.trouble() + "; " + setbacks);
            step();
            LockSupport.parkNanos(BETWEEN_STEPS.toNanos());
        }
    }

    void untilFinal() throws Exception {
        until("size " + log.size() + " final", () -> relay.stateOf(log.size() - 1) instanceof AnchorState.Final);
    }
}
