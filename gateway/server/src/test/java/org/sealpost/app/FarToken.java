package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.hsm.P11KitServer;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;

/// A token in another process, which a test can stop and kill; with the keys of a box.
///
/// @param settings how a box reaches it
record FarToken(P11KitServer server, TokenSettings settings) {
    static FarToken start(Path folder) throws IOException {
        var hsm = SoftHsm.create(folder.resolve("hsm"));
        var direct = hsm.token("box", 2);
        TokenSetup.initialise(
                RunningGateway.config(folder, settings(direct), IntakeConfig.defaults(), Optional.empty()));
        var server = P11KitServer.start(hsm);
        return new FarToken(server, settings(server.through(direct)));
    }

    /// The server's list of mechanisms lacks Ed25519, so the box has a sealing key only.
    private static TokenSettings settings(TokenConfig token) {
        return new TokenSettings(
                token, TokenSettings.Driver.INSIDE, "seal", Optional.empty(), Optional.empty(), Optional.empty());
    }
}
