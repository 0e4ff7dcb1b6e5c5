package org.sealpost.evidence.anchor.fabric;

import static org.sealpost.evidence.anchor.fabric.ProtoBytes.entry;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.field;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.message;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// An organisation with a root CA, an intermediate CA below it, and whom they certify.
final class TestMsp {
    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final BigInteger ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

    final String id;
    final Identity root;
    final Identity intermediate;

    /// In PEM, beside them.
    final List<byte[]> furtherRoots = new ArrayList<>();

    final List<byte[]> furtherIntermediates = new ArrayList<>();

    TestMsp(String id) {
        this.id = id;
        var keys = newKeys("secp256r1");
        root = new Identity(id, keys, certificate("CN=ca." + id, keys, "CN=ca." + id, keys, true));
        var below = newKeys("secp256r1");
        intermediate = new Identity(id, below, certificate("CN=ica." + id, below, "CN=ca." + id, keys, true));
    }

    /// Certified by the root.
    Identity member(String subject) {
        return member(subject, newKeys("secp256r1"));
    }

    Identity member(String subject, KeyPair keys) {
        return new Identity(id, keys, certificate(subject, keys, "CN=ca." + id, root.keys, false));
    }

    Identity memberByIntermediate(String subject) {
        var keys = newKeys("secp256r1");
        return new Identity(id, keys, certificate(subject, keys, "CN=ica." + id, intermediate.keys, false));
    }

    /// The value of that name in a config, with what matters among what does not.
    byte[] value() {
        var config = message(
                field(1, id),
                field(2, root.pem),
                message(furtherRoots.stream().map(pem -> field(2, pem)).toArray(byte[][]::new)),
                field(3, intermediate.pem),
                message(furtherIntermediates.stream().map(pem -> field(3, pem)).toArray(byte[][]::new)),
                field(8, message(field(1, "SHA2"), field(2, "SHA256"))));
        return entry(3, "MSP", message(field(2, message(field(2, config))), field(3, "Admins")));
    }

    /// @param id of the MSP that it says it is of
    record Identity(String id, KeyPair keys, byte[] pem) {
        byte[] serialized() {
            return message(field(1, id), field(2, pem));
        }

        byte[] sign(byte[]... parts) {
            return signature(false, parts);
        }

        /// The other form of the same signature, which Fabric refuses.
        byte[] signWithHighS(byte[]... parts) {
            return signature(true, parts);
        }

        private byte[] signature(boolean high, byte[]... parts) {
            try {
                var signer = Signature.getInstance("SHA256withECDSA");
                signer.initSign(keys.getPrivate());
                for (var part : parts) signer.update(part);
                var pair = ASN1Sequence.getInstance(signer.sign());
                var s = ASN1Integer.getInstance(pair.getObjectAt(1)).getValue();
                boolean isHigh = s.compareTo(ORDER.shiftRight(1)) > 0;
                var both = new ASN1EncodableVector();
                both.add(pair.getObjectAt(0));
                both.add(new ASN1Integer(isHigh == high ? s : ORDER.subtract(s)));
                return new DERSequence(both).getEncoded();
            } catch (GeneralSecurityException | IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    static KeyPair newKeys(String curve) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] certificate(String subject, KeyPair keys, String issuer, KeyPair issuerKeys, boolean isCa) {
        try {
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate());
            return certificate(subject, keys, issuer, signer, isCa);
        } catch (OperatorCreationException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] certificate(String subject, KeyPair keys, String issuer, ContentSigner signer, boolean isCa) {
        return certificate(subject, keys, issuer, signer, isCa, List.of());
    }

    /// @param further beside those that each has
    static byte[] certificate(
            String subject, KeyPair keys, String issuer, ContentSigner signer, boolean isCa, List<Extension> further) {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    new X500Name(issuer),
                    BigInteger.valueOf(Math.abs((long) subject.hashCode()) + 1),
                    Date.from(BEGIN),
                    // A day: long over when anybody verifies.
                    Date.from(BEGIN.plusSeconds(isCa ? 10L * 365 * 86_400 : 86_400)),
                    new X500Name(subject),
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isCa));
            int usage = isCa ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature;
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
            for (var extension : further) builder.addExtension(extension);
            return pem(builder.build(signer).getEncoded());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] pem(byte[] der) {
        var base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return ("-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
