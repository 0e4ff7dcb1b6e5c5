package org.sealpost.bench;

import java.io.IOException;
import org.sealpost.evidence.AnchorIdentity;

/// A consortium's chain, what a gateway lodges there being proved offline by the signatures under a block.
interface ProvingChain extends AutoCloseable {
    /// The lines of a gateway's configuration that make it lodge there, each head at once.
    String settings() throws IOException;

    /// Makes this gateway, whose token is made and which does not run yet, one that may lodge there.
    void admit(SealpostGateway gateway) throws IOException, InterruptedException;

    /// Whom a reader trusts there: lines of a trust file.
    String trusted(AnchorIdentity identity) throws IOException, InterruptedException;

    @Override
    void close();
}
