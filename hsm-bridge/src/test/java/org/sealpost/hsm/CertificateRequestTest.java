package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.hsm.CertificateRequest.AlternativeName;

/// Requests signed in SoftHSM2, as OpenSSL reads them.
class CertificateRequestTest {
    @TempDir
    Path folder;

    private Token token;

    @BeforeEach
    void openAFreshToken() throws Exception {
        token = Tokens.open(SoftHsm.create(folder).token("box", 1));
        Await.state(token, TokenHealth.State.READY);
    }

    @AfterEach
    void close() {
        token.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"P256", "SECP256K1", "P384", "ED25519", "RSA_2048_PKCS1", "RSA_2048_PSS"})
    void opensslVerifiesRequestsOfEachKindOfKey(KeyKind kind) throws Exception {
        SigningKey key = token.generate("first", kind);
        byte[] request =
                CertificateRequest.of(new X500Principal("CN=box,O=Owner")).signedBy(key, Duration.ofMinutes(2));
        Path file = Files.write(folder.resolve("request.der"), request);
        Process openssl = new ProcessBuilder(
                        Installed.openssl(),
                        "req",
                        "-inform",
                        "DER",
                        "-in",
                        file.toString(),
                        "-verify",
                        "-noout",
                        "-subject")
                .redirectErrorStream(true)
                .start();
        String said = new String(openssl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(openssl.waitFor(240, TimeUnit.SECONDS));
        assertEquals(0, openssl.exitValue(), said);
        assertTrue(said.contains("verify OK"), said);
        assertTrue(said.contains("O = Owner, CN = box"), said);
    }

    @Test
    void holdsWhatWasAskedFor() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        var asked = new CertificateRequest(
                new X500Principal("CN=box"),
                List.of(
                        new AlternativeName.Dns("box.example"),
                        new AlternativeName.Ip("192.0.2.1"),
                        new AlternativeName.Uri("urn:box"),
                        new AlternativeName.Email("box@example.org")),
                Set.of(CertificateRequest.Usage.DIGITAL_SIGNATURE, CertificateRequest.Usage.NON_REPUDIATION),
                List.of("1.3.6.1.5.5.7.3.2"),
                Optional.of("once"));
        var request = new PKCS10CertificationRequest(asked.signedBy(key, Duration.ofMinutes(2)));
        assertArrayEquals(key.spki(), request.getSubjectPublicKeyInfo().getEncoded());
        var extensions = request.getRequestedExtensions();
        assertEquals(
                KeyUsage.digitalSignature | KeyUsage.nonRepudiation,
                KeyUsage.fromExtensions(extensions).getPadBits() >= 0
                        ? KeyUsage.fromExtensions(extensions).getBytes()[0] & 0xff
                        : 0);
        assertEquals(
                4,
                org.bouncycastle.asn1.x509.GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName)
                        .getNames()
                        .length);
        assertEquals(1, request.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_challengePassword).length);
    }

    @Test
    void refusesWhatCannotBeARequest() {
        for (String wrong : List.of("", "client", "1.2.", "9.9.9")) {
            assertThrows(IllegalArgumentException.class, () -> request(List.of(), List.of(wrong)), wrong);
        }
        var names = java.util.Collections.<AlternativeName>nCopies(65, new AlternativeName.Dns("a"));
        assertThrows(IllegalArgumentException.class, () -> request(names, List.of()));
        assertThrows(
                IllegalArgumentException.class, () -> request(List.of(new AlternativeName.Ip("300.1.1.1")), List.of()));
    }

    private static CertificateRequest request(List<AlternativeName> names, List<String> purposes) {
        return new CertificateRequest(new X500Principal("CN=box"), names, Set.of(), purposes, Optional.empty());
    }
}
