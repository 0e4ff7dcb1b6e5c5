package org.sealpost.seal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.sealpost.evidence.P256Signature;
import org.sealpost.evidence.SealingCertificate;
import org.sealpost.hsm.SigningKey;
import org.sealpost.record.Origin;

/// What the owner's CA is asked to sign: a PKCS#10 request (RFC 2986) for the sealing key, signed by that key,
/// with the extensions that a certificate for seals must have (docs/formats.md §9).
///
/// It cannot be taken for anything else that this key signs: it begins as a DER sequence, a seal as a CBOR
/// array, and a checkpoint as the text of an origin.
public final class CertificateRequest {
    /// X.520 allows no more in a common name; the origin stands whole in the subject alternative name.
    private static final int MAX_COMMON_NAME = 64;

    private static final AlgorithmIdentifier ECDSA_WITH_SHA256 =
            new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);

    private CertificateRequest() {}

    /// Waits for the token.
    ///
    /// @return DER
    /// @throws org.sealpost.hsm.TokenSetback if the token cannot sign now
    public static byte[] of(SigningKey key, Origin origin, Duration deadline) throws IOException {
        var name = origin.name();
        var subject = new X500NameBuilder()
                .addRDN(BCStyle.CN, name.substring(0, Math.min(name.length(), MAX_COMMON_NAME)))
                .build();
        var extensions = new ExtensionsGenerator();
        extensions.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(
                        new GeneralName(GeneralName.uniformResourceIdentifier, SealingCertificate.name(origin))));
        extensions.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        extensions.addExtension(
                Extension.extendedKeyUsage,
                false,
                new ExtendedKeyUsage(
                        KeyPurposeId.getInstance(new ASN1ObjectIdentifier(SealingCertificate.SEALS_OF_SEALPOST))));
        return new PKCS10CertificationRequestBuilder(subject, SubjectPublicKeyInfo.getInstance(key.spki()))
                .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                .build(new TokenSigner(key, deadline))
                .getEncoded();
    }

    /// Signs what is written to it with a key in a token.
    private record TokenSigner(SigningKey key, Duration deadline, ByteArrayOutputStream written)
            implements ContentSigner {
        TokenSigner(SigningKey key, Duration deadline) {
            this(key, deadline, new ByteArrayOutputStream());
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return ECDSA_WITH_SHA256;
        }

        @Override
        public OutputStream getOutputStream() {
            return written;
        }

        @Override
        public byte[] getSignature() {
            try {
                var raw = key.sign(sha256(written.toByteArray()), deadline).join();
                return P256Signature.ofRaw(raw).der();
            } catch (CompletionException e) {
                if (e.getCause() instanceof RuntimeException cause) throw cause;
                throw e;
            }
        }
    }

    private static byte[] sha256(byte[] message) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(message);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
