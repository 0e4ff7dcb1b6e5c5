package org.sealpost.seal;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
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

    /// While set, every call fails with it.
    public RuntimeException failure;

    /// Signs something else than it was asked to.
    public boolean lies;

    private SoftwareKey(KeyPair pair, KeySpec spec) {
        this.pair = pair;
        this.spec = spec;
    }

    public static SoftwareKey p256() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var pair = generator.generateKeyPair();
            return new SoftwareKey(
                    pair, KeySpec.pinned("test", KeyKind.P256, pair.getPublic().getEncoded()));
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
            signer.initSign(pair.getPrivate());
            if (lies) digest[0] ^= 1;
            signer.update(digest);
            return CompletableFuture.completedFuture(
                    P256Signature.ofRaw(signer.sign()).withLowS().raw());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
