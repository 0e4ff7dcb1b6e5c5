package org.sealpost.hsm;

import java.io.IOException;
import java.math.BigInteger;
import java.util.HexFormat;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.Mechanism.Output;

/// How one key of a token signs: what is handed to the token for an input, and what is made of its answer.
/// Immutable, shared by all sessions.
final class SigningMethod {
    private static final byte[] SHA256_DIGEST_INFO = HexFormat.of().parseHex("3031300d060960864801650304020105000420");

    private final KeyKind kind;
    private final Mechanism mechanism;
    private final byte @Nullable [] z;

    private SigningMethod(KeyKind kind, Mechanism mechanism, byte @Nullable [] z) {
        this.kind = kind;
        this.mechanism = mechanism;
        this.z = z;
    }

    /// @param spki the key's public half, which SM2's Z depends on
    static SigningMethod of(KeyKind kind, Mechanism mechanism, byte[] spki) {
        return new SigningMethod(kind, mechanism, kind == KeyKind.SM2 ? Sm2.z(PublicKeys.raw(kind, spki)) : null);
    }

    /// One signature in the form of [SigningKey#sign].
    ///
    /// @throws IllegalArgumentException if what the token answered is no signature
    byte[] sign(Session session, long key, byte[] input) throws CryptokiError {
        byte[] answer = session.sign(key, mechanism.signature(), parameter(), handedOver(input));
        return LowS.normalise(kind, mechanism.output() == Output.DER && isPair() ? fromDer(answer) : answer);
    }

    /// The name of the mechanism in messages.
    String mechanismName() {
        return "CKM 0x" + Long.toHexString(mechanism.signature());
    }

    private Session.Parameter parameter() {
        return kind.family() == KeyKind.Family.RSA_PSS ? Session.Parameter.PSS_SHA256 : Session.Parameter.NONE;
    }

    byte[] handedOver(byte[] input) {
        return switch (mechanism.input()) {
            case AS_IT_IS -> input;
            case DIGEST_INFO -> joined(SHA256_DIGEST_INFO, input);
            case E -> Sm2.e(ownZ(), input);
            case Z_MESSAGE -> joined(ownZ(), input);
        };
    }

    private byte[] ownZ() {
        if (z == null) {
            throw new IllegalStateException(kind + " has no Z");
        }
        return z;
    }

    private boolean isPair() {
        return kind.isEcdsa() || kind == KeyKind.SM2;
    }

    private byte[] fromDer(byte[] answer) {
        try {
            BigInteger[] pair = StandardDSAEncoding.INSTANCE.decode(LowS.order(kind), answer);
            int half = kind.signatureBytes() / 2;
            byte[] raw = new byte[2 * half];
            LowS.write(pair[0], raw, 0, half);
            LowS.write(pair[1], raw, half, half);
            return raw;
        } catch (IOException | RuntimeException malformed) {
            throw new IllegalArgumentException(
                    "a signature of " + answer.length + " bytes that is no DER of two numbers", malformed);
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
