package org.sealpost.evidence.anchor.tsa;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Map;
import java.util.Set;
import org.sealpost.evidence.Der;
import org.sealpost.evidence.DerMalformed;
import org.sealpost.evidence.SignatureBudget;
import org.sealpost.evidence.StrongKey;

/// With what an authority may sign: RSA of 2,048 to 8,192 bits (PKCS#1 v1.5) or ECDSA on P-256 and P-384, with SHA-256,
/// SHA-384 or SHA-512. All else is refused by its number.
final class Algorithms {
    static final String SHA_256 = "2.16.840.1.101.3.4.2.1";

    private static final Map<String, String> DIGESTS =
            Map.of(SHA_256, "SHA-256", "2.16.840.1.101.3.4.2.2", "SHA-384", "2.16.840.1.101.3.4.2.3", "SHA-512");

    /// Which leaves the digest open: RFC 5754 §3.2 has it in a SignerInfo.
    private static final String RSA = "1.2.840.113549.1.1.1";

    private static final Map<String, String> SIGNATURES = Map.of(
            "1.2.840.113549.1.1.11", "SHA256withRSA",
            "1.2.840.113549.1.1.12", "SHA384withRSA",
            "1.2.840.113549.1.1.13", "SHA512withRSA",
            "1.2.840.10045.4.3.2", "SHA256withECDSA",
            "1.2.840.10045.4.3.3", "SHA384withECDSA",
            "1.2.840.10045.4.3.4", "SHA512withECDSA");

    private static final String EC = "1.2.840.10045.2.1";
    private static final Set<String> CURVES = Set.of("1.2.840.10045.3.1.7", "1.3.132.0.34");

    private Algorithms() {}

    /// Before each signature of this key that is checked.
    static void spend(SignatureBudget budget, PublicKey key) throws StampRefused {
        if (!budget.spend(key)) throw new StampRefused(SignatureBudget.SPENT);
    }

    /// Reads an AlgorithmIdentifier (RFC 5280 §4.1.1.2); none of those that are accepted has parameters, but for a
    /// NULL that stands for none.
    ///
    /// @return its identifier
    static String named(Der in) throws DerMalformed, StampRefused {
        var algorithm = in.enter(Der.SEQUENCE);
        var identifier = algorithm.identifier();
        boolean isBare = algorithm.atEnd() || algorithm.isNext(Der.NULL) && algorithm.content(Der.NULL).length == 0;
        if (!isBare) throw new StampRefused("it uses " + identifier + " with parameters, which is not accepted");
        algorithm.end();
        return identifier;
    }

    /// @param identifier of SHA-256, SHA-384 or SHA-512
    static byte[] digest(String identifier, byte[] bytes) throws StampRefused {
        try {
            return MessageDigest.getInstance(digestName(identifier)).digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has the SHA-2 family", e);
        }
    }

    /// Whether the signature over the bytes holds.
    ///
    /// @param digest identifier of the digest that the signer names beside it: they must agree
    static boolean holds(String signatureAlgorithm, String digest, PublicKey key, byte[] bytes, byte[] signature)
            throws StampRefused {
        String digestInName = digestName(digest).replace("-", "");
        String name = signatureAlgorithm.equals(RSA)
                ? digestInName + "withRSA"
                : SIGNATURES.getOrDefault(signatureAlgorithm, "");
        if (name.isEmpty())
            throw new StampRefused("it is signed with " + signatureAlgorithm + ", which is not accepted");
        if (!name.startsWith(digestInName + "with")) throw new StampRefused("it names two digests for one signature");
        requireStrong(key, name.endsWith("RSA"));
        try {
            var verifier = Signature.getInstance(name);
            verifier.initVerify(key);
            verifier.update(bytes);
            return verifier.verify(signature);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has " + name, e);
        } catch (GeneralSecurityException e) {
            return false; // a signature, or a key, that is not even one in form
        }
    }

    private static void requireStrong(PublicKey key, boolean asRsa) throws StampRefused {
        boolean isGood = asRsa ? key instanceof RSAPublicKey && StrongKey.isOne(key) : isOnGoodCurve(key.getEncoded());
        if (!isGood) {
            throw new StampRefused("its signer's key is neither RSA of 2048 to 8192 bits nor on P-256 or P-384, or not"
                    + " of the kind of its signature");
        }
    }

    private static boolean isOnGoodCurve(byte[] spki) {
        try {
            var algorithm = Der.of(spki).enter(Der.SEQUENCE).enter(Der.SEQUENCE);
            return algorithm.identifier().equals(EC) && CURVES.contains(algorithm.identifier());
        } catch (DerMalformed e) {
            return false;
        }
    }

    private static String digestName(String identifier) throws StampRefused {
        var name = DIGESTS.get(identifier);
        if (name == null) throw new StampRefused("it uses the digest " + identifier + ", which is not accepted");
        return name;
    }
}
