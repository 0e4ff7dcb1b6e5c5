package org.sealpost.anchor;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;

/// A relay over a disk, a ledger and a log that tests are in command of; its clock moves only when it is told to.
final class RelayBench {
    static final JournalConfig JOURNAL =
            new JournalConfig("anchors-test", 1 << 18, Relay.MAX_ENTRY_SIZE_BYTES, 1 << 16);

    /// For the small proofs of the ledger.
    static final JournalConfig PROOFS = new JournalConfig("proofs-test", 1 << 18, 1 << 14, 1 << 16);

    final FaultyDisk disk = new FaultyDisk();

    /// Where proofs are kept, if they are.
    Optional<FaultyDisk> proofs = Optional.empty();

    final SignedLog log = new SignedLog("bench/log", 1);
    final FaultyLedger ledger;
    HeadSource heads = log;
    HeadPolicy policy = HeadPolicy.AT_ONCE;
    boolean parked;
    private long nanos;
    private Relay relay;

    RelayBench(FaultyLedger ledger) throws IOException {
        this.ledger = ledger;
        open();
    }

    Relay relay() {
        return relay;
    }

    void open() throws IOException {
        var config = RelayConfig.of("test")
                .withPolicy(policy)
                .withOrders(() -> new RelayOrders(parked, -1))
                .withClocks(() -> Instant.EPOCH.plusNanos(nanos), () -> nanos);
        Optional<AnchorProofs> kept = proofs.isEmpty()
                ? Optional.empty()
                : Optional.of(AnchorProofs.open("test", Journal.open(proofs.get(), PROOFS, 0)));
        relay = Relay.open(
                config, Journal.open(disk, JOURNAL, 0), Optional.empty(), kept, Optional.empty(), ledger, heads);
    }

    /// From now on proofs are kept here.
    void keepProofs(FaultyDisk where) throws IOException {
        proofs = Optional.of(where);
        kill();
    }

    void powerCut(long seed) throws IOException {
        disk.powerCut(seed);
        if (proofs.isPresent()) proofs.get().powerCut(seed + 1);
        open();
    }

    void kill() throws IOException {
        disk.kill();
        proofs.ifPresent(FaultyDisk::kill);
        open();
    }

    void pass(Duration time) {
        nanos += time.toNanos();
    }

    /// One step after as much time as the relay waits between two looks.
    int step() throws IOException, AnchorageSetback {
        pass(Duration.ofSeconds(2));
        return relay.step();
    }

    /// Steps and blocks in turn, with setbacks waited out.
    void run(int rounds) throws IOException {
        for (int i = 0; i < rounds; i++) {
            try {
                step();
            } catch (AnchorageSetback e) {
                // Shown by the relay; tried again.
            }
            ledger.tick();
        }
    }

    /// Runs until the newest head is final.
    void runUntilFinal() throws IOException {
        for (int round = 0; round < 300; round++) {
            if (relay.stateOf(log.size() - 1) instanceof AnchorState.Final) return;
            run(1);
        }
        throw new AssertionError("not final after 300 rounds: " + relay.trouble() + " " + entries() + " " + ledger);
    }

    /// What the relay wrote down, by name and size.
    List<String> entries() throws IOException {
        var names = new ArrayList<String>();
        for (var entry : read()) {
            String size = entry instanceof RelayEntry.OfHead head ? " " + head.size() : "";
            names.add(entry.getClass().getSimpleName() + size);
        }
        return names;
    }

    private List<RelayEntry> read() throws IOException {
        var copy = disk.copy();
        copy.kill();
        var entries = new ArrayList<RelayEntry>();
        try (var journal = Journal.open(copy, JOURNAL, 0)) {
            for (long i = 0; i < journal.size(); i++)
                entries.add(read(journal.read(i).leaf()));
        }
        return entries;
    }

    private static RelayEntry read(byte[] leaf) throws IOException {
        try {
            return RelayEntry.read(leaf);
        } catch (org.sealpost.record.CborMalformed e) {
            throw new IOException(e);
        }
    }
}
