package org.sealpost.anchor.evm;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageContract;
import org.sealpost.anchor.SoftwareKey;

/// The EVM ledger against a real anvil.
class EvmLedgerTest extends AnchorageContract {
    private static final int CONFIRMATIONS = 2;
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(1);

    private static Anvil anvil;
    private static EvmLedger ledger;

    @BeforeAll
    static void start() throws Exception {
        anvil = Anvil.start();
        anvil.fund(EvmLedger.accountOf(ACCOUNT));
        var contract = anvil.create(AnchorCode.PRECOMPILED.creation());
        ledger = EvmLedger.open(anvil.config(CONFIRMATIONS), contract, ACCOUNT);
    }

    @AfterAll
    static void stop() {
        if (ledger != null) ledger.close();
        if (anvil != null) anvil.close();
    }

    @Override
    protected Anchorage anchorage() {
        return ledger;
    }

    /// Makes each pooled transaction part of a block, then puts blocks on top.
    @Override
    protected void settle() throws Exception {
        anvil.mine(1 + CONFIRMATIONS);
    }
}
