package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.admin.BoxState;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Origin;

class ValidCertificatesTest {
    private static final Instant NOW = Instant.parse("2026-11-25T18:00:00Z");
    private static final Instant END = NOW.plus(Duration.ofDays(100));

    private List<byte[]> chain = List.of();
    private Optional<Instant> floor = Optional.empty();
    private ClockReading clock = reading(NOW, ClockReading.State.SYNCED);

    private final ValidCertificates certificates = new ValidCertificates(
            new BoxFacts(
                    Optional::empty,
                    () -> floor,
                    () -> chain,
                    Optional::empty,
                    () -> new BoxState.Software("", Optional.empty(), Optional.empty()),
                    List::of),
            () -> clock);

    @BeforeEach
    void certify() throws Exception {
        chain = List.of(certificate(END));
    }

    @Test
    void aCertificateIsJudgedByAGoodClock() {
        assertTrue(certificates.part().well());
        assertEquals(END, certificates.state().known().getFirst().notAfter());
        clock = reading(END.plusSeconds(1), ClockReading.State.SYNCED);
        var part = certificates.part();
        assertFalse(part.well());
        assertEquals(Optional.of(END), part.since());
        assertTrue(part.cause().contains("CN=port-7"), part.cause());
        assertFalse(part.remedy().isBlank());
    }

    /// A dead battery sets the clock to 1970, a bad server to 2036: neither decides.
    @Test
    void aClockThatIsNotTrustedDecidesNothing() {
        clock = reading(Instant.parse("2036-01-01T00:00:00Z"), ClockReading.State.UNTRUSTED);
        assertTrue(certificates.part().well());
        assertEquals(Optional.empty(), certificates.state().judgedAt());
        assertFalse(certificates.state().certain());
        floor = Optional.of(NOW);
        assertEquals(Optional.of(NOW), certificates.state().judgedAt());
        assertTrue(certificates.part().well());
        clock = reading(Instant.EPOCH, ClockReading.State.UNTRUSTED);
        floor = Optional.of(END.plusSeconds(1));
        assertFalse(certificates.part().well());
    }

    @Test
    void whatWasProvenOnceOutweighsAClockThatWentBack() {
        clock = reading(Instant.EPOCH, ClockReading.State.SYNCED);
        floor = Optional.of(END.plusSeconds(1));
        assertFalse(certificates.part().well());
    }

    /// One sealing key may be that of an origin that ended, too.
    @Test
    void aCertificateIsForTheNameThatItHas() throws Exception {
        var origin = new Origin("port-7/27bc0270");
        assertFalse(certificates.areForThisName(origin), "it names none");
        chain = List.of(certificate(END, "sealpost:port-7/00000000"));
        assertFalse(certificates.areForThisName(origin));
        chain = List.of(certificate(END, "sealpost:port-7/27bc0270"));
        assertTrue(certificates.areForThisName(origin));
        chain = List.of();
        assertFalse(certificates.areForThisName(origin));
    }

    /// It comes from a file that an earlier release took: the box starts, and says it.
    @Test
    void whatNoVerifierAcceptsIsToldAndWhoMustBeTrusted() throws Exception {
        var heavy = certificate(END, "https://port-7.example/" + "x".repeat(3000));
        chain = List.of(heavy, certificate(END));
        var part = certificates.part();
        assertFalse(part.well());
        assertTrue(part.cause().contains("certificate 1 has more than 2 KiB"), part.cause());
        assertTrue(
                part.cause().endsWith(", and no reader who trusts the last of them, or its issuer, would accept that"));
        assertTrue(part.remedy().contains("have your CA issue a smaller one"), part.remedy());
        chain = List.of(certificate(END), heavy);
        assertTrue(certificates.part().well(), "one that issued itself is an authority");
        assertEquals("", certificates.part().cause());
    }

    @Test
    void whereThereIsNoneNothingExpires() {
        chain = List.of();
        clock = reading(END.plusSeconds(1), ClockReading.State.SYNCED);
        assertTrue(certificates.part().well());
        assertEquals(List.of(), certificates.state().known());
    }

    @Test
    void ageIsByTheClockThatIsNeverSetWhereItCanBe() {
        var before = new ClockReading(
                5000, ClockReading.State.UNTRUSTED, ClockReading.Source.NONE, OptionalLong.empty(), boot(1), 1_000_000);
        var sameBoot = new ClockReading(
                1, ClockReading.State.SYNCED, ClockReading.Source.NTP, OptionalLong.empty(), boot(1), 9_000_000);
        assertEquals(Optional.of(Duration.ofSeconds(8)), Overview.age(before, sameBoot));
        var otherBoot = new ClockReading(
                9000, ClockReading.State.SYNCED, ClockReading.Source.NTP, OptionalLong.empty(), boot(2), 9_000_000);
        assertEquals(Optional.empty(), Overview.age(before, otherBoot));
        assertEquals(Optional.of(Duration.ofMillis(8999)), Overview.age(sameBoot, otherBoot));
        assertEquals(Optional.empty(), Overview.age(otherBoot, sameBoot), "the clock went back");
    }

    private static byte[] boot(int number) {
        var id = new byte[16];
        id[0] = (byte) number;
        return id;
    }

    private static ClockReading reading(Instant time, ClockReading.State state) {
        return new ClockReading(
                time.toEpochMilli(), state, ClockReading.Source.SYSTEM, OptionalLong.empty(), new byte[16], 0);
    }

    private static byte[] certificate(Instant end) throws Exception {
        return certificate(end, "https://port-7.example");
    }

    private static byte[] certificate(Instant end, String uri) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        var keys = generator.generateKeyPair();
        var name = new X500Name("CN=port-7");
        var builder = new X509v3CertificateBuilder(
                name,
                BigInteger.ONE,
                Date.from(NOW.minus(Duration.ofDays(1))),
                Date.from(end),
                name,
                SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()));
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
        return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                .getEncoded();
    }
}
