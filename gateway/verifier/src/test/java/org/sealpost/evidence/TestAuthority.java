package org.sealpost.evidence;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.function.Supplier;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// An owner's CA with one issuer below it, that certifies sealing keys.
final class TestAuthority {
    private final KeyPair rootKeys;
    private final KeyPair issuerKeys;
    private final String algorithm;
    private final String name;
    private final String issuerName;
    final byte[] root;
    final byte[] issuer;

    TestAuthority(String name) throws Exception {
        this(name, List.of());
    }

    /// @param further extensions of the issuer
    TestAuthority(String name, List<Extension> further) throws Exception {
        this(name, further, TestBox::newKeys, "SHA256withECDSA");
    }

    /// @param keys      of the CA and its issuer
    /// @param algorithm of their signatures
    TestAuthority(String name, Supplier<KeyPair> keys, String algorithm) throws Exception {
        this(name, List.of(), keys, algorithm);
    }

    private TestAuthority(String name, List<Extension> further, Supplier<KeyPair> keys, String algorithm)
            throws Exception {
        this.algorithm = algorithm;
        rootKeys = keys.get();
        issuerKeys = keys.get();
        root = authority(name, rootKeys.getPublic(), name, rootKeys, List.of());
        issuer = authority(name + " issuer", issuerKeys.getPublic(), name, rootKeys, further);
        this.name = name;
        issuerName = name + " issuer";
    }

    /// Another certificate of its name and key.
    byte[] renewedRoot() throws Exception {
        return renewed(name, rootKeys.getPublic());
    }

    /// The same of the issuer.
    byte[] renewedIssuer() throws Exception {
        return renewed(issuerName, issuerKeys.getPublic());
    }

    private byte[] renewed(String subject, PublicKey key) throws Exception {
        return authority(subject, BigInteger.TWO, key, name, rootKeys, List.of());
    }

    List<byte[]> chainFor(TestBox box) throws Exception {
        return List.of(sealing(box.keys.getPublic(), "sealpost:" + box.origin), issuer);
    }

    /// By name below its issuer, whose signature is another key's.
    byte[] forged(PublicKey key, List<Extension> further) throws Exception {
        return authority("forged", key, issuerName, rootKeys, further);
    }

    byte[] sealing(PublicKey key, String uri) throws Exception {
        return sealing(key, uri, issuerName, List.of());
    }

    /// @param issuer  of the name of one that it may not be by
    /// @param further extensions
    byte[] sealing(PublicKey key, String uri, String issuer, List<Extension> further) throws Exception {
        var builder = builder("a box", serial("a box"), key, issuer);
        for (var extension : further) builder.addExtension(extension);
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(
                Extension.extendedKeyUsage,
                true,
                new ExtendedKeyUsage(
                        KeyPurposeId.getInstance(new ASN1ObjectIdentifier(SealingCertificate.SEALS_OF_SEALPOST))));
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
        return sign(builder, issuerKeys);
    }

    TrustStore trust() {
        return TestBox.trust(TrustFile.FIRST_LINE + "\n" + trustText());
    }

    /// The line of a trust file that names it.
    String trustText() {
        return "ca " + Base64.getEncoder().encodeToString(root) + "\n";
    }

    private byte[] authority(String subject, PublicKey key, String issuer, KeyPair issuerKeys, List<Extension> further)
            throws Exception {
        return authority(subject, serial(subject), key, issuer, issuerKeys, further);
    }

    private byte[] authority(
            String subject,
            BigInteger serial,
            PublicKey key,
            String issuer,
            KeyPair issuerKeys,
            List<Extension> further)
            throws Exception {
        var builder = builder(subject, serial, key, issuer);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        for (var extension : further) builder.addExtension(extension);
        return sign(builder, issuerKeys);
    }

    private static BigInteger serial(String subject) {
        return BigInteger.valueOf(Math.abs(subject.hashCode()) + 1L);
    }

    private static JcaX509v3CertificateBuilder builder(
            String subject, BigInteger serial, PublicKey key, String issuer) {
        return new JcaX509v3CertificateBuilder(
                new X500Name("O=" + issuer),
                serial,
                Date.from(Instant.parse("2026-01-01T00:00:00Z")),
                Date.from(Instant.parse("2036-01-01T00:00:00Z")),
                new X500Name("O=" + subject),
                key);
    }

    private byte[] sign(JcaX509v3CertificateBuilder builder, KeyPair keys) throws Exception {
        return builder.build(new JcaContentSignerBuilder(algorithm).build(keys.getPrivate()))
                .getEncoded();
    }
}
