package org.sealpost.hsm.est;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.hsm.TestCa;

/// A server under the owner's CA may answer with any certificate that the CA has ever been made to sign.
class IssuedCertificateTest {
    private TestCa owner;
    private KeyPair key;

    @BeforeEach
    void makeACaAndAKey() throws Exception {
        owner = TestCa.create("the owner's CA");
        key = TestCa.newPair();
    }

    @Test
    void whatWasAskedForIsTaken() throws Exception {
        var issued = take(owner, issue(owner, "box"), request(key, "box"));
        assertEquals(List.of(), issued.above());
        var named = take(
                owner,
                issue(owner, "box", names("a.example", "b.example")),
                request(key, "box", "b.example", "a.example"));
        assertEquals(List.of(), named.above());
    }

    @Test
    void anotherSubjectOrNameIsRefused() throws Exception {
        assertRefused(owner, issue(owner, "another box"), request(key, "box"), "is of another subject: CN=another box");
        assertRefused(
                owner,
                issue(owner, "box"),
                request(key, "box", "a.example"),
                "other names: none instead of DNS a.example");
        assertRefused(
                owner,
                issue(owner, "box", names("b.example")),
                request(key, "box", "a.example"),
                "other names: DNS b.example");
        assertRefused(
                owner,
                issue(owner, "box", names("a.example", "b.example")),
                request(key, "box", "a.example"),
                "other names");
    }

    @Test
    void aCertificateThatCouldIssueOthersIsRefused() throws Exception {
        var ca = new Extension(Extension.basicConstraints, true, new BasicConstraints(true).getEncoded());
        assertRefused(owner, issue(owner, "box", ca), request(key, "box"), "is a CA's");
        var no = new Extension(Extension.basicConstraints, true, new BasicConstraints(false).getEncoded());
        take(owner, issue(owner, "box", no), request(key, "box"));
    }

    @Test
    void whatACaBelowTheOwnersHasIssuedIsTakenWithItsCertificate() throws Exception {
        TestCa below = owner.below("a CA below");
        var issued = take(owner, issue(below, "box"), request(key, "box"), parsed(below.certificate()));
        assertEquals(List.of(parsed(below.certificate())), issued.above());
        assertRefused(owner, issue(below, "box"), request(key, "box"), "is not under the owner's CA");
    }

    @Test
    void whatAnybodyWithACertificateHasSignedIsRefused() throws Exception {
        TestCa pretender = owner.pretender("another box");
        X509Certificate leaf = parsed(pretender.certificate());
        var failed =
                assertThrows(EstFailed.class, () -> take(owner, issue(pretender, "box"), request(key, "box"), leaf));
        assertTrue(failed.getMessage().contains("is not under the owner's CA"), failed.getMessage());
        var refused = assertThrows(
                IllegalArgumentException.class,
                () -> EstServer.at(java.net.URI.create("https://localhost"), List.of(leaf)));
        assertTrue(refused.getMessage().contains("is no CA's"), refused.getMessage());
    }

    /// Those of the owner's own certificate, and those of a CA below it.
    @Test
    void namesThatTheCaMustNotCertifyAreRefused() throws Exception {
        var constraint = new Extension(
                Extension.nameConstraints,
                true,
                new NameConstraints(
                                new GeneralSubtree[] {
                                    new GeneralSubtree(new GeneralName(GeneralName.dNSName, "owner.example"))
                                },
                                new GeneralSubtree[] {
                                    new GeneralSubtree(new GeneralName(GeneralName.dNSName, "lab.owner.example"))
                                })
                        .getEncoded());
        TestCa constrained = TestCa.create("a constrained CA", constraint);
        TestCa below = owner.below("a constrained CA below", constraint);
        take(
                constrained,
                issue(constrained, "box", names("box.owner.example")),
                request(key, "box", "box.owner.example"));
        for (String wrong : List.of("box.example", "box.lab.owner.example")) {
            byte[] request = request(key, "box", wrong);
            assertRefused(constrained, issue(constrained, "box", names(wrong)), request, "must not certify");
            var failed = assertThrows(
                    EstFailed.class,
                    () -> take(owner, issue(below, "box", names(wrong)), request, parsed(below.certificate())));
            assertTrue(failed.getMessage().contains("is not under the owner's CA"), failed.getMessage());
        }
    }

    private void assertRefused(TestCa anchor, byte[] certificate, byte[] request, String why) {
        var failed = assertThrows(EstFailed.class, () -> take(anchor, certificate, request));
        assertTrue(failed.getMessage().contains(why), failed.getMessage());
    }

    private EstOutcome.Issued take(TestCa anchor, byte[] certificate, byte[] request, X509Certificate... others)
            throws Exception {
        var received = new java.util.ArrayList<>(List.of(parsed(certificate)));
        received.addAll(Arrays.asList(others));
        byte[] spki = key.getPublic().getEncoded();
        return Certificates.issued(
                received, Asked.of(request, spki), List.of(parsed(anchor.certificate())), Instant.now());
    }

    private byte[] issue(TestCa ca, String commonName, Extension... more) throws Exception {
        Instant now = Instant.now();
        return ca.issue(commonName, key.getPublic().getEncoded(), now.minusSeconds(60), now.plusSeconds(600), more);
    }

    /// A request of a key in memory.
    static byte[] request(KeyPair key, String commonName, String... dns) throws Exception {
        var builder = new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=" + commonName), key.getPublic());
        if (dns.length > 0) {
            var extensions = new ExtensionsGenerator();
            extensions.addExtension(names(dns));
            builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
        }
        return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
                .getEncoded();
    }

    private static Extension names(String... dns) throws Exception {
        var names = Arrays.stream(dns)
                .map(name -> new GeneralName(GeneralName.dNSName, name))
                .toArray(GeneralName[]::new);
        return new Extension(Extension.subjectAlternativeName, false, new GeneralNames(names).getEncoded());
    }

    private static X509Certificate parsed(byte[] der) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }
}
