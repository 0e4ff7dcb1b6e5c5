package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.TestCa;
import org.sealpost.hsm.est.GlobalSignServer;

/// `sealpost anchor test` where it comes to no question.
class AnchorTestCommandTest {
    /// The channel, and its publications, are asked by whom the token signs for.
    @Test
    void aTokenWithoutTheKeyIsToldOnceAndNothingElseIsLookedAt(@TempDir Path folder) throws Exception {
        var ca = TestCa.create("the CA of peers").certificate();
        GlobalSignServer.pem(folder.resolve("peers-ca.pem"), "CERTIFICATE", ca);
        var config = Files.writeString(folder.resolve("sealpost.toml"), """
                data = "data"
                [clients]
                file = "clients"
                [token]
                driver = "insecure-software"
                folder = "no-keys"
                label = "laptop"
                [profile."crane.lift"]
                publish = "commitments"
                publish-to = ["consortium"]
                [anchorage.consortium]
                kind = "fabric"
                peers = ["127.0.0.1:1"]
                ca-file = "peers-ca.pem"
                channel = "anchors"
                chaincode = "sealpost"
                msp = "Org1MSP"
                identity-certificate = "box.pem"
                """);
        var tested = Said.by("anchor", "test", "consortium", "--json", "--config", config.toString());
        assertEquals(1, tested.code(), tested::toString);
        var checks = tested.json().required("checks");
        assertEquals(1, checks.size(), tested::toString);
        assertEquals("account", checks.get(0).required("about").asText(), tested::toString);
        assertTrue(checks.get(0).required("remedy").asText().contains("token init"), tested::toString);
    }
}
