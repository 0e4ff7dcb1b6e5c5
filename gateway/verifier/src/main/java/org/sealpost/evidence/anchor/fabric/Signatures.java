package org.sealpost.evidence.anchor.fabric;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;
import org.sealpost.evidence.Certificates;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.evidence.SignatureBudget;

/// Certificates and signatures in the forms that Fabric has them in.
final class Signatures {
    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
    private static final String END = "-----END CERTIFICATE-----";
    private static final int MAX_CERTIFICATE_BYTES = 16 << 10;
    private static final Pattern BLANKS = Pattern.compile("[ \\t\\r\\n]+");

    private Signatures() {}

    /// Before each of a peer or an orderer.
    static void spend(SignatureBudget budget) throws DoesNotHold {
        if (!budget.spend()) throw new DoesNotHold(SignatureBudget.SPENT);
    }

    /// Before each of a CA.
    static void spend(SignatureBudget budget, X509Certificate authority) throws DoesNotHold {
        if (!budget.spend(authority.getPublicKey())) throw new DoesNotHold(SignatureBudget.SPENT);
    }

    /// The first certificate in a text of PEM. What stands around it, and how its lines end, is as somebody's
    /// editor left it in a config, and Fabric reads over it, too.
    ///
    /// @param whose for messages
    static X509Certificate certificate(byte[] pem, String whose) throws DoesNotHold {
        var text = new String(pem, StandardCharsets.US_ASCII);
        int begin = text.indexOf(BEGIN);
        int end = begin < 0 ? -1 : text.indexOf(END, begin + BEGIN.length());
        if (end < 0) throw new DoesNotHold("the certificate of " + whose + " is not in PEM");
        var base64 = text.substring(begin + BEGIN.length(), end);
        try {
            var der = Base64.getDecoder().decode(BLANKS.matcher(base64).replaceAll(""));
            if (der.length > MAX_CERTIFICATE_BYTES) {
                throw new DoesNotHold("the certificate of " + whose + " has more than 16 KiB");
            }
            var certificate = Certificates.read(der);
            if (Arrays.equals(certificate.getEncoded(), der)) return certificate;
        } catch (CertificateException | IllegalArgumentException e) {
            // Said below.
        }
        throw new DoesNotHold("the certificate of " + whose + " is none");
    }

    /// @param whose for messages
    static P256Key key(X509Certificate certificate, String whose) throws DoesNotHold {
        try {
            return P256Key.of(certificate.getPublicKey().getEncoded());
        } catch (IllegalArgumentException e) {
            throw new DoesNotHold("the key of " + whose + " is not one on P-256");
        }
    }

    /// Whether these are the key's signature over SHA-256 of the parts, one after the other, in the one form
    /// that Fabric takes: DER, s ≤ n/2.
    static boolean holds(P256Key key, byte[] signature, byte[]... parts) {
        var message =
                new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
        int position = 0;
        for (var part : parts) {
            System.arraycopy(part, 0, message, position, part.length);
            position += part.length;
        }
        return P256Signature.ofDer(signature)
                .filter(pair -> key.verifies(message, pair))
                .isPresent();
    }
}
