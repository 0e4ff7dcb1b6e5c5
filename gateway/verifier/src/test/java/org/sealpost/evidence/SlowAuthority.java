package org.sealpost.evidence;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.DSAParameter;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;

/// A CA that anybody can make up: its DSA key fills its certificate, so that it takes seconds to see that
/// another certificate is not by it.
public final class SlowAuthority {
    private static final BigInteger Q = BigInteger.TWO.pow(256).subtract(BigInteger.valueOf(189));
    private static final SubjectPublicKeyInfo KEY = key();
    private static final AtomicLong SERIALS = new AtomicLong(1);

    private SlowAuthority() {}

    private static SubjectPublicKeyInfo key() {
        var p = BigInteger.TWO.pow(120_000).subtract(BigInteger.ONE);
        var parameters = new DSAParameter(p, Q, BigInteger.valueOf(3));
        try {
            return new SubjectPublicKeyInfo(
                    new AlgorithmIdentifier(X9ObjectIdentifiers.id_dsa, parameters), new ASN1Integer(5));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Another certificate of one each time.
    public static X509Certificate named(String subject) {
        try {
            var name = new X500Name(subject);
            var builder = new X509v3CertificateBuilder(
                    name,
                    BigInteger.valueOf(SERIALS.incrementAndGet()),
                    Date.from(Instant.parse("2020-01-01T00:00:00Z")),
                    Date.from(Instant.parse("2040-01-01T00:00:00Z")),
                    name,
                    KEY);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                            new ByteArrayInputStream(builder.build(signer()).getEncoded()));
        } catch (IOException | CertificateException e) {
            throw new AssertionError(e);
        }
    }

    /// Signs with what is a signature in form, and no such key's.
    public static ContentSigner signer() {
        return new ContentSigner() {
            @Override
            public AlgorithmIdentifier getAlgorithmIdentifier() {
                return new AlgorithmIdentifier(NISTObjectIdentifiers.dsa_with_sha256);
            }

            @Override
            public OutputStream getOutputStream() {
                return OutputStream.nullOutputStream();
            }

            @Override
            public byte[] getSignature() {
                try {
                    var r = new ASN1Integer(Q.subtract(BigInteger.TWO));
                    return new DERSequence(new ASN1Encodable[] {r, new ASN1Integer(1)}).getEncoded();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        };
    }
}
