package org.sealpost.anchor.fabric;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.hsm.CertificateFile;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.record.ClockReading;

/// The identity of this box on the channel: its key in the token, and what certifies it at this moment. Any
/// thread.
final class Membership {
    private static final Duration SIGNING = Duration.ofSeconds(20);
    private static final int MAX_FILE_BYTES = 256 << 10;

    /// So many signatures may stand in the token's queue for it.
    static final int AT_ONCE = 2;

    private final FabricConfig config;
    private final SigningKey key;
    private final Supplier<ClockReading> clock;
    private final Duration patience;

    // A row of requests has itself signed at the same time, and a seal waits behind no more than these in the token.
    private final Semaphore signing = new Semaphore(AT_ONCE);

    /// @throws IllegalArgumentException if it is no key on P-256
    Membership(FabricConfig config, SigningKey key, Supplier<ClockReading> clock) {
        this(config, key, clock, SIGNING);
    }

    /// @param patience how long it waits for its turn at the token, and again for the signature
    Membership(FabricConfig config, SigningKey key, Supplier<ClockReading> clock, Duration patience) {
        P256Key.of(key.spki());
        this.config = config;
        this.key = key;
        this.clock = clock;
        this.patience = patience;
    }

    /// As this box knows it.
    Instant now() {
        return clock.get().time();
    }

    /// Who this box is now.
    ///
    /// @throws AnchorageSetback if nobody certified it yet, or its certificate is over
    Member inUse() throws AnchorageSetback {
        var member = held();
        if (now().isAfter(member.end())) throw ended(member, "the clock of this box says " + now());
        return member;
    }

    /// The same, whether it is over or not.
    Member held() throws AnchorageSetback {
        var certificate = read();
        if (!Arrays.equals(certificate.getPublicKey().getEncoded(), key.spki())) {
            throw new AnchorageSetback(
                    "the certificate in " + config.certificate() + " is not of key \""
                            + key.spec().name() + "\"",
                    enrol());
        }
        return new Member(config.msp(), certificate);
    }

    AnchorageSetback ended(Member member, String whySo) {
        return new AnchorageSetback(
                "the certificate of identity \"" + key.spec().name() + "\" ended at " + member.end() + ": " + whySo,
                enrol());
    }

    /// DER, low s: Fabric takes no other. Waits for the token.
    byte[] sign(byte[] digest) throws AnchorageSetback {
        try {
            // Where the token stopped answering, those behind do not wait one after the other.
            if (!signing.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AnchorageSetback(
                        "identity \"" + key.spec().name() + "\" cannot sign: its turn at the token, which " + AT_ONCE
                                + " have at once, did not come within "
                                + patience.toSeconds() + " s",
                        "look at the state of the token; it is asked again");
            }
            try {
                return P256Signature.ofRaw(key.sign(digest, patience).get())
                        .withLowS()
                        .der();
            } finally {
                signing.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AnchorageSetback("interrupted while the identity signs", "none needed", e);
        } catch (ExecutionException e) {
            String remedy = e.getCause() instanceof TokenSetback setback
                    ? setback.remedy()
                    : "look at the state of the token; it is asked again";
            throw new AnchorageSetback(
                    "identity \"" + key.spec().name() + "\" cannot sign: "
                            + e.getCause().getMessage(),
                    remedy,
                    e);
        }
    }

    /// What a person does for another certificate.
    String enrol() {
        return "sealpost hsm csr " + key.spec().name() + " (or hsm enrol, with a CA that has EST), have the"
                + " organisation's CA certify it, and put the certificate that it issues into " + config.certificate()
                + "; it is read by itself";
    }

    private X509Certificate read() throws AnchorageSetback {
        var file = config.certificate();
        try {
            if (Files.size(file) > MAX_FILE_BYTES) throw new IOException("too large for a certificate");
            return CertificateFile.read(Files.readAllBytes(file)).getFirst();
        } catch (NoSuchFileException e) {
            throw new AnchorageSetback(
                    "identity \"" + key.spec().name() + "\" has no certificate yet: " + file + " is not there",
                    enrol(),
                    e);
        } catch (IOException | CertificateException e) {
            throw new AnchorageSetback(
                    "the certificate of identity \"" + key.spec().name() + "\" in " + file + " cannot be read: "
                            + e.getMessage(),
                    enrol(),
                    e);
        }
    }
}
