package org.sealpost.hsm;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A CA whose key lies in memory, for tests of any module.
public final class TestCa {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final X500Name name;
    private final KeyPair pair;
    private final byte[] certificate;

    private TestCa(X500Name name, KeyPair pair, byte[] certificate) {
        this.name = name;
        this.pair = pair;
        this.certificate = certificate;
    }

    /// A root of its own, good for ten years from an hour ago.
    public static TestCa create(String commonName, Extension... more) throws Exception {
        var name = new X500Name("CN=" + commonName);
        KeyPair pair = newPair();
        return new TestCa(name, pair, caCertificate(name, pair, name, pair, more));
    }

    /// A CA that this one has certified.
    public TestCa below(String commonName, Extension... more) throws Exception {
        var its = new X500Name("CN=" + commonName);
        KeyPair itsPair = newPair();
        return new TestCa(its, itsPair, caCertificate(name, pair, its, itsPair, more));
    }

    /// Somebody who signs with a certificate that is no CA's.
    public TestCa pretender(String commonName) throws Exception {
        KeyPair its = newPair();
        Instant from = Instant.now().minusSeconds(3600);
        byte[] leaf = issue(commonName, its.getPublic().getEncoded(), from, from.plusSeconds(315_360_000));
        return new TestCa(new X500Name("CN=" + commonName), its, leaf);
    }

    private static byte[] caCertificate(X500Name issuer, KeyPair by, X500Name subject, KeyPair pair, Extension... more)
            throws Exception {
        Instant from = Instant.now().minusSeconds(3600);
        var builder = builder(issuer, subject, pair.getPublic().getEncoded(), from, from.plusSeconds(315_360_000));
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        for (Extension one : more) {
            builder.addExtension(one);
        }
        return signed(builder, by);
    }

    /// The CA's own certificate, DER.
    public byte[] certificate() {
        return certificate.clone();
    }

    public KeyPair pair() {
        return pair;
    }

    /// A certificate (DER) for somebody's public key.
    public byte[] issue(String commonName, byte[] spki, Instant from, Instant until, Extension... more)
            throws Exception {
        var builder = builder(name, new X500Name("CN=" + commonName), spki, from, until);
        for (Extension one : more) {
            builder.addExtension(one);
        }
        return signed(builder, pair);
    }

    /// A certificate (DER) for a server on this machine.
    public byte[] issueForLocalhost(byte[] spki, Instant from, Instant until) throws Exception {
        var builder = builder(name, new X500Name("CN=localhost"), spki, from, until);
        var names = new GeneralName[] {
            new GeneralName(GeneralName.dNSName, "localhost"), new GeneralName(GeneralName.iPAddress, "127.0.0.1")
        };
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
        return signed(builder, pair);
    }

    public static KeyPair newPair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, byte[] spki, Instant from, Instant until) {
        return new X509v3CertificateBuilder(
                issuer,
                new BigInteger(100, RANDOM).add(BigInteger.ONE),
                Date.from(from),
                Date.from(until),
                subject,
                SubjectPublicKeyInfo.getInstance(spki));
    }

    private static byte[] signed(X509v3CertificateBuilder builder, KeyPair pair) throws Exception {
        return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                .getEncoded();
    }
}
