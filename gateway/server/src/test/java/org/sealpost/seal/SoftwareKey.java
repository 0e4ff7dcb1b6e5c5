package org.sealpost.seal;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.sealpost.evidence.P256Signature;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;

/// A signing key in memory, for tests: it can go away, and come back.
public final class SoftwareKey implements SigningKey {
    private final KeyPair pair;
    private final KeySpec spec;
    private final SecureRandom random;

    /// While set, every call fails with it.
    public RuntimeException failure;

    /// Signs something else than it was asked to.
    public boolean lies;

    private SoftwareKey(KeyPair pair, KeySpec spec, SecureRandom random) {
        this.pair = pair;
        this.spec = spec;
        this.random = random;
    }

    public static SoftwareKey p256() {
        return p256(new SecureRandom());
    }

    /// The same key from the same seed, and the same signatures in the same order.
    public static SoftwareKey p256(long seed) {
        return p256(new SeededRandom(seed));
    }

    private static SoftwareKey p256(SecureRandom random) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            var pair = generator.generateKeyPair();
            var spec = KeySpec.pinned("test", KeyKind.P256, pair.getPublic().getEncoded());
            return new SoftwareKey(pair, spec, random);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public KeySpec spec() {
        return spec;
    }

    @Override
    public byte[] spki() {
        return pair.getPublic().getEncoded();
    }

    @Override
    public CompletableFuture<byte[]> sign(byte[] digest, Duration deadline) {
        if (failure != null) return CompletableFuture.failedFuture(failure);
        try {
            var signer = Signature.getInstance("NONEwithECDSAinP1363Format");
            signer.initSign(pair.getPrivate(), random);
            if (lies) digest[0] ^= 1;
            signer.update(digest);
            return CompletableFuture.completedFuture(
                    P256Signature.ofRaw(signer.sign()).withLowS().raw());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
