package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
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
        var in = new ByteArrayInputStream(owner.root);
        var authority =
                (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        return SealingCertificate.judge(chain, authority, box.key, box.origin, AT);
    }
}
