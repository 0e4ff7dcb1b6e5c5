package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.TestCa;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.hsm.est.EstClient;
import org.sealpost.hsm.est.EstFailed;
import org.sealpost.hsm.est.EstIdentity;
import org.sealpost.hsm.est.EstOutcome;
import org.sealpost.hsm.est.EstServer;
import org.sealpost.hsm.est.Renewal;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Origin;
import org.sealpost.seal.SoftwareKey;

/// The crank is turned by hand, by a clock and a running time that are set by hand; the CA does what it is told
/// to.
class EnrollerTest {
    private static final Duration LIFE = Duration.ofDays(90);
    private static final Origin ORIGIN = new Origin("test-box/k3v9q2");

    @TempDir
    private Path folder;

    private final SoftwareKey key = SoftwareKey.p256();
    private final List<Asked> asked = new ArrayList<>();
    private TestCa owners;
    private Instant now = Instant.parse("2026-11-01T00:00:00Z");
    private Instant floor = Instant.EPOCH;
    private ClockReading.State clock = ClockReading.State.SYNCED;
    private long nanos;
    private boolean claimed = true;
    private List<byte[]> inForce = List.of();
    private Enroller.Ca mood = this::issue;
    private Enroller enroller;

    private record Asked(EstIdentity identity, byte[] request, String password) {}

    @BeforeEach
    void start() throws Exception {
        owners = TestCa.create("the owner's CA");
        restart();
    }

    private void restart() throws Exception {
        Files.writeString(folder.resolve("password"), "once\n");
        var settings = new EstSettings(
                EstServer.at(URI.create("https://localhost:1"), List.of(parsed(owners.certificate()))),
                Optional.of(new EstSettings.Password("box", folder.resolve("password"))),
                Renewal.DEFAULT);
        var box = new Enroller.Box(
                key,
                ORIGIN,
                () -> claimed,
                () -> inForce,
                () -> new ClockReading(
                        now.toEpochMilli(), clock, ClockReading.Source.NTP, OptionalLong.empty(), new byte[16], 0),
                () -> floor,
                chain -> inForce = chain);
        Enroller.Ca noting = (identity, at, request, spki) -> {
            var password = identity instanceof EstIdentity.Password(var _, char[] secret) ? new String(secret) : "";
            asked.add(new Asked(identity, request, password));
            return mood.ask(identity, at, request, spki);
        };
        enroller = new Enroller(settings, box, noting, kept(), () -> nanos, new Random(7));
    }

    @Test
    void aKeyWithoutACertificateIsEnrolledWithThePassword() throws Exception {
        enroller.step();
        assertEquals(1, inForce.size());
        assertInstanceOf(EstIdentity.Password.class, asked.getFirst().identity());
        assertEquals("once", asked.getFirst().password());
        assertFalse(Files.exists(kept()));
        assertTrue(enroller.part().well());
        later(Duration.ofDays(1));
        assertEquals(1, asked.size(), "it is not due");
    }

    @Test
    void itIsRenewedAfterTwoThirdsOfItsLifeWithTheSameSubject() throws Exception {
        enroller.step();
        var first = parsed(inForce.getFirst());
        later(LIFE.multipliedBy(2).dividedBy(3).minusHours(1));
        assertEquals(1, asked.size());
        later(Duration.ofHours(2));
        assertEquals(2, asked.size());
        var shown =
                assertInstanceOf(EstIdentity.Certificate.class, asked.getLast().identity());
        assertEquals(first, shown.chain().getFirst());
        var second = parsed(inForce.getFirst());
        assertEquals(first.getSubjectX500Principal(), second.getSubjectX500Principal());
        assertEquals(List.copyOf(first.getSubjectAlternativeNames()), List.copyOf(second.getSubjectAlternativeNames()));
        assertTrue(second.getNotAfter().after(first.getNotAfter()));
    }

    @Test
    void oneThatHasEndedIsNotShownAndItIsEnrolledAnew() throws Exception {
        enroller.step();
        later(LIFE.plusDays(1));
        assertInstanceOf(EstIdentity.Password.class, asked.getLast().identity());
        assertEquals(2, asked.size());
    }

    /// Servers that cannot read it end the handshake.
    @Test
    void whereItIsShownInVainThePasswordIsTriedInTurn() throws Exception {
        enroller.step();
        mood = (identity, _, request, _) -> identity instanceof EstIdentity.Certificate
                ? failed()
                : new EstOutcome.Issued(certificate(request, LIFE), List.of());
        later(LIFE.multipliedBy(3).dividedBy(4));
        assertEquals(2, asked.size());
        later(Duration.ofHours(1));
        assertInstanceOf(EstIdentity.Password.class, asked.getLast().identity());
        assertArrayEquals(asked.get(1).request(), asked.get(2).request());
        later(Duration.ofHours(2));
        assertEquals(3, asked.size(), "renewed");
    }

    @Test
    void oneThatIsNotForTlsIsNotShown() throws Exception {
        mood = (_, _, request, _) -> new EstOutcome.Issued(certificate(request, LIFE, "1.3.6.1.5.5.7.3.2"), List.of());
        enroller.step();
        assertEquals(1, inForce.size());
        later(LIFE.multipliedBy(5).dividedBy(6));
        assertInstanceOf(EstIdentity.Password.class, asked.getLast().identity());
    }

    @Test
    void aBoxWithoutAnOwnerAsksNobody() throws Exception {
        claimed = false;
        enroller.step();
        assertEquals(List.of(), asked);
        claimed = true;
        enroller.step();
        assertEquals(1, inForce.size());
    }

    /// With an unproven clock nothing is judged, and nobody is asked.
    @Test
    void onlyAProvenClockCounts() throws Exception {
        clock = ClockReading.State.UNTRUSTED;
        enroller.step();
        assertEquals(List.of(), asked);
        assertTrue(enroller.part().well(), "it may come");
        later(Duration.ofHours(2));
        assertTrue(enroller.part().cause().contains("clock"), enroller.part().cause());
        clock = ClockReading.State.HOLDOVER;
        enroller.step();
        assertEquals(1, inForce.size());
        assertTrue(enroller.part().well());
        clock = ClockReading.State.UNTRUSTED;
        now = now.plus(LIFE.multipliedBy(3));
        enroller.step();
        assertTrue(enroller.part().well(), "a clock that runs ahead must not make a good certificate look expired");
        assertEquals(1, asked.size());
        floor = now;
        later(Duration.ofHours(2));
        assertFalse(enroller.part().well(), "so late it is at least");
    }

    @Test
    void aServerThatIsAwayIsAskedLessAndLessOften() throws Exception {
        mood = (_, _, _, _) -> failed();
        for (int second = 0; second < 6 * 3600; second++) later(Duration.ofSeconds(1));
        assertTrue(asked.size() > 10 && asked.size() < 40, asked.size() + " times");
        var request = asked.getFirst().request();
        asked.forEach(one -> assertArrayEquals(request, one.request()));
        assertFalse(enroller.part().well());
        mood = this::issue;
        later(Duration.ofHours(1));
        assertEquals(1, inForce.size());
        assertTrue(enroller.part().well());
    }

    @Test
    void withACertificateAPersonIsToldWhenHalfOfTheTimeIsLeft() throws Exception {
        enroller.step();
        mood = (_, _, _, _) -> failed();
        later(LIFE.multipliedBy(2).dividedBy(3).plusDays(1));
        assertEquals(2, asked.size());
        assertTrue(enroller.part().well());
        later(Duration.ofDays(15));
        assertFalse(enroller.part().well());
        assertTrue(
                enroller.part().cause().contains("cannot be reached"),
                enroller.part().cause());
    }

    @Test
    void aTokenThatIsAwayIsWaitedFor() throws Exception {
        key.failure = new TokenSetback("box", TokenHealth.State.ABSENT, "no token", "plug it in");
        enroller.step();
        assertEquals(List.of(), asked);
        later(Duration.ofMinutes(3));
        assertEquals("plug it in", enroller.part().remedy());
        key.failure = null;
        later(Duration.ofHours(1));
        assertEquals(1, inForce.size());
    }

    /// The same request, not before its time, whoever restarts meanwhile.
    @Test
    void aDeferredRequestIsAskedAgainWhenTheCaSays() throws Exception {
        mood = (_, _, _, _) -> new EstOutcome.Later(Duration.ofHours(3));
        enroller.step();
        assertTrue(enroller.part().well(), "a person has to approve it");
        later(Duration.ofHours(1));
        restart();
        enroller.step();
        later(Duration.ofHours(1));
        assertEquals(1, asked.size());
        mood = this::issue;
        later(Duration.ofHours(1));
        assertEquals(2, asked.size());
        assertArrayEquals(asked.getFirst().request(), asked.getLast().request());
        assertEquals(1, inForce.size());
        assertFalse(Files.exists(kept()));
    }

    @Test
    void aDeferralThatLastsIsTold() throws Exception {
        mood = (_, _, _, _) -> new EstOutcome.Later(Duration.ofHours(3));
        for (int hour = 0; hour < 24; hour++) later(Duration.ofHours(1));
        assertTrue(enroller.part().well());
        later(Duration.ofHours(2));
        assertFalse(enroller.part().well());
    }

    /// By a clock that was a year ahead: the CA cannot have meant so long.
    @Test
    void aTimeThatIsTooFarAwayIsNotWaitedFor() throws Exception {
        now = now.plus(Duration.ofDays(365));
        mood = (_, _, _, _) -> new EstOutcome.Later(Duration.ofHours(3));
        enroller.step();
        now = now.minus(Duration.ofDays(365));
        restart();
        enroller.step();
        assertEquals(2, asked.size());
    }

    @Test
    void aDamagedRequestIsMadeAnew() throws Exception {
        mood = (_, _, _, _) -> new EstOutcome.Later(Duration.ofHours(3));
        enroller.step();
        var whole = Files.readAllBytes(kept());
        for (int i = 0; i < whole.length; i += 41) {
            var damaged = whole.clone();
            damaged[i] ^= 1;
            Files.write(kept(), damaged);
            restart();
            int before = asked.size();
            enroller.step();
            assertEquals(before + 1, asked.size(), "byte " + i);
        }
    }

    @Test
    void aRefusalIsToldAtOnceWithTheServersWords() throws Exception {
        mood = (_, _, _, _) -> new EstOutcome.Refused(403, "not this box");
        enroller.step();
        assertTrue(
                enroller.part().cause().contains("not this box"),
                enroller.part().cause());
        assertFalse(Files.exists(kept()));
        later(Duration.ofMinutes(14));
        assertEquals(1, asked.size());
        later(Duration.ofMinutes(2));
        assertEquals(2, asked.size());
    }

    @Test
    void whatProvesNothingAboutThisBoxIsNotTaken() throws Exception {
        mood = (_, _, request, _) -> new EstOutcome.Issued(
                certificate(request, LIFE, org.sealpost.evidence.SealingCertificate.SEALS_OF_SEALPOST), List.of());
        enroller.step();
        assertEquals(List.of(), inForce);
        assertTrue(
                enroller.part().cause().contains("extended key usage"),
                enroller.part().cause());
    }

    /// Nothing of the box would be proved by it, years later.
    @Test
    void whatNoVerifierLooksAtIsNotTaken() throws Exception {
        mood = (_, _, request, _) -> new EstOutcome.Issued(certificate(request, LIFE), List.of(large()));
        enroller.step();
        assertEquals(List.of(), inForce);
        assertTrue(
                enroller.part().cause().contains("certificate 2 has more than 16 KiB"),
                enroller.part().cause());
        assertEquals("have your CA issue a smaller one", enroller.part().remedy());
        assertFalse(Files.exists(kept()));
        mood = this::issue;
        later(Duration.ofMinutes(16));
        assertEquals(1, inForce.size());
    }

    private X509Certificate large() {
        try {
            var name = new X500Name("CN=the owner's CA");
            var unknown = new ASN1ObjectIdentifier("2.25.1");
            var key = SubjectPublicKeyInfo.getInstance(owners.pair().getPublic().getEncoded());
            var end = Date.from(now.plus(LIFE));
            var builder = new X509v3CertificateBuilder(name, BigInteger.ONE, Date.from(now), end, name, key)
                    .addExtension(unknown, false, new DEROctetString(new byte[16 << 10]));
            return parsed(builder.build(new JcaContentSignerBuilder("SHA256withECDSA")
                            .build(owners.pair().getPrivate()))
                    .getEncoded());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /// However short the CA makes them.
    @Test
    void aCertificateThatIsDueAtOnceIsNotRenewedAtOnce() throws Exception {
        mood = (_, _, request, _) -> new EstOutcome.Issued(certificate(request, Duration.ofMinutes(2)), List.of());
        for (int second = 0; second < 3600; second++) later(Duration.ofSeconds(1));
        assertTrue(asked.size() <= 2, asked.size() + " times");
    }

    @Test
    @Timeout(60)
    void closingDoesNotWaitForASilentServer() throws Exception {
        var reached = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        mood = (_, _, _, _) -> {
            reached.countDown();
            try {
                never.await();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException("interrupted");
        };
        var stepping = Thread.ofPlatform().start(() -> {
            try {
                enroller.step();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        reached.await();
        enroller.close();
        stepping.join();
        assertEquals(0, enroller.step());
    }

    private void later(Duration time) throws Exception {
        now = now.plus(time);
        nanos += time.toNanos();
        enroller.step();
    }

    private Path kept() {
        return folder.resolve("est-request");
    }

    /// As a client fails before nobody.
    private static EstOutcome failed() throws EstFailed {
        var nobody = EstServer.at(URI.create("https://localhost:1"), List.of(anyCertificate()));
        new EstClient(nobody, new EstIdentity.Unknown(), java.time.Clock.systemUTC()).caCertificates();
        throw new AssertionError("somebody answers at port 1");
    }

    private EstOutcome issue(EstIdentity identity, java.time.Clock at, byte[] request, byte[] spki) {
        return new EstOutcome.Issued(certificate(request, LIFE), List.of());
    }

    /// As a CA that copies the extensions of the request, but for one purpose.
    private X509Certificate certificate(byte[] der, Duration life, String... without) {
        try {
            var request = new PKCS10CertificationRequest(der);
            var builder = new X509v3CertificateBuilder(
                    new X500Name("CN=the owner's CA"),
                    BigInteger.valueOf(asked.size() + 1),
                    Date.from(now.minusSeconds(60)),
                    Date.from(now.plus(life)),
                    request.getSubject(),
                    request.getSubjectPublicKeyInfo());
            var extensions = request.getRequestedExtensions();
            for (ASN1ObjectIdentifier oid : extensions.getExtensionOIDs()) {
                var extension = extensions.getExtension(oid);
                builder.addExtension(oid.equals(Extension.extendedKeyUsage) ? but(extension, without) : extension);
            }
            return parsed(builder.build(new JcaContentSignerBuilder("SHA256withECDSA")
                            .build(owners.pair().getPrivate()))
                    .getEncoded());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Extension but(Extension purposes, String... without) throws Exception {
        var left = new org.bouncycastle.asn1.ASN1EncodableVector();
        for (var purpose : org.bouncycastle.asn1.x509.ExtendedKeyUsage.getInstance(purposes.getParsedValue())
                .getUsages()) {
            if (!List.of(without).contains(purpose.getId())) left.add(purpose.toOID());
        }
        return new Extension(
                Extension.extendedKeyUsage, false, new org.bouncycastle.asn1.DERSequence(left).getEncoded());
    }

    private static X509Certificate anyCertificate() {
        try {
            return parsed(TestCa.create("nobody").certificate());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static X509Certificate parsed(byte[] der) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }
}
