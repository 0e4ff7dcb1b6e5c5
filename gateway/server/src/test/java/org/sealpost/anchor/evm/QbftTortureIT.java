package org.sealpost.anchor.evm;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.HttpWire;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.evidence.AnchorIdentity;

/// A consortium of four validators: nodes go, come back, forget and lie dead on the wire, and what the boxes keep
/// proves their heads to whoever trusts the validators of block 0. The account has no coins, as gas has no
/// price.
class QbftTortureIT extends EvmTorture {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(72);

    @TempDir
    private static Path folder;

    private static QbftConsortium consortium;
    private static Address contract;

    QbftTortureIT() {
        super(ACCOUNT);
    }

    @BeforeAll
    static void start() throws Exception {
        consortium = QbftConsortium.start(folder);
        deploy();
    }

    private static void deploy() throws Exception {
        Files.deleteIfExists(folder.resolve("contract.pin"));
        contract = EvmContract.deployOnce(consortium.config(1), ACCOUNT, folder.resolve("contract.pin"));
    }

    @BeforeEach
    void layWire() throws Exception {
        wireTo(consortium.node(1));
    }

    @AfterEach
    void heal() throws Exception {
        wire().close();
        consortium.heal();
    }

    @AfterAll
    static void stop() {
        if (consortium != null) consortium.close();
    }

    @Override
    Address contract() {
        return contract;
    }

    @Override
    JsonRpc rpc() {
        return consortium.rpc(1);
    }

    /// What is in a block is final.
    @Override
    int confirmations() {
        return 0;
    }

    @Override
    protected boolean proves() {
        return true;
    }

    @Override
    protected String trust(AnchorIdentity identity) throws Exception {
        long chain = ((AnchorIdentity.Evm) identity).chainId();
        return super.trust(identity) + "validators evm " + chain + " qbft " + String.join(" ", QbftConsortium.GENESIS)
                + "\n";
    }

    @Override
    protected Duration poll() {
        return Duration.ofMillis(100);
    }

    /// A block takes a second.
    @Override
    protected Duration pace() {
        return Duration.ofMillis(1500);
    }

    @Override
    protected Duration shortest() {
        return Duration.ofSeconds(5);
    }

    /// Two make no blocks, and take requests.
    @Override
    protected void hold() throws Exception {
        lose(2);
    }

    @Override
    protected void forgetPool() throws Exception {
        consortium.forgetPools();
    }

    /// The same contract at the same address: only the hash of block 0 differs.
    @Override
    protected void recreate() throws Exception {
        consortium.recreate();
        deploy();
    }

    /// Never the one that the relay asks.
    @Override
    protected void lose(int nodes) throws Exception {
        for (int i = 0; i < nodes; i++) consortium.kill(QbftConsortium.VALIDATORS - i);
    }

    @Override
    protected void bringBack() throws Exception {
        consortium.heal();
    }

    /// The kernel still takes connections for a node that stands still: to the relay they are half open.
    @Override
    protected List<Act> manners() {
        return List.of(() -> consortium.stop(1), () -> wire().become(HttpWire.Manner.FLOODS));
    }

    @Override
    protected void comeBack() throws Exception {
        super.comeBack();
        consortium.heal();
    }

    @Override
    protected List<Fault> faults() {
        var all = new ArrayList<>(super.faults());
        all.add(new Fault("one gone", () -> lose(1), this::bringBack));
        all.add(new Fault("two gone", () -> lose(2), this::bringBack));
        all.add(new Fault("pools lost", () -> lose(2), this::forgetPool));
        all.add(new Fault("its node killed", () -> consortium.kill(1), this::bringBack));
        all.add(new Fault("its node stands still", () -> consortium.stop(1), this::bringBack));
        all.add(new Fault("all stand still", () -> consortium.stop(1, 2, 3, 4), this::bringBack));
        return all;
    }

    /// What three of four sealed is not taken back.
    @Override
    protected void aBlockThatIsTakenBackIsSeenByItsHash() {}

    /// As above.
    @Override
    protected void aLedgerThatLostItsEndGetsTheHeadAgain() {}
}
