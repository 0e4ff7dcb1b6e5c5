package org.sealpost.chaincode;

import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.hyperledger.fabric.metrics.Metrics;
import org.hyperledger.fabric.shim.NettyChaincodeServer;
import org.hyperledger.fabric.traces.Traces;

/// Runs the chaincode as a service that peers connect to, until it is ended.
///
/// Exit 1 where it cannot listen there, 2 where its settings are no good.
public final class Main {
    private static final Logger LOG = Logger.getLogger(Main.class.getName());
    /// Held here, or its level would be forgotten with it: the shim says much at each connection.
    private static final Logger SHIM = Logger.getLogger("org.hyperledger.fabric");

    private Main() {}

    /// @param arguments none; see [Settings]
    public static void main(String[] arguments) throws InterruptedException {
        SHIM.setLevel(Level.WARNING);
        try {
            var settings = Settings.of(System.getenv());
            var chaincode = new SealpostChaincode();
            chaincode.identify(settings.packageId());
            Metrics.initialize(chaincode.getChaincodeConfig());
            Traces.initialize(chaincode.getChaincodeConfig());
            LOG.info(() -> "chaincode " + settings.packageId() + " at " + settings.address()
                    + (settings.tls().isPresent() ? "" : ", without TLS"));
            new NettyChaincodeServer(chaincode, settings.properties()).start();
        } catch (IllegalArgumentException e) {
            end(2, e);
        } catch (IOException e) {
            end(1, e);
        }
    }

    private static void end(int code, Exception cause) {
        LOG.severe(() -> "the chaincode does not start: " + cause.getMessage());
        System.exit(code);
    }
}
