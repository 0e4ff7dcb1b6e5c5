package org.sealpost.hsm;

import java.io.IOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/// A certificate of a key, signed by the key itself in its token: P-256 or RSA with PKCS#1 v1.5.
public final class SelfSigned {
    private SelfSigned() {}

    public static byte[] certificate(SigningKey key) throws Exception {
        boolean rsa = key.spec().kind().isRsa();
        var algorithm = rsa
                ? new AlgorithmIdentifier(PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE)
                : new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
        var name = new X500Name("CN=box");
        var generator = new V3TBSCertificateGenerator();
        generator.setSerialNumber(new org.bouncycastle.asn1.ASN1Integer(BigInteger.ONE));
        generator.setIssuer(name);
        generator.setSubject(name);
        generator.setStartDate(new Time(Date.from(Instant.now().minus(1, ChronoUnit.DAYS))));
        generator.setEndDate(new Time(Date.from(Instant.now().plus(365, ChronoUnit.DAYS))));
        generator.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(key.spki()));
        generator.setSignature(algorithm);
        var body = generator.generateTBSCertificate();
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.getEncoded("DER"));
        byte[] signature = key.sign(digest, Duration.ofSeconds(30)).get(60, TimeUnit.SECONDS);
        var parts = new ASN1EncodableVector();
        parts.add(body);
        parts.add(algorithm);
        parts.add(new DERBitString(rsa ? signature : der(key, signature)));
        return new DERSequence(parts).getEncoded("DER");
    }

    private static byte[] der(SigningKey key, byte[] signature) throws IOException {
        var publicKey = (ECPublicKeyParameters) PublicKeyFactory.createKey(key.spki());
        int half = signature.length / 2;
        return StandardDSAEncoding.INSTANCE.encode(
                publicKey.getParameters().getN(),
                new BigInteger(1, signature, 0, half),
                new BigInteger(1, signature, half, half));
    }
}
