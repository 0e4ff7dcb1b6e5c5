package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.sealpost.anchor.AnchorProofs;
import org.sealpost.anchor.AnchorState;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Relay;
import org.sealpost.anchor.RelayConfig;
import org.sealpost.anchor.ReplacedRequests;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.hsm.SigningKey;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;

/// A relay, a real node, and a log that grows when a test says so.
final class EvmRelay implements AutoCloseable {
    private static final JournalConfig JOURNAL =
            new JournalConfig("anchors-evm", 1 << 18, Relay.MAX_ENTRY_SIZE_BYTES, 1 << 16);
    private static final JournalConfig PROOFS =
            new JournalConfig("proofs-evm", 1 << 22, AnchorProofs.MAX_ENTRY_SIZE_BYTES, 1 << 21);
    private static final JournalConfig REPLACED =
            new JournalConfig("replaced-evm", 1 << 18, ReplacedRequests.MAX_ENTRY_SIZE_BYTES, 1 << 16);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static int logs;

    final SignedLog log = new SignedLog("relay/" + ++logs, 9000 + logs);
    final FaultyDisk disk = new FaultyDisk();
    FaultyDisk replaced = new FaultyDisk();
    private final Optional<FaultyDisk> proofs;
    final EvmLedger ledger;
    private final Duration poll;
    private final List<String> setbacks = new ArrayList<>();
    private Relay relay;

    /// Keeps proofs of what is final.
    ///
    /// @param poll how often the chain is asked while something is under way
    EvmRelay(EvmConfig config, Address contract, SigningKey account, Duration poll) throws IOException {
        this(config, contract, account, poll, Optional.of(new FaultyDisk()));
    }

    /// Keeps none.
    static EvmRelay withoutProofs(EvmConfig config, Address contract, SigningKey account) throws IOException {
        return new EvmRelay(config, contract, account, Duration.ofMillis(5), Optional.empty());
    }

    EvmRelay(Anvil anvil, Address contract, SigningKey account, int confirmations, Duration deadline)
            throws IOException {
        this(anvil.config(confirmations, deadline), contract, account, Duration.ofMillis(5), Optional.empty());
    }

    private EvmRelay(EvmConfig config, Address contract, SigningKey account, Duration poll, Optional<FaultyDisk> proofs)
            throws IOException {
        this.ledger = EvmLedger.open(config, contract, account);
        this.poll = poll;
        this.proofs = proofs;
        reopen();
    }

    EvmRelay(Anvil anvil, Address contract, SigningKey account) throws IOException {
        this(anvil, contract, account, 2, Duration.ofSeconds(5));
    }

    static Address deploy(Anvil anvil, SoftwareKey account) throws IOException {
        anvil.fund(EvmLedger.accountOf(account));
        return anvil.create(AnchorCode.PRECOMPILED.creation());
    }

    Relay relay() {
        return relay;
    }

    void reopen() throws IOException {
        disk.kill();
        var config = RelayConfig.of("evm").withPoll(poll).withRecheck(Duration.ofMillis(50));
        Optional<AnchorProofs> kept = Optional.empty();
        if (proofs.isPresent()) {
            proofs.get().kill();
            kept = Optional.of(AnchorProofs.open("evm", Journal.open(proofs.get(), PROOFS, 0)));
        }
        replaced.kill();
        var stuck = ReplacedRequests.open("evm", Journal.open(replaced, REPLACED, 0));
        relay = Relay.open(config, Journal.open(disk, JOURNAL, 0), kept, Optional.of(stuck), ledger, log);
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

    /// Steps until the condition holds; `meanwhile` lets the chain go on.
    void until(String what, Condition condition, Anvil chainGoesOn) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < end, what + " did not happen; " + relay.trouble() + "; " + setbacks);
            step();
            if (chainGoesOn != null) chainGoesOn.mine(1);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    boolean isAnchored() throws IOException {
        return !(relay.stateOf(log.size() - 1) instanceof AnchorState.Waiting);
    }

    boolean isFinal() throws IOException {
        return relay.stateOf(log.size() - 1) instanceof AnchorState.Final;
    }

    void untilFinal(Anvil anvil) throws Exception {
        until("size " + log.size() + " final", this::isFinal, anvil);
    }

    @Override
    public void close() {
        ledger.close();
    }
}
