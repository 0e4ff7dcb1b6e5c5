package org.sealpost.hsm;

import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.AsymmetricCipherKeyPairGenerator;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.KeyGenerationParameters;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.NullDigest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.engines.RSABlindedEngine;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.generators.MLDSAKeyPairGenerator;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.MLDSAKeyGenerationParameters;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPrivateKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.MLDSASigner;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.bouncycastle.crypto.signers.SM2Signer;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/// A private key in this process's memory, which Bouncy Castle signs with: what a [SoftwareToken] and an
/// [InsecureKeyFile] have instead of a chip. Immutable, for any thread.
final class BareKey {
    private static final BigInteger EXPONENT = BigInteger.valueOf(65_537);
    private static final int CERTAINTY = 128;
    private static final int P384_DIGEST = 48;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final AsymmetricKeyParameter key;
    private final List<KeyKind> kinds;
    private final byte[] spki;

    private BareKey(AsymmetricKeyParameter key, List<KeyKind> kinds, byte[] spki) {
        this.key = key;
        this.kinds = kinds;
        this.spki = spki;
    }

    static BareKey generate(KeyKind kind) {
        return of(pairs(kind).generateKeyPair().getPrivate()).orElseThrow();
    }

    private static AsymmetricCipherKeyPairGenerator pairs(KeyKind kind) {
        return switch (kind.family()) {
            case ECDSA, SM2 ->
                initialised(new ECKeyPairGenerator(), new ECKeyGenerationParameters(curve(kind), RANDOM));
            case ED25519 -> initialised(new Ed25519KeyPairGenerator(), new KeyGenerationParameters(RANDOM, 256));
            case RSA_PKCS1, RSA_PSS ->
                initialised(
                        new RSAKeyPairGenerator(),
                        new RSAKeyGenerationParameters(EXPONENT, RANDOM, kind.modulusBits(), CERTAINTY));
            case ML_DSA ->
                initialised(new MLDSAKeyPairGenerator(), new MLDSAKeyGenerationParameters(RANDOM, parameters(kind)));
        };
    }

    private static AsymmetricCipherKeyPairGenerator initialised(
            AsymmetricCipherKeyPairGenerator generator, KeyGenerationParameters parameters) {
        generator.init(parameters);
        return generator;
    }

    /// Empty if it is no PKCS#8 of a kind that we know.
    static Optional<BareKey> parse(byte[] pkcs8) {
        try {
            return of(PrivateKeyFactory.createKey(pkcs8));
        } catch (IOException | RuntimeException notAKey) {
            return Optional.empty();
        }
    }

    private static Optional<BareKey> of(AsymmetricKeyParameter key) {
        List<KeyKind> kinds = new ArrayList<>();
        Optional<byte[]> spki = Optional.empty();
        for (KeyKind kind : KeyKind.values()) {
            Optional<byte[]> ofThisKind = spki(kind, key);
            if (ofThisKind.isPresent()) {
                kinds.add(kind);
                spki = ofThisKind;
            }
        }
        return spki.map(known -> new BareKey(key, List.copyOf(kinds), known));
    }

    private static Optional<byte[]> spki(KeyKind kind, AsymmetricKeyParameter key) {
        return switch (key) {
            case ECPrivateKeyParameters ec
            when (kind.isEcdsa() || kind == KeyKind.SM2)
                    && ec.getParameters() instanceof ECNamedDomainParameters named
                    && named.getName().equals(oid(kind)) -> {
                var point = new FixedPointCombMultiplier().multiply(named.getG(), ec.getD());
                yield PublicKeys.spkiFromRaw(kind, point.normalize().getEncoded(false));
            }
            case Ed25519PrivateKeyParameters ed
            when kind == KeyKind.ED25519 ->
                PublicKeys.spkiFromRaw(kind, ed.generatePublicKey().getEncoded());
            case MLDSAPrivateKeyParameters ml
            when kind.family() == KeyKind.Family.ML_DSA && ml.getParameters().equals(parameters(kind)) ->
                PublicKeys.spkiFromRaw(kind, ml.getPublicKeyParameters().getEncoded());
            case RSAPrivateCrtKeyParameters rsa
            when kind.isRsa() ->
                PublicKeys.spkiFromRsa(
                        kind,
                        rsa.getModulus().toByteArray(),
                        rsa.getPublicExponent().toByteArray());
            default -> Optional.empty();
        };
    }

    List<KeyKind> kinds() {
        return kinds;
    }

    byte[] spki() {
        return spki.clone();
    }

    byte[] pkcs8() {
        try {
            // Bouncy Castle would add the public half of an Ed25519 key, which not every program reads (RFC 5958).
            PrivateKeyInfo info = key instanceof Ed25519PrivateKeyParameters ed
                    ? new PrivateKeyInfo(
                            new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519),
                            new DEROctetString(ed.getEncoded()))
                    : PrivateKeyInfoFactory.createPrivateKeyInfo(key);
            return info.getEncoded();
        } catch (IOException inMemory) {
            throw new IllegalStateException(inMemory);
        }
    }

    /// One signature in the form of [SigningKey#sign].
    byte[] sign(KeyKind kind, byte[] input) throws CryptoException {
        return LowS.normalise(
                kind,
                switch (kind.family()) {
                    case ECDSA -> ecdsa(kind, input);
                    case ED25519 -> with(new Ed25519Signer(), input);
                    // The null digest hands on the digest that the caller made.
                    case RSA_PKCS1 ->
                        with(new RSADigestSigner(new NullDigest(), NISTObjectIdentifiers.id_sha256), input);
                    case RSA_PSS ->
                        with(
                                PSSSigner.createRawSigner(
                                        new RSABlindedEngine(),
                                        new SHA256Digest(),
                                        new SHA256Digest(),
                                        SignatureCheck.PSS_SALT_BYTES,
                                        (byte) 0xBC),
                                input);
                    case SM2 -> with(new SM2Signer(PlainDSAEncoding.INSTANCE), input);
                    case ML_DSA -> with(new MLDSASigner(), input);
                });
    }

    private byte[] ecdsa(KeyKind kind, byte[] digest) {
        // RFC 6979: what a bad source of random numbers would give away is the key.
        var signer = new ECDSASigner(
                new HMacDSAKCalculator(kind.digestBytes() == P384_DIGEST ? new SHA384Digest() : new SHA256Digest()));
        signer.init(true, key);
        BigInteger[] pair = signer.generateSignature(digest);
        int half = kind.signatureBytes() / 2;
        byte[] raw = new byte[2 * half];
        LowS.write(pair[0], raw, 0, half);
        LowS.write(pair[1], raw, half, half);
        return raw;
    }

    private byte[] with(Signer signer, byte[] input) throws CryptoException {
        signer.init(true, key);
        signer.update(input, 0, input.length);
        return signer.generateSignature();
    }

    private static ECNamedDomainParameters curve(KeyKind kind) {
        return new ECNamedDomainParameters(oid(kind), CustomNamedCurves.getByOID(oid(kind)));
    }

    private static ASN1ObjectIdentifier oid(KeyKind kind) {
        return ASN1ObjectIdentifier.getInstance(kind.parameters());
    }

    private static MLDSAParameters parameters(KeyKind kind) {
        return List.of(MLDSAParameters.ml_dsa_44, MLDSAParameters.ml_dsa_65, MLDSAParameters.ml_dsa_87)
                .get((int) kind.parameterSet() - 1);
    }
}
