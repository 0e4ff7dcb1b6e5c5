package org.sealpost.app;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.sealpost.evidence.SealingCertificate;
import org.sealpost.hsm.CertificateRequest;
import org.sealpost.hsm.KeyCertificate;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenAct;
import org.sealpost.hsm.est.EstClient;
import org.sealpost.hsm.est.EstFailed;
import org.sealpost.hsm.est.EstIdentity;
import org.sealpost.hsm.est.EstOutcome;
import org.sealpost.hsm.est.EstServer;
import org.sealpost.hsm.est.Renewal;
import org.sealpost.journal.DurableFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "enrol",
        mixinStandardHelpOptions = true,
        description =
                "Has a CA certify a key over EST (RFC 7030), writes the certificate to a file, and keeps it in the"
                        + " token where that can. With --renew: when two thirds of the certificate's life are over.")
final class HsmEnrol implements Callable<Integer> {
    @Mixin
    private HsmTarget target = new HsmTarget();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Mixin
    private HsmSubject subject = new HsmSubject();

    @Parameters(paramLabel = "KEY", description = "the key's label")
    private String name = "";

    @Option(names = "--kind", description = "how an RSA key signs: RSA_…_PKCS1 or RSA_…_PSS")
    private Optional<KeyKind> kind = Optional.empty();

    @Option(names = "--server", required = true, description = "https://host:port, or with the path of a label")
    private URI server = URI.create("");

    @Option(names = "--ca", required = true, description = "PEM: the owner's CA, which alone is trusted")
    private Path ca = Path.of("");

    @Option(
            names = "--out",
            required = true,
            description = "PEM: the certificate and those above it; with --renew the one that is renewed")
    private Path file = Path.of("");

    @Option(names = "--user", description = "the name for a one-time password")
    private Optional<String> user = Optional.empty();

    @Option(names = "--password-file", description = "the one-time password")
    private Optional<Path> password = Optional.empty();

    @Option(
            names = "--renew",
            description =
                    "renews, if it is due, for the subject and names of the certificate that there is: known by that"
                            + " and its key, or with --user by a password")
    private boolean renew;

    @Option(names = "--after", description = "the share of its life after which a certificate is due; default: 0.67")
    private double after = Renewal.DEFAULT.share();

    @Option(names = "--wait", description = "how many seconds to wait for a CA that defers it; default: 0")
    private int patience;

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            var est = EstServer.at(server, HsmWords.certificates(HsmImportCert.read(ca), ca.toString()));
            var chain = renew
                    ? HsmWords.certificates(HsmImportCert.read(file), file.toString())
                    : List.<X509Certificate>of();
            var clock = Clock.systemUTC();
            if (renew) {
                var due = new Renewal(after).dueAt(chain.getFirst());
                if (clock.instant().isBefore(due))
                    return HsmOutput.Answer.done(
                            HsmOutput.object().put("renewed", false).put("due", due.toString()),
                            "nothing to do: it is due on " + due);
            }
            var asked = renew && !subject.isGiven() ? CertificateRequest.like(chain.getFirst()) : subject.request();
            var noted = HsmTarget.noted(target.notes());
            try (var token = target.openToAct()) {
                var key = HsmTarget.key(token, name, kind);
                requireReadable(key.spec().kind());
                if (renew) KeyCertificate.of(chain.getFirst().getEncoded(), key.spki());
                var identity = byKey() ? shown(key, chain) : identity();
                try {
                    var client = new EstClient(est, identity, clock);
                    return settled(token, noted, key, ask(client, key, asked.signedBy(key, HsmCsr.SIGNING)));
                } finally {
                    if (identity instanceof EstIdentity.Password once) Arrays.fill(once.password(), '\0');
                }
            }
        });
    }

    /// Whether the server knows us by the certificate that is renewed. With a password a renewal is an
    /// enrolment for the same subject and names.
    private boolean byKey() {
        return renew && user.isEmpty() && password.isEmpty();
    }

    private static EstIdentity shown(SigningKey key, List<X509Certificate> chain) {
        return switch (key.spec().kind()) {
            case P256, P384 -> new EstIdentity.Certificate(key, chain);
            default ->
                throw HsmTarget.usage("a " + key.spec().kind() + " key cannot sign the TLS handshake of a renewal:"
                        + " give --user and --password-file");
        };
    }

    /// The JDK reads no certificate of such a key, so that nobody could check what the CA gives.
    private static void requireReadable(KeyKind kind) {
        if (kind == KeyKind.SM2 || kind == KeyKind.SECP256K1)
            throw HsmTarget.usage(
                    "certificates of " + kind + " keys are not had over EST: write a request with hsm csr,"
                            + " and keep the answer with hsm import-cert");
    }

    private EstIdentity identity() throws IOException {
        if (user.isPresent() != password.isPresent())
            throw HsmTarget.usage("--user and --password-file belong together");
        if (user.isEmpty()) return new EstIdentity.Unknown();
        return new EstIdentity.Password(user.get(), OneTimePassword.read(password.get()));
    }

    /// A CA that deferred a request knows it by its bytes, so the same is sent again, by a later command, too:
    /// as long as the same is asked of the same server for the same key. Anything else is another request.
    private EstOutcome ask(EstClient client, SigningKey key, byte[] fresh)
            throws EstFailed, IOException, InterruptedException {
        var what = what(fresh);
        var request = PendingRequest.read(kept(), what).map(PendingRequest::der).orElse(fresh);
        long end = System.nanoTime() + Duration.ofSeconds(patience).toNanos();
        while (true) {
            var outcome = byKey() ? client.reenrol(request, key.spki()) : client.enrol(request, key.spki());
            if (!(outcome instanceof EstOutcome.Later(Duration again))) return outcome;
            new PendingRequest(what, Instant.now().plus(again), request).write(kept());
            if (System.nanoTime() + again.toNanos() > end) return outcome;
            out.progress("The CA defers it; asked again in " + again.toSeconds() + " s.");
            Thread.sleep(again);
        }
    }

    private Path kept() {
        return file.resolveSibling(file.getFileName() + ".request");
    }

    private String what(byte[] request) {
        var asked = CertificateRequest.asked(request);
        var where = (server + (byKey() ? " again\n" : "\n")).getBytes(StandardCharsets.UTF_8);
        var all = Arrays.copyOf(where, where.length + asked.length);
        System.arraycopy(asked, 0, all, where.length, asked.length);
        return TokenNotes.sha256(all);
    }

    /// Of a certificate for seals: others, such as that of a client of Fabric, no verifier looks at.
    static Optional<String> excessOfSeals(List<X509Certificate> chain) throws CertificateEncodingException {
        return isForSeals(chain.getFirst()) ? SealingCertificate.excess(chain) : Optional.empty();
    }

    private static boolean isForSeals(X509Certificate certificate) {
        try {
            var usages = certificate.getExtendedKeyUsage();
            return usages != null && usages.contains(SealingCertificate.SEALS_OF_SEALPOST);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private HsmOutput.Answer settled(Token token, NotedActs noted, SigningKey key, EstOutcome outcome)
            throws IOException, CertificateEncodingException {
        return switch (outcome) {
            case EstOutcome.Later(Duration again) ->
                new HsmOutput.Answer(
                        HsmOutput.object().put("deferred-seconds", again.toSeconds()),
                        List.of("the CA defers it: run the same command again in " + again.toSeconds() + " s"),
                        HsmCommand.LATER);
            case EstOutcome.Refused(int status, String words) -> {
                PendingRequest.forget(kept());
                throw new HsmRefusal("the server refuses: HTTP " + status + ": " + words, HsmCommand.REFUSED);
            }
            case EstOutcome.Issued(var certificate, var above) -> {
                var chain = new ArrayList<>(List.of(certificate));
                chain.addAll(above);
                var excess = excessOfSeals(chain);
                if (excess.isPresent()) {
                    PendingRequest.forget(kept());
                    throw new HsmRefusal(
                            "what the CA issued is not kept: " + excess.get() + ", " + SealingCertificates.NOBODY + "; "
                                    + SealingCertificates.REMEDY,
                            HsmCommand.REFUSED);
                }
                if (isForSeals(certificate)) {
                    SealingCertificate.narrowness(chain).ifPresent(why -> out.progress("WARNING: " + why + "."));
                }
                var pem = new StringBuilder(HsmWords.pem("CERTIFICATE", certificate.getEncoded()));
                for (var issuer : above) pem.append(HsmWords.pem("CERTIFICATE", issuer.getEncoded()));
                DurableFile.replace(file, pem.toString().getBytes(StandardCharsets.US_ASCII), "rw-r--r--");
                PendingRequest.forget(kept());
                var issuers = new ArrayList<byte[]>();
                for (var issuer : above) issuers.add(issuer.getEncoded());
                noted.told(new TokenAct.Enrolled(
                        token.description(),
                        NotedActs.somebodyHere(),
                        name,
                        key.spki(),
                        certificate.getEncoded(),
                        issuers));
                boolean stored = store(token, key, certificate.getEncoded());
                yield HsmOutput.Answer.done(
                        HsmOutput.object()
                                .put("key", name)
                                .put("renewed", renew)
                                .put("file", file.toString())
                                .put("in-token", stored)
                                .put(
                                        "until",
                                        certificate.getNotAfter().toInstant().toString())
                                .put(
                                        "due",
                                        new Renewal(after).dueAt(certificate).toString()),
                        "certified: " + HsmWords.sentence(certificate),
                        "the certificate is in " + file + (stored ? ", and in the token" : "; the token keeps none"),
                        "renew it from " + new Renewal(after).dueAt(certificate)
                                + " on: the same command with --renew");
            }
        };
    }

    private boolean store(Token token, SigningKey key, byte[] certificate) {
        try {
            token.storeCertificate(name, key.spki(), certificate);
            return true;
        } catch (KeyRefused refused) {
            if (refused.attribute().equals("CKO_CERTIFICATE")) return false;
            throw refused;
        }
    }
}
