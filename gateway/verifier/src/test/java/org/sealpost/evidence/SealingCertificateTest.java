package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealpost.evidence.SealingCertificate.Certified;
import org.sealpost.evidence.SealingCertificate.Judgement;
import org.sealpost.evidence.SealingCertificate.Refused;

/// Certificates in a file are a stranger's until their path is judged: judging takes no time that they choose, and ends
/// with a word.
class SealingCertificateTest {
    private static final Instant AT = Instant.parse("2027-01-01T00:00:00Z");

    private final TestBox box = new TestBox("demo-port/7f3a9c41", TestBox.newKeys(), 1, 4);
    private final String uri = "sealpost:" + box.origin;

    /// The constraints of a forged certificate are merged before anybody looks at who signed it.
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void namesThatNobodySignedForTakeNoTime() throws Exception {
        var owner = new TestAuthority("the owner", ConstrainedNames.of(1296, 20));
        assertInstanceOf(Certified.class, judge(owner, owner.chainFor(box)));
        assertRefused("more than 16 KiB", owner, below(owner, ConstrainedNames.of(1 << 20, 100_000)));
        assertRefused(
                "more than 512 bytes of name constraints", owner, below(owner, ConstrainedNames.of(10_000, 1500)));
        var sealing = owner.sealing(box.keys.getPublic(), uri, "the owner issuer", List.of());
        assertInstanceOf(Certified.class, judge(owner, List.of(sealing, owner.issuer)));
    }

    /// The JDK throws what it does not declare.
    @Test
    void namesThatHaveNothingInCommonAreRefused() throws Exception {
        var owner = new TestAuthority("the owner", ConstrainedNames.only("one"));
        assertRefused("no path to", owner, below(owner, ConstrainedNames.only("other")));
    }

    @Test
    void aListOfAlternativeNamesHasABound() throws Exception {
        var owner = new TestAuthority("the owner");
        assertRefused("more than 2 KiB of alternative names", owner, below(owner, List.of(names(300))));
        assertRefused("no path to", owner, below(owner, List.of(names(100))));
    }

    /// Nobody has signed for it before it is looked at.
    @Test
    void policiesThatNobodySignedForTakeNoMemory() throws Exception {
        var owner = new TestAuthority("the owner");
        assertRefused("has one policy twice", owner, below(owner, MappedPolicies.repeated(2)));
        assertRefused("has one policy twice", owner, below(owner, MappedPolicies.mappedRepeatedly(2)));
        var nonsense = new Extension(Extension.certificatePolicies, false, new byte[] {0x30, 1, 0x30});
        assertRefused("has policies that cannot be read", owner, below(owner, List.of(nonsense)));
        assertRefused("no path to", owner, below(owner, MappedPolicies.repeated(1)));
        var mapped = new TestAuthority("the owner", MappedPolicies.mappedRepeatedly(1));
        assertInstanceOf(Certified.class, judge(mapped, mapped.chainFor(box)));
    }

    private static Extension names(int count) throws Exception {
        var names = new ArrayList<GeneralName>();
        for (int i = 0; i < count; i++) names.add(new GeneralName(GeneralName.dNSName, "a" + (10_000 + i)));
        var encoded = new GeneralNames(names.toArray(GeneralName[]::new)).getEncoded();
        return new Extension(Extension.subjectAlternativeName, false, encoded);
    }

    /// Owners give out the certificate, then its issuers, up to the root; and readers trust whom of them they
    /// like.
    @Test
    void whatStandsAboveWhoIsTrustedIsOnNoPath() throws Exception {
        var owner = new TestAuthority("the owner");
        var sealing = owner.chainFor(box).getFirst();
        for (var authority : List.of(owner.issuer, owner.renewedIssuer(), owner.root, owner.renewedRoot())) {
            for (var issuer : List.of(owner.issuer, owner.renewedIssuer())) {
                for (var root : List.of(owner.root, owner.renewedRoot())) {
                    assertInstanceOf(Certified.class, judge(authority, List.of(sealing, issuer, root)));
                    assertInstanceOf(Certified.class, judge(authority, List.of(sealing, issuer, root, root)));
                }
                assertInstanceOf(Certified.class, judge(authority, List.of(sealing, issuer)));
            }
        }
        // Whatever it is.
        var other = new TestAuthority("another owner");
        assertInstanceOf(Certified.class, judge(owner.issuer, List.of(sealing, other.root)));
        assertInstanceOf(Certified.class, judge(owner.root, List.of(sealing, owner.issuer, other.root)));
        assertRefused("no path to \"O=the owner\"", owner, List.of(sealing, other.root, owner.issuer));
        assertRefused("no path to \"O=the owner\"", owner, List.of(sealing));
    }

    /// Who has its name and not its key is another one.
    @Test
    void aNamesakeIssuedNothing() throws Exception {
        var owner = new TestAuthority("the owner");
        var namesake = new TestAuthority("the owner");
        var good = owner.chainFor(box).getFirst();
        var forged = namesake.chainFor(box).getFirst();
        for (var chain : List.of(
                List.of(good, owner.issuer, owner.root),
                List.of(good, namesake.issuer, owner.root),
                List.of(good, owner.issuer, namesake.issuer))) {
            for (var authority : List.of(namesake.issuer, namesake.root)) {
                assertInstanceOf(Refused.class, judge(authority, chain));
            }
        }
        for (var chain : List.of(
                List.of(forged, namesake.issuer, owner.root),
                List.of(forged, owner.issuer, owner.root),
                List.of(forged, owner.root),
                List.of(forged, namesake.issuer, owner.issuer, owner.root),
                List.of(forged, namesake.issuer, namesake.root, owner.issuer))) {
            for (var authority : List.of(owner.issuer, owner.renewedIssuer(), owner.root, owner.renewedRoot())) {
                assertInstanceOf(Refused.class, judge(authority, chain));
            }
        }
    }

    /// The shortest path is none where a certificate names its issuer's by number, and that was renewed since.
    @Test
    void aLongerPathHoldsWhereTheShortestDoesNot() throws Exception {
        var number = parse(new TestAuthority("the owner").root).getSerialNumber();
        var names = new GeneralNames(new GeneralName(new X500Name("O=the owner")));
        var named = new AuthorityKeyIdentifier(names, number).getEncoded();
        var owner =
                new TestAuthority("the owner", List.of(new Extension(Extension.authorityKeyIdentifier, false, named)));
        var chain = owner.chainFor(box);
        assertInstanceOf(Refused.class, judge(owner.renewedRoot(), chain));
        var whole = List.of(chain.getFirst(), owner.issuer, owner.root);
        for (var authority : List.of(owner.renewedRoot(), owner.root, owner.issuer)) {
            assertInstanceOf(Certified.class, judge(authority, whole));
        }
    }

    /// By the name of who is trusted, and with keys that take seconds each: nobody asks those.
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void issuersThatNobodySignedForTakeNoTime() throws Exception {
        var owner = new TestAuthority("the owner");
        var slow = SlowAuthority.named("O=the owner").getEncoded();
        var chain = new ArrayList<>(List.of(owner.sealing(box.keys.getPublic(), uri, "the owner", List.of())));
        chain.addAll(Collections.nCopies(6, slow));
        chain.add(owner.issuer);
        for (int i = 0; i < 100; i++) assertRefused("no path to", owner, chain);
    }

    /// Whatever a file has there is judged with a word.
    @Test
    void noFlippedBitIsAnException() throws Exception {
        var owner = new TestAuthority("the owner");
        var chain = List.of(owner.chainFor(box).getFirst(), owner.issuer, owner.root);
        int certified = 0;
        for (int which = 0; which < chain.size(); which++) {
            for (int at = 0; at < chain.get(which).length; at++) {
                var spoilt = new ArrayList<>(chain);
                var der = chain.get(which).clone();
                der[at] ^= (byte) (1 << at % 8);
                spoilt.set(which, der);
                if (judge(owner.issuer, spoilt) instanceof Certified) certified++;
                if (which < 2) assertInstanceOf(Refused.class, judge(owner.root, spoilt));
            }
        }
        assertTrue(certified > 200, "what stands above: " + certified);
    }

    @Test
    void noCaCertifiesItselfWhateverStandsBehindIt() throws Exception {
        var owner = new TestAuthority("the owner");
        var other = new TestAuthority("another").root;
        var refused = new Refused("a CA does not certify itself for seals");
        for (var chain : List.of(List.of(owner.root), List.of(owner.root, other), List.of(owner.root, owner.root))) {
            assertEquals(refused, judge(owner.root, chain));
        }
    }

    /// The JDK's own reader ends there with an exception that it does not announce.
    @Test
    void aKeyOfNoBytesIsNoException() throws Exception {
        var owner = new TestAuthority("the owner");
        byte[] empty = CertificatesTest.withKeyOfNoBytes();
        var sealing = owner.chainFor(box).getFirst();
        assertInstanceOf(Refused.class, judge(owner.issuer, List.of(sealing, empty)));
        assertInstanceOf(Refused.class, judge(owner.issuer, List.of(empty, sealing)));
    }

    /// Nor is it one there, where the lengths that the signature says of itself do not fit into a sum.
    @Test
    void aSignatureWithEndlessSaltIsNoException() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var owner = parse(new TestAuthority("the owner", generator::generateKeyPair, "SHA256withRSA").root);
        assertTrue(CertificatePath.isIssuedBy(owner, owner));
        var salted = new JcaX509v3CertificateBuilder(
                        owner, BigInteger.ONE, new Date(0), new Date(1), new X500Name("O=nobody"), box.keys.getPublic())
                .build(new EndlessSalt());
        assertFalse(CertificatePath.isIssuedBy(parse(salted.getEncoded()), owner));
    }

    private static final class EndlessSalt implements ContentSigner {
        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            var sha256 = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
            var parameters = new RSASSAPSSparams(
                    sha256,
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, sha256),
                    new ASN1Integer(Integer.MAX_VALUE),
                    RSASSAPSSparams.DEFAULT_TRAILER_FIELD);
            return new AlgorithmIdentifier(PKCSObjectIdentifiers.id_RSASSA_PSS, parameters);
        }

        @Override
        public OutputStream getOutputStream() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public byte[] getSignature() {
            return new byte[256];
        }
    }

    /// Nor where somebody asks for an address of the Internet whose mask has gaps.
    @Test
    void anAddressThatIsNoneIsNoException() throws Exception {
        var owner = new TestAuthority("the owner");
        var address = new byte[32];
        address[31] = 1;
        var names = new GeneralNames(new GeneralName(GeneralName.iPAddress, new DEROctetString(address)));
        var alternative = new Extension(Extension.subjectAlternativeName, false, names.getEncoded());
        var spoilt = owner.forged(box.keys.getPublic(), List.of(alternative));
        assertInstanceOf(Refused.class, judge(owner.root, List.of(spoilt, owner.issuer)));
        assertFalse(SealingCertificate.isFor(parse(spoilt), box.origin));
    }

    /// The largest that there is a use for.
    @Test
    void theLargestSignaturesOfTheDayFit() throws Exception {
        var generator = KeyPairGenerator.getInstance("ML-DSA-87");
        var owner = new TestAuthority("the owner", generator::generateKeyPair, "ML-DSA-87");
        var chain = owner.chainFor(box);
        assertTrue(chain.get(1).length > 7_000, "its key and its signature: " + chain.get(1).length);
        assertEquals(new Certified("\"O=a box\""), judge(owner, chain));
    }

    private List<byte[]> below(TestAuthority owner, List<Extension> further) throws Exception {
        KeyPair keys = TestBox.newKeys();
        var sealing = owner.sealing(box.keys.getPublic(), uri, "forged", List.of());
        return List.of(sealing, owner.forged(keys.getPublic(), further), owner.issuer);
    }

    private void assertRefused(String words, TestAuthority owner, List<byte[]> chain) throws Exception {
        var reason = assertInstanceOf(Refused.class, judge(owner, chain)).reason();
        assertTrue(reason.contains(words), reason);
    }

    private Judgement judge(TestAuthority owner, List<byte[]> chain) throws Exception {
        return judge(owner.root, chain);
    }

    private Judgement judge(byte[] authority, List<byte[]> chain) throws Exception {
        return SealingCertificate.judge(chain, parse(authority), box.key, box.origin, AT);
    }

    private static X509Certificate parse(byte[] der) throws Exception {
        var in = new ByteArrayInputStream(der);
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
}
