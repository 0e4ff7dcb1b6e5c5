package org.sealpost.anchor.evm;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.anchor.AnchorageTorture;
import org.sealpost.anchor.RelayOrders;
import org.sealpost.anchor.ReplacedRequests;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.SteppedRelay;
import org.sealpost.hsm.SigningKey;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;

/// A relay, a real node, and a log that grows when a test says so.
final class EvmRelay extends SteppedRelay implements AutoCloseable {
    private static final JournalConfig REPLACED =
            new JournalConfig("replaced-evm", 1 << 18, ReplacedRequests.MAX_ENTRY_SIZE_BYTES, 1 << 16);
    private static int logs;

    FaultyDisk replaced = new FaultyDisk();
    final EvmConfig config;
    EvmLedger ledger;
    private final Supplier<EvmLedger> opens;
    private final Duration poll;
    private RelayOrders orders = RelayOrders.NONE;

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
        this(
                config,
                () -> EvmLedger.open(config, contract, account),
                new SignedLog("relay/" + ++logs, 9000 + logs),
                poll,
                proofs);
    }

    private EvmRelay(
            EvmConfig config, Supplier<EvmLedger> opens, SignedLog log, Duration poll, Optional<FaultyDisk> proofs)
            throws IOException {
        super("evm", log, new FaultyDisk(), proofs);
        this.config = config;
        this.opens = opens;
        this.ledger = opens.get();
        this.poll = poll;
        reopen();
    }

    /// Of a log that there may be another copy of, on a contract of which it is known what made it.
    static EvmRelay of(SignedLog log, EvmConfig config, Supplier<EvmLedger> opens) throws IOException {
        return new EvmRelay(config, opens, log, Duration.ofMillis(5), Optional.empty());
    }

    EvmRelay(Anvil anvil, Address contract, SigningKey account) throws IOException {
        this(anvil, contract, account, 2, Duration.ofSeconds(5));
    }

    static Address deploy(Anvil anvil, SoftwareKey account) throws IOException {
        anvil.fund(EvmLedger.accountOf(account));
        return anvil.create(AnchorCode.PRECOMPILED.creation());
    }

    @Override
    protected RelayOrders orders() {
        return orders;
    }

    /// Somebody orders it.
    void resubmit() {
        orders = new RelayOrders(false, orders.resubmitted() + 1, Instant.now());
    }

    /// Another process, which knows of the nodes what the journal has of them.
    void restart() throws IOException {
        ledger.close();
        ledger = opens.get();
        reopen();
    }

    void reopen() throws IOException {
        kill();
        replaced.kill();
        var stuck = ReplacedRequests.open("evm", Journal.open(replaced, REPLACED, 0));
        open(ledger, poll, openProofs(), Optional.of(stuck));
    }

    /// Steps until the condition holds.
    ///
    /// @param chainGoesOn by a block at each step; null where it does by itself
    void until(String what, Condition condition, Anvil chainGoesOn) throws Exception {
        until(what, condition, (AnchorageTorture.Act) () -> {
            if (chainGoesOn != null) chainGoesOn.mine(1);
        });
    }

    void untilFinal(Anvil anvil) throws Exception {
        until("size " + log.size() + " final", this::isFinal, anvil);
    }

    @Override
    public void close() {
        ledger.close();
    }
}
