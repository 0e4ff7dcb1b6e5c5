package org.sealpost.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.sealpost.anchor.Agreement;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.Relay;
import org.sealpost.stage.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Seals what no ledger contradicts: a box that was restored from an older copy, or copied, must not sign other entries
/// at indexes that others have seen (DESIGN §4). What it takes meanwhile waits as captured.
///
/// After a start the ledgers that hold heads of this log are asked first, and waited for, though not for long: a ledger
/// that is away stops no seal (P5). One that contradicts later stops it from then on, until it agrees.
final class HistoryGuard implements Stage {
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(HistoryGuard.class);
    private static final String WELL = "records wait as captured and are sealed by themselves";

    private final Stage sealer;
    private final List<Ledger> ledgers;
    private final LongSupplier nanoTime;
    private final long begun;

    private boolean open;

    // Written by whoever steps, read by any thread.
    private volatile boolean halted;

    /// What a guard asks of a ledger.
    interface Ledger {
        String name();

        Agreement agreement();
    }

    HistoryGuard(Stage sealer, List<Ledger> ledgers, LongSupplier nanoTime) {
        this.sealer = sealer;
        this.ledgers = List.copyOf(ledgers);
        this.nanoTime = nanoTime;
        this.begun = nanoTime.getAsLong();
    }

    /// Those that keep one history of a log, elsewhere than on this box: what stands here came back with the backup.
    static List<Ledger> of(List<Anchored> all) {
        var ledgers = new ArrayList<Ledger>();
        for (var each : all) {
            if (each instanceof Relay relay && relay.convincesOthers()) ledgers.add(new OfRelay(relay));
        }
        return ledgers;
    }

    private record OfRelay(Relay relay) implements Ledger {
        @Override
        public String name() {
            return relay.name();
        }

        @Override
        public Agreement agreement() {
            return relay.agreement();
        }
    }

    @Override
    public String name() {
        return sealer.name();
    }

    /// @throws LogContradicted while a ledger holds another history of this log, or more of it than is here
    @Override
    public int step() throws Exception {
        var against = named(Agreement.CONTRADICTS);
        if (!against.isEmpty()) {
            halted = true;
            throw new LogContradicted(against);
        }
        var unasked = named(Agreement.NOT_ASKED);
        if (halted && !unasked.isEmpty()) throw new LogContradicted(unasked);
        halted = false;
        if (!open) open = mayBegin(unasked);
        return open ? sealer.step() : 0;
    }

    private boolean mayBegin(List<String> unasked) {
        if (unasked.isEmpty()) return true;
        if (nanoTime.getAsLong() - begun < PATIENCE.toNanos()) return false;
        LOG.info("{}: sealing begins, though {} did not say in {} what it holds", name(), unasked, PATIENCE);
        return true;
    }

    private List<String> named(Agreement agreement) {
        return ledgers.stream()
                .filter(ledger -> ledger.agreement() == agreement)
                .map(Ledger::name)
                .toList();
    }

    @Override
    public Duration pause() {
        return open ? sealer.pause() : Duration.ZERO;
    }

    /// What helps when the stage fails and its cause alone does not tell. Any thread.
    String remedy() {
        return halted ? "as is said of the relay; records wait as captured meanwhile" : WELL;
    }

    /// Nothing is sealed because of that.
    static final class LogContradicted extends Exception {
        private static final long serialVersionUID = 1;

        LogContradicted(List<String> ledgers) {
            super("nothing is sealed, since " + String.join(", ", ledgers)
                    + " holds another history of this log, or more of it than is here");
        }
    }
}
