package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.SealingCertificate;
import org.sealpost.record.Origin;

class CertificateAnswerTest {
    private static final Origin ORIGIN = new Origin("port/7f3a9c41");
    private static final String NAME = SealingCertificate.name(ORIGIN);
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    private final KeyPair sealing = keys();
    private final KeyPair root = keys();
    private final KeyPair issuer = keys();

    @Test
    void theSealingKeysCertificateAloneIsAccepted() throws Exception {
        assertAccepted(pem(good().sign()));
    }

    @Test
    void soAreItsIssuersBehindItWithTextBetweenThem() throws Exception {
        var chain = List.of(good().sign(), issuerCertificate(true), rootCertificate());
        assertAccepted("Bag attributes: none\n"
                + chain.stream().map(CertificateAnswerTest::pem).collect(Collectors.joining("\nnext:\r\n")));
        assertEquals(
                2, assertAccepted(pem(chain.get(0)) + pem(chain.get(1))).chain().size());
        assertArrayEquals(
                chain.get(0), assertAccepted(pem(chain.get(0))).chain().getFirst());
    }

    /// Its time comes later than the box knows that it is: nobody can say that it has not come.
    @Test
    void aCertificateThatBeginsLaterThanTheBoxKnowsIsAccepted() throws Exception {
        var later = good().valid(NOW.plus(Duration.ofDays(10)), NOW.plus(Duration.ofDays(20)))
                .sign();
        assertAccepted(pem(later) + pem(issuerCertificate(true)));
    }

    /// An issuer that was lost on the way would be missed by whoever verifies, years later.
    @Test
    void aBlockThatIsNotWholeIsRefusedWhereverItIsCut() throws Exception {
        var own = pem(good().sign());
        var issuers = pem(issuerCertificate(true));
        for (int cut : new int[] {issuers.length() / 2, issuers.indexOf("-----END") + 3, issuers.length() - 6}) {
            assertRefused("a block that is not whole", own + issuers.substring(0, cut));
        }
        assertRefused("a block that is not whole", own.substring(0, own.length() / 2) + issuers);
        assertRefused("a block that is not whole", own + issuers.substring(40));
        assertRefused("a block that is not whole", own + "-----BEGIN EC PRIVATE KEY-----\nDEK-Info: AES-128-CBC\n");
    }

    @Test
    void anotherKeysIsRefusedWithBothFingerprints() throws Exception {
        var other = new Paper(keys(), "CN=box", issuer, "CN=issuer")
                .name(NAME)
                .usage(KeyUsage.digitalSignature)
                .forSeals();
        var sentence = assertRefused("is for the key", pem(other.sign()));
        assertTrue(sentence.contains(Fingerprint.of(other.key.getPublic().getEncoded())), sentence);
        assertTrue(sentence.contains(Fingerprint.of(sealing.getPublic().getEncoded())), sentence);
    }

    @Test
    void whatIsMissingIsNamedWithHowToHaveItCopied() throws Exception {
        var names = assertRefused(
                "subject alternative name URI " + NAME,
                pem(paper().usage(KeyUsage.digitalSignature).forSeals().sign()));
        assertTrue(names.contains("-copy_extensions copyall"), names);
        assertRefused(
                "subject alternative name",
                pem(paper().name("sealpost:port/00000000")
                        .usage(KeyUsage.digitalSignature)
                        .forSeals()
                        .sign()));
        assertRefused(
                "key usage digitalSignature", pem(paper().name(NAME).forSeals().sign()));
        assertRefused(
                "key usage digitalSignature",
                pem(paper().name(NAME).usage(KeyUsage.keyAgreement).forSeals().sign()));
        assertRefused(
                "extended key usage 2.25.",
                pem(paper().name(NAME).usage(KeyUsage.digitalSignature).sign()));
    }

    @Test
    void whatHasEndedIsRefusedWithItsEndAndTheTimeItWasJudgedBy() throws Exception {
        var end = NOW.minusSeconds(1);
        var sentence = assertRefused(
                "ended at " + end,
                pem(good().valid(NOW.minus(Duration.ofDays(9)), end).sign()));
        assertTrue(sentence.contains(NOW.toString()), sentence);
        var oldIssuer =
                new Paper(issuer, "CN=issuer", root, "CN=root").authority().valid(NOW.minus(Duration.ofDays(9)), end);
        assertRefused("\"CN=issuer\" ended at", pem(good().sign()) + pem(oldIssuer.sign()));
        assertAccepted(pem(good().valid(NOW.minus(Duration.ofDays(9)), NOW).sign()));
    }

    @Test
    void thePairThatDoesNotFitIsNamed() throws Exception {
        var own = pem(good().sign());
        assertRefused(
                "Certificate 1, \"CN=box\", is not signed by certificate 2, \"CN=root\"", own + pem(rootCertificate()));
        assertRefused(
                "Certificate 2, \"CN=issuer\", is not signed by certificate 3, \"CN=box\"",
                own + pem(issuerCertificate(true)) + own);
        var namesake = new Paper(keys(), "CN=issuer", root, "CN=root").authority();
        assertRefused("is not signed by certificate 2", own + pem(namesake.sign()));
    }

    /// A verifier would refuse it years later, when nobody can mend it any more.
    @Test
    void anIssuerThatIsNoCaIsRefused() throws Exception {
        var sentence = assertRefused(
                "No reader who trusts the last of these certificates, or its issuer, would accept them",
                pem(good().sign()) + pem(issuerCertificate(false)) + pem(rootCertificate()));
        assertTrue(sentence.contains("issuers are CAs"), sentence);
    }

    @Test
    void issuersThatWereNeverValidTogetherAreRefused() throws Exception {
        var later = new Paper(issuer, "CN=issuer", root, "CN=root")
                .authority()
                .valid(NOW.plus(Duration.ofDays(90)), NOW.plus(Duration.ofDays(99)));
        assertRefused("No reader who trusts the last", pem(good().sign()) + pem(later.sign()) + pem(rootCertificate()));
    }

    /// The issuer of one that comes alone is not there to judge its path, and years later no verifier would.
    @Test
    void whatNoVerifierLooksAtIsRefusedThoughItComesAlone() throws Exception {
        var sentence = assertRefused(
                "certificate 1 has more than 2 KiB of alternative names",
                pem(named(200).sign()));
        assertTrue(sentence.contains("have your CA issue a smaller one"), sentence);
        assertRefused(
                "certificate 1 has more than 16 KiB",
                pem(good().padded(16 << 10).sign()));
        var upper = new Paper(issuer, "CN=issuer", root, "CN=root").authority().names("sealpost:ca", 200);
        assertRefused(
                "certificate 2 has more than 2 KiB of alternative names",
                pem(good().sign()) + pem(upper.sign()) + pem(rootCertificate()));
        assertAccepted(pem(good().sign()) + pem(upper.sign())); // readers may trust that one itself, or one before it
    }

    /// What an authority says of itself is on no path to it.
    @Test
    void anAuthorityAtTheEndMayHaveLongLists() throws Exception {
        var authority = new Paper(root, "CN=root", root, "CN=root").authority().names("sealpost:ca", 200);
        assertAccepted(pem(good().sign()) + pem(issuerCertificate(true)) + pem(authority.sign()));
        var large = new Paper(root, "CN=root", root, "CN=root").authority().padded(16 << 10);
        assertRefused(
                "certificate 3 has more than 16 KiB",
                pem(good().sign()) + pem(issuerCertificate(true)) + pem(large.sign()));
    }

    /// To the name and to the byte the box takes what a verifier does.
    @Test
    void whatIsTakenIsWhatAVerifierAccepts() throws Exception {
        var papers = new ArrayList<Paper>();
        for (int count = 80; count < 160; count++) papers.add(named(count));
        for (int size = 15_800; size < 16_300; size += 5) papers.add(good().padded(size));
        int taken = 0;
        for (var paper : papers) {
            var der = paper.sign();
            boolean isVerified = verifies(der);
            var answer = judge(pem(der).getBytes(StandardCharsets.US_ASCII));
            assertEquals(isVerified, answer instanceof CertificateAnswer.Accepted, () -> der.length + ": " + answer);
            if (isVerified) taken++;
        }
        assertTrue(taken > 20 && taken < papers.size() - 20, taken + " of " + papers.size());
    }

    /// Whatever an issuer has: some reader who trusts the last one, or who issued that, accepts what is taken,
    /// and none what is refused; though who trusts the issuer itself would.
    @Test
    void whatIsTakenWithItsIssuersIsWhatSomeVerifierAccepts() throws Exception {
        var own = good().sign();
        int taken = 0;
        int narrow = 0;
        for (int count = 120; count < 190; count++) {
            var upper =
                    new Paper(issuer, "CN=issuer", root, "CN=root").authority().names("sealpost:ca", count);
            for (var issuers : List.of(List.of(upper.sign()), List.of(upper.sign(), rootCertificate()))) {
                var chain = new ArrayList<>(List.of(own));
                chain.addAll(issuers);
                boolean isVerified = false;
                for (var authority : List.of(issuers.getLast(), rootCertificate())) {
                    isVerified |= verifies(chain, authority);
                }
                var upload = chain.stream().map(CertificateAnswerTest::pem).collect(Collectors.joining());
                var answer = judge(upload.getBytes(StandardCharsets.US_ASCII));
                int names = count;
                assertEquals(isVerified, answer instanceof CertificateAnswer.Accepted, () -> names + ": " + answer);
                if (isVerified) taken++;
                assertTrue(verifies(chain, issuers.getFirst()));
                var parsed = new ArrayList<X509Certificate>();
                for (var der : chain) parsed.add(parse(der));
                boolean isNarrow = SealingCertificate.narrowness(parsed).isPresent();
                if (isVerified) assertEquals(!verifies(chain, rootCertificate()), isNarrow, () -> "names " + names);
                if (isNarrow) narrow++;
            }
        }
        assertTrue(taken > 90 && taken < 130 && narrow > 10 && narrow < 60, taken + " taken, " + narrow + " narrow");
    }

    private boolean verifies(List<byte[]> chain, byte[] authority) throws Exception {
        var own = P256Key.of(sealing.getPublic().getEncoded());
        return SealingCertificate.judge(chain, parse(authority), own, ORIGIN, NOW)
                instanceof SealingCertificate.Certified;
    }

    private static X509Certificate parse(byte[] der) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    /// Whoever trusts its issuer.
    private boolean verifies(byte[] der) throws Exception {
        return verifies(List.of(der), issuerCertificate(true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "-----BEGIN CERTIFICATE-----",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END X509 CRL-----",
                "-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n"
            })
    void whatHoldsNoCertificateIsRefused(String text) {
        assertRefused("There is no certificate in PEM", text);
    }

    @Test
    void whatCannotBeReadIsRefused() throws Exception {
        assertRefused("Certificate 1 of the upload cannot be read", block("CERTIFICATE", new byte[0]));
        assertRefused("Certificate 1 of the upload cannot be read", block("CERTIFICATE", new byte[500]));
        var der = good().sign();
        assertRefused(
                "Certificate 2 of the upload cannot be read",
                pem(der) + block("CERTIFICATE", Arrays.copyOf(der, der.length - 1)));
        assertRefused(
                "Certificate 1 of the upload cannot be read", block("CERTIFICATE", Arrays.copyOf(der, der.length + 1)));
        assertRefused("There is no certificate in PEM", new String(der, StandardCharsets.ISO_8859_1));
    }

    /// A private key in an upload is a mistake that the owner should hear of.
    @Test
    void otherBlocksAreRefused() throws Exception {
        assertRefused("block \"PRIVATE KEY\"", pem(good().sign()) + block("PRIVATE KEY", new byte[9]));
    }

    @Test
    void moreThanACertificatesWorthIsRefused() throws Exception {
        var one = pem(good().sign());
        assertRefused("more than 8 certificates", one.repeat(9));
        assertRefused("allowed are 262144", "x".repeat((256 << 10) + 1));
    }

    /// Whatever a stranger sends is a sentence, never an exception.
    @Test
    void noUploadIsAnException() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var chain = (pem(good().sign()) + pem(issuerCertificate(true))).getBytes(StandardCharsets.ISO_8859_1);
        var der = good().sign();
        for (int i = 0; i < 3000; i++) {
            var text = chain.clone();
            for (int j = random.nextInt(4); j >= 0; j--) text[random.nextInt(text.length)] = (byte) random.nextInt(256);
            judge(text);
            var spoilt = der.clone();
            spoilt[random.nextInt(spoilt.length)] ^= (byte) (1 << random.nextInt(8));
            judge(pem(spoilt).getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    // --- small things

    private CertificateAnswer judge(byte[] upload) {
        return CertificateAnswer.judge(upload, P256Key.of(sealing.getPublic().getEncoded()), ORIGIN, NOW);
    }

    private CertificateAnswer.Accepted assertAccepted(String upload) {
        return assertInstanceOf(CertificateAnswer.Accepted.class, judge(upload.getBytes(StandardCharsets.UTF_8)));
    }

    /// One sentence that names the rule and the remedy.
    private String assertRefused(String part, String upload) {
        var refused = assertInstanceOf(CertificateAnswer.Refused.class, judge(upload.getBytes(StandardCharsets.UTF_8)));
        var sentence = refused.sentence();
        assertTrue(sentence.contains(part), sentence);
        assertTrue(sentence.contains("; ") && sentence.endsWith(".") || sentence.contains("-in FILE."), sentence);
        assertFalse(sentence.contains("\n"), sentence);
        return sentence;
    }

    private Paper paper() {
        return new Paper(sealing, "CN=box", issuer, "CN=issuer");
    }

    private Paper good() throws Exception {
        return paper().name(NAME).usage(KeyUsage.digitalSignature).forSeals();
    }

    private Paper named(int count) {
        return paper().names(NAME, count).usage(KeyUsage.digitalSignature).forSeals();
    }

    private byte[] issuerCertificate(boolean authority) throws Exception {
        var paper = new Paper(issuer, "CN=issuer", root, "CN=root");
        return (authority ? paper.authority() : paper).sign();
    }

    private byte[] rootCertificate() throws Exception {
        return new Paper(root, "CN=root", root, "CN=root").authority().sign();
    }

    /// A certificate in the making.
    private static final class Paper {
        private final KeyPair key;
        private final String subject;
        private final KeyPair signer;
        private final String issuer;
        private Instant begin = NOW.minus(Duration.ofDays(30));
        private Instant end = NOW.plus(Duration.ofDays(30));
        private final List<Addition> additions = new ArrayList<>();

        private interface Addition {
            void to(JcaX509v3CertificateBuilder builder) throws Exception;
        }

        Paper(KeyPair key, String subject, KeyPair signer, String issuer) {
            this.key = key;
            this.subject = subject;
            this.signer = signer;
            this.issuer = issuer;
        }

        Paper valid(Instant from, Instant to) {
            begin = from;
            end = to;
            return this;
        }

        Paper name(String uri) {
            return names(uri, 0);
        }

        Paper names(String uri, int more) {
            var names = new ArrayList<GeneralName>();
            names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
            for (int i = 0; i < more; i++) names.add(new GeneralName(GeneralName.dNSName, "berth-" + (10_000 + i)));
            var all = new GeneralNames(names.toArray(GeneralName[]::new));
            additions.add(builder -> builder.addExtension(Extension.subjectAlternativeName, false, all));
            return this;
        }

        /// With something in it that nobody knows.
        Paper padded(int bytes) {
            var unknown = new ASN1ObjectIdentifier("2.25.1");
            additions.add(builder -> builder.addExtension(unknown, false, new DEROctetString(new byte[bytes])));
            return this;
        }

        Paper usage(int bits) {
            additions.add(builder -> builder.addExtension(Extension.keyUsage, true, new KeyUsage(bits)));
            return this;
        }

        Paper forSeals() {
            var seals = KeyPurposeId.getInstance(new ASN1ObjectIdentifier(SealingCertificate.SEALS_OF_SEALPOST));
            additions.add(
                    builder -> builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(seals)));
            return this;
        }

        Paper authority() {
            additions.add(
                    builder -> builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true)));
            return this;
        }

        byte[] sign() throws Exception {
            var builder = new JcaX509v3CertificateBuilder(
                    new X500Name(issuer),
                    BigInteger.valueOf(5),
                    Date.from(begin),
                    Date.from(end),
                    new X500Name(subject),
                    key.getPublic());
            for (var addition : additions) addition.to(builder);
            return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate()))
                    .getEncoded();
        }
    }

    private static KeyPair keys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String pem(byte[] der) {
        return block("CERTIFICATE", der);
    }

    private static String block(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + kind
                + "-----\n";
    }
}
