package org.sealpost.anchor.fabric;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SteppedRelay;
import org.sealpost.journal.FaultyDisk;

/// A relay, a real channel, and a log that grows when a test says so.
final class FabricRelay extends SteppedRelay {
    private static final Duration POLL = Duration.ofMillis(20);
    private static int logs;

    FabricRelay(Anchorage anchorage) throws IOException {
        this(anchorage, new SignedLog("fabric/" + ++logs, 31_000 + logs));
    }

    /// @param log that others may lodge, too
    FabricRelay(Anchorage anchorage, SignedLog log) throws IOException {
        super("fabric", log, new FaultyDisk(), Optional.of(new FaultyDisk()));
        open(anchorage, POLL, openProofs(), Optional.empty());
    }

    void until(String what, Condition condition) throws Exception {
        until(what, condition, () -> {});
    }

    void untilFinal() throws Exception {
        until("size " + log.size() + " final", this::isFinal);
    }
}
