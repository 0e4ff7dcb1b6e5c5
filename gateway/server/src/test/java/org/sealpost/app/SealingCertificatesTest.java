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
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
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

    /// No reader would look at the path of such a one who trusts the last of them, or its issuer.
    @Test
    void whatNoVerifierLooksAtIsRefused() throws Exception {
        var ca = keys();
        var key = keys();
        var names = new GeneralName[200];
        for (int i = 0; i < names.length; i++) names[i] = new GeneralName(GeneralName.dNSName, "berth-" + (10_000 + i));
        var spki = key.getPublic().getEncoded();
        var own = certificate(spki, ca, Extension.subjectAlternativeName, new GeneralNames(names));
        refused("certificate 1 has more than 2 KiB of alternative names", pem(own), key);
        var unknown = new ASN1ObjectIdentifier("2.25.1");
        var large = certificate(spki, ca, unknown, new DEROctetString(new byte[16 << 10]));
        refused("certificate 1 has more than 16 KiB", pem(large), key);
        refused("and no reader who trusts the last of them, or its issuer, would accept that", pem(large), key);
        refused("have your CA issue a smaller one", pem(large), key);
        refused("certificate 2 has more than 16 KiB", pem(certificate(key, ca), large), key);
        assertArrayEquals(own, SealingCertificates.readAny(pem(own), spki).getFirst(), "capture does not stop for it");
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
        return signed(builder(spki), issuer);
    }

    private static byte[] certificate(byte[] spki, KeyPair issuer, ASN1ObjectIdentifier extension, ASN1Encodable value)
            throws Exception {
        return signed(builder(spki).addExtension(extension, false, value), issuer);
    }

    private static X509v3CertificateBuilder builder(byte[] spki) {
        var start = Instant.parse("2026-01-01T00:00:00Z");
        return new X509v3CertificateBuilder(
                new X500Name("CN=issuer"),
                BigInteger.ONE,
                Date.from(start),
                Date.from(start.plusSeconds(86_400)),
                new X500Name("CN=subject"),
                SubjectPublicKeyInfo.getInstance(spki));
    }

    private static byte[] signed(X509v3CertificateBuilder builder, KeyPair issuer) throws Exception {
        return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate()))
                .getEncoded();
    }
}
