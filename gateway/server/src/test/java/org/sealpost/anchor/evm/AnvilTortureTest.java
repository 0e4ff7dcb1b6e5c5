package org.sealpost.anchor.evm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.sealpost.anchor.SoftwareKey;

/// A chain of one node that makes blocks as it is told, takes them back, and forgets.
class AnvilTortureTest extends EvmTorture {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(71);
    private static final int CONFIRMATIONS = 4;

    private Anvil anvil;
    private Address contract;
    private boolean holds;

    AnvilTortureTest() {
        super(ACCOUNT);
    }

    @BeforeEach
    void start() throws Exception {
        anvil = Anvil.start("--timestamp", "1700000000");
        deploy();
        anvil.mine(CONFIRMATIONS);
        wireTo(anvil.url());
    }

    private void deploy() throws Exception {
        contract = EvmRelay.deploy(anvil, ACCOUNT);
    }

    @AfterEach
    void stop() {
        if (anvil == null) return;
        if (wire() != null) wire().close();
        anvil.close();
    }

    @Override
    Address contract() {
        return contract;
    }

    @Override
    Address deployPublications(SoftwareKey publisher) throws Exception {
        anvil.fund(EvmLedger.accountOf(publisher));
        var made = anvil.create(PublicationsCode.PRECOMPILED.creation(contract));
        anvil.mine(CONFIRMATIONS);
        return made;
    }

    @Override
    protected boolean publishes(boolean isLong) {
        return true;
    }

    @Override
    JsonRpc rpc() {
        return anvil.rpc();
    }

    @Override
    int confirmations() {
        return CONFIRMATIONS;
    }

    /// Its blocks are sealed by nobody.
    @Override
    protected boolean proves() {
        return false;
    }

    @Override
    protected Duration deadlineAtRandom() {
        return Duration.ofMillis(250);
    }

    @Override
    protected Duration shortest() {
        return Duration.ofSeconds(8);
    }

    @Override
    protected void goOn() throws Exception {
        if (!holds) anvil.mine(1);
    }

    @Override
    protected void hold() throws Exception {
        holds = true;
        anvil.rpc().call("evm_setAutomine", false);
    }

    @Override
    protected void forgetPool() throws Exception {
        anvil.rpc().call("anvil_dropAllTransactions");
        anvil.rpc().call("evm_setAutomine", true);
        holds = false;
    }

    @Override
    protected void reorganise() throws Exception {
        anvil.rpc().call("anvil_reorg", 1, List.of());
    }

    @Override
    protected Act snapshot() throws Exception {
        String before = anvil.rpc().text("evm_snapshot");
        return () -> anvil.rpc().call("evm_revert", before);
    }

    /// The same contract at the same address: only the hash of block 0 differs.
    @Override
    protected void recreate() throws Exception {
        anvil.recreate("--timestamp", "1800000000");
        deploy();
    }

    @Override
    protected List<Fault> faults() {
        var all = new ArrayList<>(super.faults());
        all.add(new Fault("reorganisation", this::reorganise, () -> {}));
        all.add(new Fault("pool lost", this::hold, this::forgetPool));
        return all;
    }

    /// There is one node.
    @Override
    protected void oneNodeMayBeGone() {}

    /// As above.
    @Override
    protected void whatWasSentWhileTooManyWereGoneLandsOnceWhenTheyAreBack() {}
}
