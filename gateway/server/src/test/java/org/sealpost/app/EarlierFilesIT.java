package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.hsm.Installed;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TestCa;

/// Files that an earlier release took, and this one would not: a box that was updated captures and seals on, and says
/// what is wrong with them.
class EarlierFilesIT {
    private static final String NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @TempDir
    private Path folder;

    private GatewayConfig config;

    @BeforeEach
    void token() throws Exception {
        Installed.require(SoftHsm.module().isPresent(), "SoftHSM2 is not installed (package softhsm2)");
        SoftHsm.create(folder.resolve("hsm"));
        config = RunningGateway.config(
                folder, RunningGateway.softToken(folder), IntakeConfig.defaults(), Optional.empty());
        TokenSetup.initialise(config);
    }

    @Test
    void aLineOfClientsThatLetsNobodyInKeepsNobodyElseOut() throws Exception {
        RunningGateway.writeClients(config);
        var clients = config.clientsFile().orElseThrow();
        Files.writeString(clients, "\nanna token " + NOTHING + "\n", StandardOpenOption.APPEND);
        try (var box = RunningGateway.startAsItIs(config)) {
            var part = box.trouble("clients").orElseThrow();
            var cause = part.required("cause").asText();
            assertTrue(cause.contains("line 5: this is the hash of"), cause);
            assertFalse(cause.contains(NOTHING), cause);
            var empty = box.request("/v1/records", new RunningGateway.Client("anna", ""));
            assertEquals(401, box.send(empty).statusCode());
            long index = box.record("gate-in".getBytes(StandardCharsets.UTF_8), "key-1");
            assertEquals("gate-in", proved(box, index).text());
        }
        RunningGateway.writeClients(config);
        try (var box = RunningGateway.startAsItIs(config)) {
            assertEquals(Optional.empty(), box.trouble("clients"));
        }
    }

    @Test
    void aCertificateThatNoVerifierAcceptsStopsNoCapture() throws Exception {
        byte[] spki;
        try (var box = RunningGateway.start(config)) {
            spki = Base64.getDecoder()
                    .decode(box.trustFile()
                            .lines()
                            .filter(line -> line.startsWith("key "))
                            .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                            .findFirst()
                            .orElseThrow());
            assertEquals(Optional.empty(), box.trouble("certificates"));
        }
        var chain = SealingCertificatesTest.pem(folder.resolve("chain.pem"), heavy(spki));
        var token = config.token();
        var certified = new TokenSettings(
                token.place(), token.sealKey(), token.checkpointKey(), Optional.of(chain), token.chip());
        try (var box = RunningGateway.start(RunningGateway.with(config, "token", certified))) {
            var part = box.trouble("certificates").orElseThrow();
            var cause = part.required("cause").asText();
            assertTrue(cause.contains("certificate 1 has more than 2 KiB of alternative names"), cause);
            assertFalse(part.required("remedy").asText().isBlank());
            long index = box.record("gate-out".getBytes(StandardCharsets.UTF_8), "key-2");
            var proved = proved(box, index);
            assertEquals("gate-out", proved.text(), "who names the key needs no certificate");
            assertEquals(1, proved.evidence().certificates().size());
        }
    }

    private static RunningGateway.Proved proved(RunningGateway box, long index) throws Exception {
        return RunningGateway.verify(box.awaitEvidence(index), box.trust(), AnchorCheck.OFFLINE);
    }

    private static byte[] heavy(byte[] spki) throws Exception {
        var name = new GeneralName(GeneralName.uniformResourceIdentifier, "https://port-7.example/" + "x".repeat(3000));
        var names = new Extension(Extension.subjectAlternativeName, false, new GeneralNames(name).getEncoded());
        var now = Instant.now();
        return TestCa.create("the owner's CA")
                .issue("box 1", spki, now.minusSeconds(60), now.plus(Duration.ofDays(1)), names);
    }
}
