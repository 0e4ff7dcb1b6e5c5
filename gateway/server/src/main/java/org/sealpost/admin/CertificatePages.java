package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.sealpost.capture.Problem;
import org.sealpost.control.ControlLog;
import org.sealpost.evidence.Certificates;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.SealingCertificate;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.journal.JournalFull;
import org.sealpost.record.Origin;

/// Where the owner has the sealing key certified: the request goes out, the CA's answer comes in.
final class CertificatePages {
    static final String PATH = "/certificate";
    static final String REQUEST = "/certificate/request.pem";

    private static final int MAX_WAITING = 16;

    private final Vertx vertx;
    private final PageParts parts;
    private final ControlLog control;
    private final P256Key key;
    private final Callable<byte[]> request;
    private final Origin origin;
    private final Supplier<Instant> notEarlierThan;
    private final WorkerExecutor worker;
    private final AtomicInteger waiting = new AtomicInteger();

    CertificatePages(Vertx vertx, PageParts parts, OwnerPages.Subject subject) {
        this.vertx = vertx;
        this.parts = parts;
        this.control = subject.control();
        this.key = subject.sealingKey();
        this.request = subject.request();
        this.origin = subject.origin();
        this.notEarlierThan = subject.notEarlierThan();
        this.worker = vertx.createSharedWorkerExecutor("certificate", 1);
    }

    private record Content(String keyFingerprint, String origin, Optional<String> refused, List<Row> certificates) {}

    private record Row(String subject, String issuer, String end, String fingerprint) {}

    Answer page(Owner owner) {
        return page(200, owner, Optional.empty());
    }

    Future<Answer> request(Owner owner) {
        return oneByOne(owner, () -> {
            var der = request.call();
            var text = "-----BEGIN CERTIFICATE REQUEST-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                    + "\n-----END CERTIFICATE REQUEST-----\n";
            return new Answer(200, "application/x-pem-file", text.getBytes(StandardCharsets.US_ASCII), Answer.NEVER)
                    .with("content-disposition", "attachment; filename=\"request.pem\"");
        });
    }

    Future<Answer> upload(HttpServerRequest request, Owner owner) {
        var foreign = owner.byCookie() ? SameOrigin.objection(request) : Optional.<String>empty();
        var upload = foreign.isPresent()
                ? PostedBody.refuse(request, 403, foreign.get())
                : Upload.PEM.receive(vertx, request, CertificateAnswer.MAX_SIZE_BYTES);
        return upload.compose(received -> switch (received) {
            case PostedBody.Refused(int status, var sentence) ->
                Future.succeededFuture(refuse(status, owner, sentence));
            case PostedBody.Whole(var bytes) -> oneByOne(owner, () -> take(bytes, owner));
        });
    }

    private Answer take(byte[] upload, Owner owner) throws IOException {
        return switch (CertificateAnswer.judge(upload, key, origin, notEarlierThan.get())) {
            case CertificateAnswer.Refused(var sentence) -> refuse(422, owner, sentence);
            case CertificateAnswer.Accepted(var chain) -> {
                control.certificateAccepted(chain, owner.client());
                yield owner.byCookie()
                        ? Answer.seeOther(PATH)
                        : Answer.json(200, "{\"certificates\":" + chain.size() + "}\n");
            }
        };
    }

    private Future<Answer> oneByOne(Owner owner, Callable<Answer> work) {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return Future.succeededFuture(refuse(429, owner, "Too much is asked for at once; ask again in a second.")
                    .with("retry-after", "1"));
        }
        return worker.executeBlocking(work, true)
                .recover(e -> switch (e) {
                    case JournalFull _ ->
                        Future.succeededFuture(refuse(
                                507, owner, "The data partition is full, so nothing has changed; make room first."));
                    case TokenSetback away ->
                        Future.succeededFuture(refuse(
                                        503,
                                        owner,
                                        "The token cannot sign the request now: " + away.words() + "; " + away.remedy()
                                                + ".")
                                .with("retry-after", "5"));
                    default -> Future.failedFuture(e);
                })
                .onComplete(_ -> waiting.decrementAndGet());
    }

    /// For browsers the page with the sentence on it, for programs a problem.
    private Answer refuse(int status, Owner owner, String sentence) {
        if (owner.byCookie()) return page(status, owner, Optional.of(sentence));
        var problem = new Problem(
                status,
                "certificate-refused",
                "Nothing has changed",
                "certificate",
                "the sealing key's certificate and its issuers, in PEM, as docs/appliance.md says",
                "do what the detail says");
        return Answer.problem(problem, sentence);
    }

    private Answer page(int status, Owner owner, Optional<String> refused) {
        var rows = ofThisKey().stream().map(CertificatePages::row).toList();
        var content = new Content(Fingerprint.of(key.spki()), origin.name(), refused, rows);
        return parts.templates.page(new Page(
                status, "Certificate of the sealing key", "certificate", content, Optional.of(owner.client())));
    }

    /// Those of a key that was replaced do not count any more.
    private List<byte[]> ofThisKey() {
        var chain = control.state().certificates();
        if (chain.isEmpty()) return chain;
        try {
            var first = Certificates.read(chain.getFirst());
            return Arrays.equals(first.getPublicKey().getEncoded(), key.spki()) ? chain : List.of();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was accepted can be read", e);
        }
    }

    private static Row row(byte[] der) {
        try {
            var certificate = Certificates.read(der);
            return new Row(
                    SealingCertificate.nameOf(certificate),
                    SealingCertificate.issuerOf(certificate),
                    certificate.getNotAfter().toInstant().toString(),
                    Fingerprint.of(der));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was accepted can be read", e);
        }
    }
}
