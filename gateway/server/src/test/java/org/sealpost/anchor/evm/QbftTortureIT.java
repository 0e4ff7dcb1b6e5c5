package org.sealpost.anchor.evm;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.evidence.anchor.evm.BftDialect;

/// Four validators whose blocks are final at once: what the boxes keep proves their heads to whoever trusts the
/// validators of block 0.
class QbftTortureIT extends ConsortiumTorture {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(72);

    @TempDir
    private static Path folder;

    private static BftConsortium consortium;
    private static Deployment deployment;

    QbftTortureIT() {
        super(ACCOUNT);
    }

    @BeforeAll
    static void start() throws Exception {
        consortium = BftConsortium.start(folder, BftDialect.QBFT);
        deployment = Deployment.on(consortium, folder, ACCOUNT, 0);
    }

    @AfterAll
    static void stop() {
        if (consortium != null) consortium.close();
    }

    @Override
    Deployment deployment() {
        return deployment;
    }

    @Override
    protected boolean proves() {
        return true;
    }

    /// What three of four sealed is not taken back.
    @Override
    protected void aBlockThatIsTakenBackIsSeenByItsHash() {}

    /// Nor is it lost but where administrators set all validators back: see [QbftSetBackIT].
    @Override
    protected void aLedgerThatLostItsEndGetsTheHeadAgain() {}
}
