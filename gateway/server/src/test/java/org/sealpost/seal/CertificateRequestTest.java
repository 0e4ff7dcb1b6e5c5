package org.sealpost.seal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.SealingCertificate;
import org.sealpost.record.Origin;

class CertificateRequestTest {
    private static final Origin ORIGIN = new Origin("demo-port/7f3a9c41");
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final SoftwareKey key = SoftwareKey.p256();

    @Test
    void itAsksForWhatACertificateForSealsMustHave() throws Exception {
        var request = request(ORIGIN);
        assertArrayEquals(key.spki(), request.getSubjectPublicKeyInfo().getEncoded());
        assertEquals("CN=demo-port/7f3a9c41", request.getSubject().toString());
        var extensions = request.getRequestedExtensions();
        assertEquals(3, extensions.getExtensionOIDs().length);
        var name = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName)
                .getNames()[0];
        assertEquals(GeneralName.uniformResourceIdentifier, name.getTagNo());
        assertEquals("sealpost:demo-port/7f3a9c41", name.getName().toString());
        assertTrue(KeyUsage.fromExtensions(extensions).hasUsages(KeyUsage.digitalSignature));
        var usages = ExtendedKeyUsage.fromExtensions(extensions).getUsages();
        assertEquals(1, usages.length);
        assertEquals(SealingCertificate.SEALS_OF_SEALPOST, usages[0].getId());
    }

    @Test
    void theSealingKeySignsIt() throws Exception {
        var request = request(ORIGIN);
        var own = new JcaContentVerifierProviderBuilder().build(request.getSubjectPublicKeyInfo());
        assertTrue(request.isSignatureValid(own));
    }

    /// X.520 allows 64 characters in a common name, and OpenSSL insists on it.
    @Test
    void aLongOriginStandsWholeWhereItCounts() throws Exception {
        var origin = new Origin("a".repeat(119) + "/7f3a9c41");
        var request = request(origin);
        assertEquals("CN=" + "a".repeat(64), request.getSubject().toString());
        var name = GeneralNames.fromExtensions(request.getRequestedExtensions(), Extension.subjectAlternativeName);
        assertEquals("sealpost:" + origin, name.getNames()[0].getName().toString());
    }

    @Test
    void aTokenThatIsAwaySaysSo() {
        key.failure = new IllegalStateException("away");
        assertSame(key.failure, assertThrows(IllegalStateException.class, () -> request(ORIGIN)));
    }

    private PKCS10CertificationRequest request(Origin origin) throws Exception {
        return new PKCS10CertificationRequest(CertificateRequest.of(key, origin, DEADLINE));
    }
}
