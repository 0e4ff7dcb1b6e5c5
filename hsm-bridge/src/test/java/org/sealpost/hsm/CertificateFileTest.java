package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.gm.GMNamedCurves;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

class CertificateFileTest {
    @Test
    void keysThatTheJdkDoesNotKnowAreReadToo() throws Exception {
        byte[] sm2 = PublicKeys.spkiFromRaw(
                        KeyKind.SM2, GMNamedCurves.getByName("sm2p256v1").getG().getEncoded(false))
                .orElseThrow();
        byte[] koblitz = PublicKeys.spkiFromRaw(
                        KeyKind.SECP256K1,
                        SECNamedCurves.getByName("secp256k1").getG().getEncoded(false))
                .orElseThrow();
        for (byte[] spki : List.of(sm2, koblitz, TestCa.newPair().getPublic().getEncoded())) {
            byte[] der = issue(spki);
            X509Certificate read = CertificateFile.read(der).getFirst();
            assertArrayEquals(der, read.getEncoded());
            assertEquals("CN=box", read.getSubjectX500Principal().getName());
            assertEquals(
                    2,
                    CertificateFile.read((pem(der) + pem(issue(spki))).getBytes(StandardCharsets.US_ASCII))
                            .size());
            KeyCertificate.of(read.getEncoded(), spki);
        }
    }

    @Test
    void whatIsNoCertificateIsRefused() throws Exception {
        byte[] der = issue(TestCa.newPair().getPublic().getEncoded());
        byte[] cut = java.util.Arrays.copyOf(der, der.length - 1);
        for (byte[] wrong : List.of(new byte[0], new byte[] {1, 2, 3}, cut, new DERSequence().getEncoded())) {
            assertThrows(CertificateException.class, () -> CertificateFile.read(wrong));
        }
    }

    @Test
    void theRequestForTheNextCertificateAsksForTheSameUsagesAndPurposes() throws Exception {
        var usage = new Extension(
                Extension.keyUsage,
                true,
                new KeyUsage(KeyUsage.digitalSignature | KeyUsage.nonRepudiation | KeyUsage.keyEncipherment)
                        .getEncoded());
        var purpose = new Extension(
                Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping).getEncoded());
        Instant now = Instant.now();
        byte[] der = TestCa.create("ca")
                .issue("box", TestCa.newPair().getPublic().getEncoded(), now, now.plusSeconds(60), usage, purpose);
        var next = CertificateRequest.like(CertificateFile.read(der).getFirst());
        assertEquals(
                Set.of(CertificateRequest.Usage.DIGITAL_SIGNATURE, CertificateRequest.Usage.NON_REPUDIATION),
                next.usages());
        assertEquals(List.of(KeyPurposeId.id_kp_timeStamping.getId()), next.purposes());
    }

    private static byte[] issue(byte[] spki) throws Exception {
        Instant now = Instant.now();
        return TestCa.create("ca").issue("box", spki, now, now.plusSeconds(60));
    }

    private static String pem(byte[] der) {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END CERTIFICATE-----\n";
    }
}
