package org.sealpost.anchor;

/// The fake keeps what real anchorages promise as long as it is kind.
class FaultyLedgerTest extends AnchorageContract {
    private final FaultyLedger ledger = new FaultyLedger(1, 2);

    @Override
    protected Anchorage anchorage() {
        return ledger;
    }

    @Override
    protected void settle() {
        for (int i = 0; i < 3; i++) ledger.tick();
    }
}
