package org.sealpost.anchor.fabric;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.RelayOrders;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SteppedRelay;
import org.sealpost.journal.FaultyDisk;

/// A relay, a real channel, and a log that grows when a test says so.
final class FabricRelay extends SteppedRelay {
    private static final Duration POLL = Duration.ofMillis(20);
    private static int logs;

    private int resubmitted;

    FabricRelay(Anchorage anchorage) throws IOException {
        this(anchorage, new SignedLog("fabric/" + ++logs, 31_000 + logs));
    }

    /// @param log that others may lodge, too
    FabricRelay(Anchorage anchorage, SignedLog log) throws IOException {
        super("fabric", log, new FaultyDisk(), Optional.of(new FaultyDisk()));
        open(anchorage, POLL, openProofs(), Optional.empty());
    }

    /// Somebody orders that what is under way is sent again.
    void resubmit() {
        resubmitted++;
    }

    @Override
    protected RelayOrders orders() {
        return new RelayOrders(false, resubmitted);
    }

    /// Another process goes on from what this one has written.
    void restart(Anchorage anchorage) throws IOException {
        kill();
        open(anchorage, POLL, openProofs(), Optional.empty());
    }

    void until(String what, Condition condition) throws Exception {
        until(what, condition, () -> {});
    }

    void untilFinal() throws Exception {
        until("size " + log.size() + " final", this::isFinal);
    }
}
