package org.sealpost.anchor.evm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.SoftwareKey;

/// Seven signers, of whom two take heads into blocks that the other five then outvote. A head takes five blocks of a
/// second each, for which ./test has no time: scripts/ledgers/torture does all rows of this kind.
class CliqueTorture extends ConsortiumTorture {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(73);

    /// Two signers make two blocks at most, of which the first has one on top.
    private static final int CONFIRMATIONS = 4;

    @TempDir
    private static Path folder;

    private static CliqueConsortium consortium;
    private static Deployment deployment;

    CliqueTorture() {
        super(ACCOUNT);
    }

    @BeforeAll
    static void start() throws Exception {
        consortium = CliqueConsortium.start(folder);
        deployment = Deployment.on(consortium, folder, ACCOUNT, CONFIRMATIONS);
    }

    @AfterAll
    static void stop() {
        if (consortium != null) consortium.close();
    }

    @Override
    Deployment deployment() {
        return deployment;
    }

    /// Such a chain may still take a block back.
    @Override
    protected boolean proves() {
        return false;
    }

    @Override
    protected int tooMany() {
        return 4;
    }

    @Override
    protected void lose(int nodes) throws Exception {
        super.lose(nodes);
        if (nodes == tooMany()) consortium.awaitStandstill();
    }

    @Override
    protected Act fork() throws Exception {
        consortium.split();
        return consortium::forkOff;
    }

    @Override
    protected void reorganise() throws Exception {
        consortium.uniteOnTheOther();
    }

    /// Its node is one of the two whose blocks are taken back.
    @Override
    protected List<Fault> faults() {
        var all = new ArrayList<>(super.faults());
        all.add(new Fault("blocks taken back", () -> fork().run(), this::reorganise));
        return all;
    }

    /// On top of a final block are four more.
    @Override
    protected void aLedgerThatLostItsEndGetsTheHeadAgain() {}
}
