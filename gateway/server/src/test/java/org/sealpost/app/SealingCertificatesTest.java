package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealingCertificatesTest {
    @TempDir
    Path folder;

    @Test
    void theSealingKeysComesFirstThenItsIssuers() throws Exception {
        var ca = keys();
        var key = keys();
        byte[] own = certificate(key, ca);
        byte[] issuer = certificate(ca, ca);
        var read = SealingCertificates.read(pem(own, issuer), key.getPublic().getEncoded());
        assertEquals(2, read.size());
        assertArrayEquals(own, read.get(0));
        assertArrayEquals(issuer, read.get(1));
    }

    /// A box with another key's certificate would hand out evidence that nobody can trust.
    @Test
    void aCertificateOfAnotherKeyIsRefused() throws Exception {
        var ca = keys();
        var file = pem(certificate(keys(), ca));
        refused("not that of the sealing key", file, keys());
    }

    @Test
    void whatIsNoListOfCertificatesIsRefused() throws Exception {
        refused("cannot be read", folder.resolve("missing"), keys());
        refused(
                "PEM",
                Files.writeString(
                        folder.resolve("text"), "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"),
                keys());
        refused("0 certificates", Files.writeString(folder.resolve("empty"), ""), keys());
    }

    private static void refused(String message, Path file, KeyPair key) {
        var refused = assertThrows(
                ConfigRefused.class,
                () -> SealingCertificates.read(file, key.getPublic().getEncoded()));
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    private Path pem(byte[]... certificates) throws Exception {
        return pem(folder.resolve("chain.pem"), certificates);
    }

    static Path pem(Path file, byte[]... certificates) throws Exception {
        var text = new StringBuilder();
        for (var der : certificates) {
            text.append("-----BEGIN CERTIFICATE-----\n");
            text.append(Base64.getMimeEncoder().encodeToString(der));
            text.append("\n-----END CERTIFICATE-----\n");
        }
        return Files.writeString(file, text);
    }

    static KeyPair keys() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private static byte[] certificate(KeyPair subject, KeyPair issuer) throws Exception {
        return certificate(subject.getPublic().getEncoded(), issuer);
    }

    static byte[] certificate(byte[] spki, KeyPair issuer) throws Exception {
        var start = Instant.parse("2026-01-01T00:00:00Z");
        return new X509v3CertificateBuilder(
                        new X500Name("CN=issuer"),
                        BigInteger.ONE,
                        Date.from(start),
                        Date.from(start.plusSeconds(86_400)),
                        new X500Name("CN=subject"),
                        SubjectPublicKeyInfo.getInstance(spki))
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate()))
                .getEncoded();
    }
}
