package org.sealpost.hsm.est;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.hsm.CertificateRequest;
import org.sealpost.hsm.CertificateRequest.AlternativeName;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TestCa;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.Tokens;

/// Enrolment of keys in SoftHSM2 with GlobalSign's EST server.
class EstIT {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private Token token;
    private TestCa ca;
    private GlobalSignServer server;

    @BeforeEach
    void start() throws Exception {
        token = Tokens.open(SoftHsm.create(folder).token("box", 2));
        token.settle(SOON);
        ca = TestCa.create("the owner's CA");
        server = GlobalSignServer.start(Files.createDirectory(folder.resolve("est")), ca);
    }

    @AfterEach
    void stop() throws Exception {
        if (token != null) {
            token.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"P256", "P384", "ED25519", "RSA_2048_PKCS1"})
    void enrolsAKeyThatNeverLeavesTheToken(KeyKind kind) throws Exception {
        SigningKey key = token.generate("first", kind);
        EstClient client = client(server.address(), new EstIdentity.Unknown());
        var issued = assertInstanceOf(EstOutcome.Issued.class, client.enrol(request(key, "box 1"), key.spki()));
        assertArrayEquals(key.spki(), issued.certificate().getPublicKey().getEncoded());
        assertEquals("CN=box 1", issued.certificate().getSubjectX500Principal().getName());
        assertEquals(
                List.of(6, "urn:box:1"),
                issued.certificate().getSubjectAlternativeNames().iterator().next());
        assertEquals(List.of(), issued.above());
        token.storeCertificate("first", key.spki(), issued.certificate().getEncoded());
        assertEquals(1, token.certificates("first", key.spki()).size());
    }

    @Test
    void showsTheCertificatesOfTheCa() throws Exception {
        var certificates = client(server.address(), new EstIdentity.Unknown()).caCertificates();
        assertArrayEquals(ca.certificate(), certificates.getFirst().getEncoded());
    }

    /// The TLS handshake is signed by the token.
    @ParameterizedTest
    @EnumSource(names = {"P256", "P384"})
    void renewsWithTheKeyInTheToken(KeyKind kind) throws Exception {
        SigningKey key = token.generate("first", kind);
        byte[] request = request(key, "box 1");
        var first = assertInstanceOf(
                EstOutcome.Issued.class,
                client(server.address(), new EstIdentity.Unknown()).enrol(request, key.spki()));
        EstClient known = client(server.address(), new EstIdentity.Certificate(key, List.of(first.certificate())));
        var second = assertInstanceOf(EstOutcome.Issued.class, known.reenrol(request(key, "box 1"), key.spki()));
        assertTrue(!first.certificate()
                .getSerialNumber()
                .equals(second.certificate().getSerialNumber()));
    }

    @Test
    void withoutACertificateRenewalIsRefused() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        var refused = assertInstanceOf(
                EstOutcome.Refused.class,
                client(server.address(), new EstIdentity.Unknown()).reenrol(request(key, "box 1"), key.spki()));
        assertEquals(403, refused.status());
    }

    @Test
    void anExpiredCertificateDoesNotRenewItself() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        Instant now = Instant.now();
        X509Certificate expired = parsed(ca.issue("box 1", key.spki(), now.minusSeconds(600), now.minusSeconds(60)));
        EstClient client = client(server.address(), new EstIdentity.Certificate(key, List.of(expired)));
        assertThrows(EstFailed.class, () -> client.reenrol(request(key, "box 1"), key.spki()));
    }

    @Test
    void anotherCasCertificateDoesNotRenewItself() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        Instant now = Instant.now();
        X509Certificate others =
                parsed(TestCa.create("another CA").issue("box 1", key.spki(), now, now.plusSeconds(600)));
        EstClient client = client(server.address(), new EstIdentity.Certificate(key, List.of(others)));
        assertThrows(EstFailed.class, () -> client.reenrol(request(key, "box 1"), key.spki()));
    }

    @Test
    void aRequestMayBeRefusedOrDeferredOrFail() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        EstClient client = client(server.triggeringErrors(), new EstIdentity.Unknown());
        var refused = assertInstanceOf(
                EstOutcome.Refused.class, client.enrol(request(key, "Trigger Error Forbidden"), key.spki()));
        assertEquals(403, refused.status());
        assertTrue(refused.words().contains("triggered forbidden"), refused.words());
        var later = assertInstanceOf(
                EstOutcome.Later.class, client.enrol(request(key, "Trigger Error Deferred"), key.spki()));
        assertEquals(Duration.ofSeconds(600), later.retryAfter());
        assertThrows(EstFailed.class, () -> client.enrol(request(key, "Trigger Error Unknown"), key.spki()));
        assertThrows(EstFailed.class, client::caCertificates);
    }

    @Test
    void aServerThatIsNotTheOwnersIsNotAsked() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        TestCa another = TestCa.create("another CA");
        var client = new EstClient(
                EstServer.at(server.address(), List.of(parsed(another.certificate()))),
                new EstIdentity.Password("box", "secret".toCharArray()),
                Clock.systemUTC());
        var failed = assertThrows(EstFailed.class, () -> client.enrol(request(key, "box 1"), key.spki()));
        assertTrue(failed.getMessage().contains("not under the owner's CA"), failed.getMessage());
    }

    @Test
    void aServerWhoseCertificateHasExpiredIsNotAsked() throws Exception {
        server.close();
        KeyPair pair = TestCa.newPair();
        Instant now = Instant.now();
        byte[] expired =
                ca.issueForLocalhost(pair.getPublic().getEncoded(), now.minusSeconds(600), now.minusSeconds(60));
        server = GlobalSignServer.start(Files.createDirectory(folder.resolve("expired")), ca, expired, pair);
        SigningKey key = token.generate("first", KeyKind.P256);
        EstClient client = client(server.address(), new EstIdentity.Unknown());
        var failed = assertThrows(EstFailed.class, () -> client.enrol(request(key, "box 1"), key.spki()));
        assertTrue(failed.getMessage().contains("is not good now"), failed.getMessage());
    }

    @Test
    void aCertificateThatIsNotGoodByOurClockIsNotTaken() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P256);
        Clock wrong = Clock.fixed(Instant.parse("2001-01-01T00:00:00Z"), ZoneOffset.UTC);
        var client = new EstClient(
                EstServer.at(server.address(), List.of(parsed(ca.certificate()))), new EstIdentity.Unknown(), wrong);
        var failed = assertThrows(EstFailed.class, () -> client.enrol(request(key, "box 1"), key.spki()));
        assertTrue(failed.getMessage().contains("2001-01-01"), failed.getMessage());
    }

    private EstClient client(URI address, EstIdentity identity) throws Exception {
        return new EstClient(EstServer.at(address, List.of(parsed(ca.certificate()))), identity, Clock.systemUTC());
    }

    private static byte[] request(SigningKey key, String commonName) {
        return new CertificateRequest(
                        new X500Principal("CN=" + commonName),
                        List.of(new AlternativeName.Uri("urn:box:1")),
                        Set.of(CertificateRequest.Usage.DIGITAL_SIGNATURE),
                        List.of(),
                        Optional.empty())
                .signedBy(key, SOON);
    }

    private static X509Certificate parsed(byte[] der) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }
}
