package org.sealpost.hsm;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/// Bouncy Castle's opinion of a signature: it parses the public key's DER itself.
final class Independent {
    private Independent() {}

    static boolean verifies(SigningKey key, byte[] input, byte[] signature) throws IOException {
        var publicKey = PublicKeyFactory.createKey(key.spki());
        if (publicKey instanceof Ed25519PublicKeyParameters edwards) {
            var verifier = new Ed25519Signer();
            verifier.init(false, edwards);
            verifier.update(input, 0, input.length);
            return verifier.verifySignature(signature);
        }
        var verifier = new ECDSASigner();
        verifier.init(false, publicKey);
        return verifier.verifySignature(input, r(signature), s(signature));
    }

    static boolean isLow(SigningKey key, byte[] signature) throws IOException {
        var publicKey = (ECPublicKeyParameters) PublicKeyFactory.createKey(key.spki());
        BigInteger order = publicKey.getParameters().getN();
        return s(signature).compareTo(order.shiftRight(1)) <= 0;
    }

    private static BigInteger r(byte[] signature) {
        return new BigInteger(1, Arrays.copyOfRange(signature, 0, signature.length / 2));
    }

    private static BigInteger s(byte[] signature) {
        return new BigInteger(1, Arrays.copyOfRange(signature, signature.length / 2, signature.length));
    }
}
