package org.sealpost.hsm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.ContentSigner;

/// Signs as X.509 and TLS want it: the message itself is given, and signatures of ECDSA and SM2 are DER.
///
/// For one message by one thread.
public final class TokenSigner implements ContentSigner {
    private final SigningKey key;
    private final Duration deadline;
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();

    public TokenSigner(SigningKey key, Duration deadline) {
        this.key = key;
        this.deadline = deadline;
    }

    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
        var sha256 = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE);
        return switch (key.spec().kind()) {
            case P256, SECP256K1 -> bare(X9ObjectIdentifiers.ecdsa_with_SHA256);
            case P384 -> bare(X9ObjectIdentifiers.ecdsa_with_SHA384);
            case ED25519 -> bare(EdECObjectIdentifiers.id_Ed25519);
            case RSA_2048_PKCS1, RSA_3072_PKCS1, RSA_4096_PKCS1 ->
                new AlgorithmIdentifier(PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE);
            case RSA_2048_PSS, RSA_3072_PSS, RSA_4096_PSS ->
                new AlgorithmIdentifier(
                        PKCSObjectIdentifiers.id_RSASSA_PSS,
                        new RSASSAPSSparams(
                                sha256,
                                new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, sha256),
                                new ASN1Integer(32),
                                RSASSAPSSparams.DEFAULT_TRAILER_FIELD));
            case SM2 -> bare(GMObjectIdentifiers.sm2sign_with_sm3);
            case ML_DSA_44 -> bare(NISTObjectIdentifiers.id_ml_dsa_44);
            case ML_DSA_65 -> bare(NISTObjectIdentifiers.id_ml_dsa_65);
            case ML_DSA_87 -> bare(NISTObjectIdentifiers.id_ml_dsa_87);
        };
    }

    private static AlgorithmIdentifier bare(ASN1ObjectIdentifier algorithm) {
        return new AlgorithmIdentifier(algorithm);
    }

    /// Takes the message.
    @Override
    public OutputStream getOutputStream() {
        return message;
    }

    /// Waits for the token.
    ///
    /// @throws TokenSetback if the token cannot sign now
    /// @throws KeyRefused if the key must not be used
    @Override
    public byte[] getSignature() {
        KeyKind kind = key.spec().kind();
        byte[] input = kind.signsDigest() ? digest(kind, message.toByteArray()) : message.toByteArray();
        byte[] signature = signed(input);
        return kind.isEcdsa() || kind == KeyKind.SM2 ? der(signature) : signature;
    }

    private byte[] signed(byte[] input) {
        try {
            return key.sign(input, deadline).join();
        } catch (CompletionException failed) {
            throw switch (failed.getCause()) {
                case TokenSetback setback -> setback.again();
                case KeyRefused refused -> refused.again();
                case RuntimeException other -> other;
                case null, default -> failed;
            };
        }
    }

    private static byte[] digest(KeyKind kind, byte[] message) {
        try {
            return MessageDigest.getInstance(kind.digestBytes() == 48 ? "SHA-384" : "SHA-256")
                    .digest(message);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-2", impossible);
        }
    }

    private static byte[] der(byte[] raw) {
        int half = raw.length / 2;
        try {
            return new DERSequence(new ASN1Integer[] {
                        new ASN1Integer(new BigInteger(1, Arrays.copyOf(raw, half))),
                        new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(raw, half, raw.length)))
                    })
                    .getEncoded(ASN1Encoding.DER);
        } catch (IOException inMemory) {
            throw new IllegalStateException(inMemory);
        }
    }
}
