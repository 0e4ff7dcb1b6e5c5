package org.sealpost.anchor;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.util.BigIntegers;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;

/// A key in memory, made from a number, for tests only. Its signatures are deterministic (RFC 6979).
public final class SoftwareKey implements SigningKey {
    private static final HexFormat HEX = HexFormat.of();

    private final KeyKind kind;
    private final ECDomainParameters domain;
    private final BigInteger secret;
    private final byte[] spki;
    private volatile boolean away;

    private SoftwareKey(KeyKind kind, String curve, String spkiPrefix, long secret) {
        var parameters = CustomNamedCurves.getByName(curve);
        this.kind = kind;
        this.domain = new ECDomainParameters(parameters);
        this.secret = BigInteger.valueOf(secret).add(BigInteger.ONE.shiftLeft(200));
        byte[] point = domain.getG().multiply(this.secret).getEncoded(false);
        this.spki = HEX.parseHex(spkiPrefix + HEX.formatHex(point));
    }

    public static SoftwareKey p256ForTests(long secret) {
        return new SoftwareKey(
                KeyKind.P256, "secp256r1", "3059301306072a8648ce3d020106082a8648ce3d030107034200", secret);
    }

    public static SoftwareKey secp256k1ForTests(long secret) {
        return new SoftwareKey(
                KeyKind.SECP256K1, "secp256k1", "3056301006072a8648ce3d020106052b8104000a034200", secret);
    }

    /// From now on the token is unplugged, or plugged in again.
    public void away(boolean away) {
        this.away = away;
    }

    @Override
    public KeySpec spec() {
        return KeySpec.pinned("test", kind, spki);
    }

    @Override
    public byte[] spki() {
        return spki.clone();
    }

    @Override
    public CompletableFuture<byte[]> sign(byte[] digest, Duration deadline) {
        if (away) return CompletableFuture.failedFuture(new IllegalStateException("the token is unplugged"));
        return CompletableFuture.completedFuture(sign(digest));
    }

    public byte[] sign(byte[] digest) {
        var signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, new ECPrivateKeyParameters(secret, domain));
        BigInteger[] rs = signer.generateSignature(digest);
        if (rs[1].compareTo(domain.getN().shiftRight(1)) > 0)
            rs[1] = domain.getN().subtract(rs[1]);
        var raw = new byte[64];
        System.arraycopy(BigIntegers.asUnsignedByteArray(32, rs[0]), 0, raw, 0, 32);
        System.arraycopy(BigIntegers.asUnsignedByteArray(32, rs[1]), 0, raw, 32, 32);
        return raw;
    }

    /// The second valid form of a signature by this kind of key: (r, n−s).
    public byte[] highS(byte[] signature) {
        byte[] high = signature.clone();
        var s = new BigInteger(1, Arrays.copyOfRange(signature, 32, 64));
        System.arraycopy(BigIntegers.asUnsignedByteArray(32, domain.getN().subtract(s)), 0, high, 32, 32);
        return high;
    }
}
