package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Path;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.hsm.Token;

/// A consortium's chain that [DrainCompare] has publications drained to, and who brings them there.
interface DrainSite extends AutoCloseable {
    /// @param records  whose commitments are in each publication
    /// @param inFlight how many publications may be under way
    record Load(int records, int inFlight) {}

    /// Each has an origin of its own, whose first head is lodged.
    record Contenders(RelayDrain relay, DrainCompare.Drains bare) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            bare.close();
            relay.close();
        }
    }

    /// The lines of a configuration by which a gateway's token gets the keys that are used there.
    String settings() throws IOException;

    /// Makes this gateway, whose token is made and which never runs, one that may write there.
    void admit(SealpostGateway gateway) throws IOException, InterruptedException;

    /// @param token  of the gateway that was admitted
    /// @param folder for what they write
    Contenders contenders(Token token, Load load, Path folder)
            throws IOException, InterruptedException, AnchorageSetback;

    /// How many blocks there are.
    long height() throws IOException, InterruptedException;

    /// Ends the nodes.
    @Override
    void close();
}
