package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.sealpost.admin.HealthView;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.SealingCertificate;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.QueueFull;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.hsm.est.EstClient;
import org.sealpost.hsm.est.EstFailed;
import org.sealpost.hsm.est.EstIdentity;
import org.sealpost.hsm.est.EstOutcome;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Origin;
import org.sealpost.seal.CertificateRequest;
import org.sealpost.stage.Backoff;
import org.sealpost.stage.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the owner's CA certify the sealing key, and renews the certificate before it ends (docs/hsm.md).
///
/// Where it stands is derived: from the certificate in force, and from the request that is kept while the CA
/// has it. It asks only by a clock that somebody vouches for. It waits by itself, so a step that finds nothing
/// to do is at once over.
final class Enroller implements Stage, AutoCloseable {
    /// What it is called among the parts of [HealthView].
    static final String NAME = "enrolment";

    private static final Logger LOG = LoggerFactory.getLogger(Enroller.class);
    private static final Duration SIGNING = Duration.ofSeconds(20);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofHours(1);

    /// A one-time password must not be tried again and again.
    private static final Duration AFTER_REFUSAL = Duration.ofMinutes(15);

    /// However short-lived a CA's certificates are.
    private static final Duration AFTER_SUCCESS = Duration.ofHours(1);

    /// More than a CA may ask for: what is kept is from a clock that was wrong.
    private static final Duration LONGEST_DEFERRAL = Duration.ofDays(1);

    private final EstSettings settings;
    private final Box box;
    private final Ca ca;
    private final Path kept;
    private final LongSupplier nanoTime;
    private final Backoff backoff;

    // Owned by the stage's thread.
    private long quietUntil;

    // Whether the next try is made with the password, although there is a certificate to show: the one before was shown
    // it in vain.
    private boolean byPassword;

    // Written by the stage's thread, read by health.
    private volatile Optional<EnrolmentTrouble> trouble = Optional.empty();

    // Whoever closes cancels what is under way.
    private volatile @Nullable FutureTask<EstOutcome> asking;
    private volatile boolean closed;

    /// The box whose key it is.
    ///
    /// @param mayAsk   false as long as the box has no owner
    /// @param inForce  the certificates, DER, the sealing key's first
    /// @param floor    it is not earlier than this, whatever the clock says
    record Box(
            SigningKey key,
            Origin origin,
            BooleanSupplier mayAsk,
            Supplier<List<byte[]>> inForce,
            Supplier<ClockReading> clock,
            Supplier<Instant> floor,
            Issued issued) {}

    /// Puts a chain in force, durable when it returns, and on record.
    interface Issued {
        void take(List<byte[]> chain) throws IOException;
    }

    /// The CA, as it is asked once: a seam for tests.
    interface Ca {
        EstOutcome ask(EstIdentity identity, Clock clock, byte[] request, byte[] spki) throws EstFailed;
    }

    Enroller(EstSettings settings, Box box, Ca ca, Path kept, LongSupplier nanoTime, RandomGenerator random) {
        this.settings = settings;
        this.box = box;
        this.ca = ca;
        this.kept = kept;
        this.nanoTime = nanoTime;
        this.backoff = new Backoff(FIRST_RETRY, LONGEST_RETRY, random);
        this.quietUntil = nanoTime.getAsLong();
    }

    /// The server of the settings.
    static Ca server(EstSettings settings) {
        return (identity, clock, request, spki) -> {
            var client = new EstClient(settings.server(), identity, clock);
            return identity instanceof EstIdentity.Certificate
                    ? client.reenrol(request, spki)
                    : client.enrol(request, spki);
        };
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int step() throws IOException {
        if (closed || !box.mayAsk().getAsBoolean() || nanoTime.getAsLong() - quietUntil < 0) return 0;
        var reading = box.clock().get();
        if (reading.state() == ClockReading.State.UNTRUSTED) {
            if (isWanted(box.floor().get())) {
                say(
                        EnrolmentTrouble.Kind.CLOCK,
                        "nobody vouches for the clock, so no certificate is asked for or judged",
                        "let the box reach its source of time");
            }
            return 0;
        }
        var now = instants().instant();
        if (!isWanted(now)) {
            trouble = Optional.empty();
            PendingRequest.forget(kept);
            return 0;
        }
        try {
            return ask(now) ? 1 : 0;
        } catch (EstFailed | QueueFull | KeyRefused e) {
            later(
                    EnrolmentTrouble.Kind.AWAY,
                    String.valueOf(e.getMessage()),
                    "it is tried again by itself",
                    backoff.next());
        } catch (TokenSetback e) {
            later(EnrolmentTrouble.Kind.AWAY, String.valueOf(e.getMessage()), e.remedy(), backoff.next());
        } catch (CancellationException closing) {
            return 0;
        } catch (IOException e) {
            later(EnrolmentTrouble.Kind.AWAY, Refusal.words(e), "it is tried again by itself", backoff.next());
        } catch (IllegalArgumentException e) {
            later(
                    EnrolmentTrouble.Kind.REFUSED,
                    "the certificate in force cannot be renewed: " + e.getMessage(),
                    "have your CA certify the request on the page Certificate, and upload its answer",
                    AFTER_REFUSAL);
        }
        return 1;
    }

    private boolean isWanted(Instant now) {
        return held().map(held -> settings.renewal().isDue(held.own(), now)).orElse(true);
    }

    private Optional<HeldCertificate> held() {
        return HeldCertificate.of(box.inForce().get(), box.key().spki());
    }

    /// Returns whether the CA was asked.
    private boolean ask(Instant now) throws EstFailed, IOException {
        // One that has ended renews nothing, and neither does one that no server lets in.
        var renewed = held().filter(held -> !held.isExpired(now) && held.isForTls() && !byPassword);
        var id = TokenNotes.sha256(box.key().spki());
        var before = PendingRequest.read(kept, id);
        var left = before.map(pending -> Duration.between(now, pending.again())).orElse(Duration.ZERO);
        if (left.isPositive() && left.compareTo(LONGEST_DEFERRAL) <= 0) {
            deferred(left);
            return false;
        }
        byte[] request;
        if (before.isPresent()) {
            request = before.get().der();
        } else {
            request = renewed.isPresent()
                    ? CertificateRequest.forRenewal(box.key(), renewed.get().own(), SIGNING)
                    : CertificateRequest.forEnrolment(box.key(), box.origin(), SIGNING);
            // Before it is sent: after a crash the CA must see the same one again.
            new PendingRequest(id, Instant.EPOCH, request).write(kept);
        }
        var identity = renewed.isPresent()
                ? new EstIdentity.Certificate(box.key(), renewed.get().chain())
                : stranger();
        byPassword = renewed.isPresent() && settings.password().isPresent();
        try {
            settle(asked(identity, request), new PendingRequest(id, now, request));
        } finally {
            if (identity instanceof EstIdentity.Password once) Arrays.fill(once.password(), '\0');
        }
        return true;
    }

    /// On a thread of its own, which can be interrupted: the stage's own must not be.
    private EstOutcome asked(EstIdentity identity, byte[] request) throws EstFailed, IOException {
        var task = new FutureTask<>(() -> ca.ask(
                identity,
                instants().withZone(ZoneOffset.UTC),
                request,
                box.key().spki()));
        asking = task;
        if (closed) throw new CancellationException();
        Thread.ofVirtual().name("est").start(task);
        try {
            return task.get();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new CancellationException();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case EstFailed failed -> throw failed;
                case RuntimeException failed -> throw failed;
                case Error broken -> throw broken;
                default -> throw new IOException(e.getCause());
            }
        } finally {
            asking = null;
        }
    }

    private void settle(EstOutcome outcome, PendingRequest request) throws IOException {
        switch (outcome) {
            case EstOutcome.Later(Duration again) -> {
                new PendingRequest(request.key(), instants().instant().plus(again), request.der()).write(kept);
                deferred(again);
            }
            case EstOutcome.Refused(int status, String words) -> {
                PendingRequest.forget(kept);
                later(
                        EnrolmentTrouble.Kind.REFUSED,
                        "the EST server refuses: HTTP " + status + ": " + words,
                        status == 401 || status == 403
                                ? "have the CA let this box in, or give it a new password in est.password-file; it is"
                                        + " asked again by itself"
                                : "look at what the CA says; it is asked again by itself",
                        AFTER_REFUSAL);
            }
            case EstOutcome.Issued(var certificate, var above) -> {
                var flaw = flaw(certificate, above);
                if (flaw.isPresent()) {
                    PendingRequest.forget(kept);
                    later(
                            EnrolmentTrouble.Kind.REFUSED,
                            "the CA's answer cannot be used: " + flaw.get().cause(),
                            flaw.get().remedy(),
                            AFTER_REFUSAL);
                } else {
                    take(certificate, above);
                }
            }
        }
    }

    private void take(X509Certificate certificate, List<X509Certificate> above) throws IOException {
        var chain = new ArrayList<byte[]>();
        try {
            chain.add(certificate.getEncoded());
            for (var issuer : above) chain.add(issuer.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed can be encoded", e);
        }
        box.issued().take(chain);
        PendingRequest.forget(kept);
        backoff.reset();
        byPassword = false;
        trouble = Optional.empty();
        quietUntil = nanoTime.getAsLong() + AFTER_SUCCESS.toNanos();
        SealingCertificates.narrowness(chain).ifPresent(why -> LOG.warn("of the sealing key's certificates {}", why));
        LOG.info(
                "the sealing key is certified by {} until {}",
                SealingCertificate.issuerOf(certificate),
                certificate.getNotAfter().toInstant());
    }

    private record Flaw(String cause, String remedy) {}

    private Optional<Flaw> flaw(X509Certificate certificate, List<X509Certificate> above) {
        var lack = lack(certificate, above.size());
        if (lack.isPresent()) {
            return lack.map(
                    cause -> new Flaw(cause, "have your CA copy the extensions of the request into the certificate"));
        }
        var chain = new ArrayList<>(List.of(certificate));
        chain.addAll(above);
        try {
            return SealingCertificate.excess(chain)
                    .map(excess -> new Flaw(excess + ", " + SealingCertificates.NOBODY, SealingCertificates.REMEDY));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed can be encoded", e);
        }
    }

    private Optional<String> lack(X509Certificate certificate, int issuers) {
        if (issuers >= Evidence.MAX_CERTIFICATES) return Optional.of("it has " + issuers + " issuers");
        try {
            return SealingCertificate.flaw(certificate, P256Key.of(box.key().spki()), box.origin())
                    .map(flaw -> switch (flaw) {
                        case OTHER_KEY -> "it is for another key";
                        case NO_NAME ->
                            "it lacks the subject alternative name URI " + SealingCertificate.name(box.origin());
                        case NO_KEY_USAGE -> "it lacks the key usage digitalSignature";
                        case NO_SEAL_USAGE -> "it lacks the extended key usage " + SealingCertificate.SEALS_OF_SEALPOST;
                    });
        } catch (CertificateException e) {
            return Optional.of("it has extensions that cannot be read");
        }
    }

    private EstIdentity stranger() throws IOException {
        if (settings.password().isEmpty()) return new EstIdentity.Unknown();
        var password = settings.password().get();
        return new EstIdentity.Password(password.user(), OneTimePassword.read(password.file()));
    }

    private InstantSource instants() {
        return () -> {
            var now = box.clock().get().time();
            var floor = box.floor().get();
            return floor.isAfter(now) ? floor : now;
        };
    }

    // --- what is wrong

    private void deferred(Duration again) {
        later(
                EnrolmentTrouble.Kind.DEFERRED,
                "the CA has the request and has not answered it yet",
                "have it approved there; it is asked again by itself",
                again);
    }

    private void later(EnrolmentTrouble.Kind kind, String cause, String remedy, Duration wait) {
        quietUntil = nanoTime.getAsLong() + wait.toNanos();
        say(kind, cause, remedy);
    }

    private void say(EnrolmentTrouble.Kind kind, String cause, String remedy) {
        var same = trouble.filter(known -> known.kind() == kind);
        if (same.filter(known -> known.cause().equals(cause)).isEmpty()) LOG.warn("no certificate yet: {}", cause);
        trouble = Optional.of(new EnrolmentTrouble(
                kind,
                cause,
                remedy,
                same.map(EnrolmentTrouble::since)
                        .orElseGet(() -> box.clock().get().time()),
                same.map(EnrolmentTrouble::sinceNanos).orElseGet(nanoTime::getAsLong)));
    }

    /// Red when a person is needed: without a certificate once the trouble has lasted, with one when it gets
    /// late.
    HealthView.Part part() {
        return trouble.filter(this::isToBeTold)
                .map(known ->
                        new HealthView.Part(NAME, false, known.cause(), known.remedy(), Optional.of(known.since())))
                .orElseGet(() -> new HealthView.Part(NAME, true, "", "", Optional.empty()));
    }

    private boolean isToBeTold(EnrolmentTrouble known) {
        var trusted = box.clock().get().state() != ClockReading.State.UNTRUSTED;
        var now = trusted ? instants().instant() : box.floor().get();
        return held().map(held -> !now.isBefore(held.late(settings.renewal())))
                .orElseGet(() -> known.isToBeTold(nanoTime.getAsLong()));
    }

    /// Does not wait for a server that is silent.
    @Override
    public void close() {
        closed = true;
        var now = asking;
        if (now != null) now.cancel(true);
    }
}
