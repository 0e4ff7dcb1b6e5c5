package org.sealpost.app;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.admin.BoxState;
import org.sealpost.admin.BoxState.Certificates.Certificate;
import org.sealpost.admin.HealthView;
import org.sealpost.evidence.Certificates;
import org.sealpost.evidence.SealingCertificate;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Origin;

/// How long the certificates of a box hold. The clock may be wrong, so they are judged by the latest time that the box
/// is sure of: a clock that runs ahead must not make a good certificate look expired. Any thread, never blocks.
final class ValidCertificates {
    private final BoxFacts facts;
    private final Supplier<ClockReading> clock;

    ValidCertificates(BoxFacts facts, Supplier<ClockReading> clock) {
        this.facts = facts;
        this.clock = clock;
    }

    BoxState.Certificates state() {
        var reading = clock.get();
        boolean trusted = reading.state() != ClockReading.State.UNTRUSTED;
        boolean certified = !facts.sealingCertificates().get().isEmpty();
        return new BoxState.Certificates(known(), certified, judgedAt(reading, trusted), trusted);
    }

    /// Whether that of the sealing key is for this origin, and not for one with the same key.
    boolean areForThisName(Origin origin) {
        return facts.sealingCertificates().get().stream()
                .findFirst()
                .filter(der -> SealingCertificate.isFor(parse(der), origin))
                .isPresent();
    }

    HealthView.Part part() {
        var state = state();
        var ended = state.judgedAt()
                .flatMap(now -> state.known().stream()
                        .filter(certificate -> certificate.notAfter().isBefore(now))
                        .min((a, b) -> a.notAfter().compareTo(b.notAfter())));
        return ended.map(certificate -> new HealthView.Part(
                        "certificates",
                        false,
                        "the certificate of the " + certificate.of() + " has expired: " + certificate.subject(),
                        "have a new one made and put it in place; records are captured and sealed meanwhile",
                        Optional.of(certificate.notAfter())))
                .orElseGet(this::accepted);
    }

    /// Of those of the sealing key, what keeps readers from accepting them at any time.
    private HealthView.Part accepted() {
        var chain = facts.sealingCertificates().get();
        return SealingCertificates.excess(chain)
                .map(excess -> new HealthView.Part(
                        "certificates",
                        false,
                        "of the sealing key's certificates " + excess + ", " + SealingCertificates.NOBODY,
                        SealingCertificates.REMEDY + " and put it in place; records are captured and sealed meanwhile",
                        Optional.empty()))
                .orElseGet(() -> new HealthView.Part(
                        "certificates",
                        true,
                        SealingCertificates.narrowness(chain)
                                .map(why -> "of the sealing key's certificates " + why)
                                .orElse(""),
                        "",
                        Optional.empty()));
    }

    private Optional<Instant> judgedAt(ClockReading reading, boolean trusted) {
        var floor = facts.floorTime().get();
        if (!trusted) return floor;
        return Optional.of(floor.filter(time -> time.isAfter(reading.time())).orElse(reading.time()));
    }

    private List<Certificate> known() {
        var all = new ArrayList<Certificate>();
        for (var der : facts.sealingCertificates().get()) {
            all.add(certificate(all.isEmpty() ? "sealing key" : "sealing key's issuer", parse(der)));
        }
        facts.tls().get().ifPresent(tls -> all.add(certificate("pages (TLS)", tls)));
        return all;
    }

    private static Certificate certificate(String of, X509Certificate certificate) {
        return new Certificate(
                of,
                certificate.getSubjectX500Principal().getName(),
                certificate.getNotAfter().toInstant());
    }

    private static X509Certificate parse(byte[] der) {
        try {
            return Certificates.read(der);
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate that was read before cannot be read again", e);
        }
    }
}
