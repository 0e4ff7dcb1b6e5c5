package org.sealpost.chaincode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    private final Map<String, String> environment = new HashMap<>(
            Map.of("CHAINCODE_SERVER_ADDRESS", "127.0.0.1:9999", "CORE_CHAINCODE_ID_NAME", "sealpost:00"));

    @TempDir
    Path folder;

    @Test
    void addressAndPackageAreEnough() {
        var settings = Settings.of(environment);
        assertEquals(9999, settings.address().getPort());
        assertEquals("sealpost:00", settings.packageId());
        assertEquals(Optional.empty(), settings.tls());
        settings.properties().validate();
    }

    @Test
    void filesMakeItSpeakTls() throws Exception {
        var file = Files.writeString(folder.resolve("pem"), "");
        for (var name : new String[] {"CHAINCODE_TLS_KEY", "CHAINCODE_TLS_CERT", "CHAINCODE_CLIENT_CA_CERT"}) {
            environment.put(name, file.toString());
        }
        var properties = Settings.of(environment).properties();
        properties.validate();
        assertTrue(properties.isTlsEnabled());
        assertEquals(file.toString(), properties.getTrustCertCollectionFile());
    }

    @Test
    void whatIsMissingOrWrongIsNamed() throws Exception {
        var file = Files.writeString(folder.resolve("pem"), "").toString();
        refused("CHAINCODE_SERVER_ADDRESS is not set", "CHAINCODE_SERVER_ADDRESS", "");
        for (var address : new String[] {"9999", ":9999", "localhost", "localhost:", "localhost:99999"}) {
            refused("expected HOST:PORT", "CHAINCODE_SERVER_ADDRESS", address);
        }
        refused("CORE_CHAINCODE_ID_NAME is not set", "CORE_CHAINCODE_ID_NAME", "");
        refused("one alone is set", "CHAINCODE_TLS_KEY", file);
        refused("one alone is set", "CHAINCODE_TLS_CERT", file);
        refused("CHAINCODE_TLS_KEY is not", "CHAINCODE_CLIENT_CA_CERT", file);
        refused("cannot be read", "CHAINCODE_TLS_CERT", folder.resolve("none").toString());
    }

    private void refused(String why, String name, String value) {
        var altered = new HashMap<>(environment);
        altered.put(name, value);
        var refused = assertThrows(IllegalArgumentException.class, () -> Settings.of(altered));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }
}
