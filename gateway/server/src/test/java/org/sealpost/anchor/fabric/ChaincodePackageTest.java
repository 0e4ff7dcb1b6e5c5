package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.SignedLog;

class ChaincodePackageTest {
    @TempDir
    private Path folder;

    /// By the machine's own tar, which knows nothing of how it was made.
    @Test
    void holdsWhereTheServiceIsReached() throws Exception {
        var made = ChaincodePackage.of("chaincode.example:9999", Optional.of("-----BEGIN\nPEM"));
        unpack(made.bytes(), "package.tgz");
        assertEquals("{\"type\":\"ccaas\",\"label\":\"sealpost\"}", read("metadata.json"));
        unpack(Files.readAllBytes(folder.resolve("code.tar.gz")), "code.tgz");
        assertEquals(
                "{\"address\":\"chaincode.example:9999\",\"dial_timeout\":\"10s\",\"tls_required\":true,"
                        + "\"root_cert\":\"-----BEGIN\\nPEM\"}",
                read("connection.json"));
    }

    @Test
    void theSameAnswersGiveTheSamePackage() {
        var made = ChaincodePackage.of("h:1", Optional.empty());
        assertArrayEquals(
                made.bytes(), ChaincodePackage.of("h:1", Optional.empty()).bytes());
        var digest = java.util.HexFormat.of().formatHex(SignedLog.sha256(made.bytes()));
        assertEquals("sealpost:" + digest, made.id());
    }

    @Test
    void whatIsNoAddressIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> ChaincodePackage.of("http://h", Optional.empty()));
    }

    private void unpack(byte[] archive, String name) throws Exception {
        Files.write(folder.resolve(name), archive);
        var tar = new ProcessBuilder(List.of("tar", "-xzf", name))
                .directory(folder.toFile())
                .inheritIO()
                .start();
        assertTrue(tar.waitFor(1, TimeUnit.MINUTES));
        assertEquals(0, tar.exitValue());
    }

    private String read(String name) throws Exception {
        return Files.readString(folder.resolve(name));
    }
}
