package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.sealpost.capture.Problem;
import org.sealpost.capture.http.ProblemJson;
import org.sealpost.control.Claim;
import org.sealpost.control.ControlLog;
import org.sealpost.evidence.P256Key;
import org.sealpost.record.Origin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is served on the way from a new box to one that has an owner and a certificate. As long as nobody has
/// claimed the box, nothing else is served.
///
/// Runs on the event loops; what waits for the disk or the token runs on a worker, one after the other.
public final class OwnerPages implements Handler<HttpServerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerPages.class);

    private static final Problem NOT_CLAIMED = new Problem(
            403,
            "not-claimed",
            "This box has no owner yet",
            "path",
            "the claim page only, until somebody has entered the code that the console shows",
            "open / in a browser, and claim the box");

    static final Problem NOT_THE_OWNER = new Problem(
            403,
            "not-the-owner",
            "This is the owner's",
            "token",
            "the token that the claim of the box showed",
            "log in with the owner's token");

    private static final Problem NOT_AUTHENTICATED = new Problem(
            401,
            "not-authenticated",
            "The token is missing or wrong",
            "Authorization",
            "Bearer and the owner's token",
            "use the token that the claim of the box showed");

    private static final Problem NOT_ALLOWED = new Problem(
            405,
            "method-not-allowed",
            "This path does not take this method",
            "method",
            "GET, HEAD or POST, as the pages use them",
            "use the links and forms of the pages");

    private final PageParts parts;
    private final ClaimPages claim;
    private final CertificatePages certificate;
    private final Optional<UpdatePages> updates;
    private final Function<HttpServerRequest, Optional<String>> client;

    /// What these pages are about.
    ///
    /// @param request        makes a certificate request, DER; waits for the token, and throws
    ///     [org.sealpost.hsm.TokenSetback] where that cannot sign now
    /// @param notEarlierThan what the time is at least; a certificate that ended before is expired
    /// @param updates        the update agent, where there is one
    public record Subject(
            Claim claim,
            ControlLog control,
            P256Key sealingKey,
            Callable<byte[]> request,
            Origin origin,
            Supplier<Instant> notEarlierThan,
            Optional<UpdateAgent> updates) {}

    /// @param client whose token a request carries
    public OwnerPages(
            Vertx vertx, PageParts parts, Subject subject, Function<HttpServerRequest, Optional<String>> client) {
        this.parts = parts;
        this.client = client;
        claim = new ClaimPages(
                vertx,
                parts,
                subject.claim(),
                subject.sealingKey().spki(),
                subject.origin().name());
        certificate = new CertificatePages(vertx, parts, subject);
        updates = subject.updates().map(agent -> new UpdatePages(vertx, parts, agent, InstantSource.system()));
    }

    /// Whether a request for this path is for these pages: every one is before the box is claimed.
    public boolean serves(String path) {
        if (!claim.isClaimed()) return true;
        return switch (path) {
            case ClaimPages.CLAIM, ClaimPages.CONFIRM, CertificatePages.PATH, CertificatePages.REQUEST -> true;
            default ->
                updates.filter(pages -> pages.shows(path) || pages.takes(path)).isPresent();
        };
    }

    @Override
    public void handle(HttpServerRequest request) {
        var path = Optional.ofNullable(request.path()).orElse("");
        if (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD) read(request, path);
        else if (request.method() == HttpMethod.POST) post(request, path);
        else refuse(request, unknown());
    }

    private void read(HttpServerRequest request, String path) {
        if (updates.isPresent() && updates.get().shows(path)) {
            owner(request, owner -> updates.get().read(path, owner));
            return;
        }
        switch (path) {
            case ClaimPages.CLAIM -> send(request, claim.form());
            case CertificatePages.PATH -> owner(request, owner -> Future.succeededFuture(certificate.page(owner)));
            case CertificatePages.REQUEST -> owner(request, certificate::request);
            case ClaimPages.HOME -> send(request, claim.form());
            default ->
                parts.assets
                        .find(path)
                        .ifPresentOrElse(asset -> send(request, asset), () -> refuse(request, unknown()));
        }
    }

    private void post(HttpServerRequest request, String path) {
        if (updates.isPresent() && updates.get().takes(path)) {
            owner(request, owner -> updates.get().post(request, path, owner));
            return;
        }
        switch (path) {
            case ClaimPages.CLAIM -> send(request, claim.enter(request));
            case ClaimPages.CONFIRM -> send(request, claim.confirm(request));
            case CertificatePages.PATH -> owner(request, owner -> certificate.upload(request, owner));
            default -> refuse(request, unknown());
        }
    }

    private Problem unknown() {
        return claim.isClaimed() ? NOT_ALLOWED : NOT_CLAIMED;
    }

    private void owner(HttpServerRequest request, Function<Owner, Future<Answer>> page) {
        if (!claim.isClaimed()) {
            refuse(request, NOT_CLAIMED);
            return;
        }
        var byToken = client.apply(request);
        var session = parts.sessions.of(request);
        if (byToken.isPresent()) {
            if (byToken.get().equals(Claim.OWNER)) send(request, page.apply(new Owner(byToken.get(), false)));
            else refuse(request, NOT_THE_OWNER);
        } else if (session.isPresent()) {
            if (session.get().isOwner())
                send(request, page.apply(new Owner(session.get().client(), true)));
            else refuse(request, NOT_THE_OWNER);
        } else if (request.headers().contains("authorization")) {
            request.response().putHeader("www-authenticate", "Bearer realm=\"sealpost\"");
            refuse(request, NOT_AUTHENTICATED);
        } else {
            Answer.closeAfter(request);
            boolean script = request.headers().contains("hx-request");
            send(request, script ? LoginPages.askedByScript() : Answer.seeOther(LoginPages.LOGIN));
        }
    }

    /// A body that is sent all the same is not waited for.
    private static void refuse(HttpServerRequest request, Problem problem) {
        if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
            Answer.closeAfter(request);
        }
        request.resume();
        ProblemJson.send(request.response(), problem);
    }

    private void send(HttpServerRequest request, Future<Answer> answer) {
        answer.onSuccess(good -> send(request, good)).onFailure(e -> {
            LOG.warn("{} could not be answered", request.path(), e);
            send(
                    request,
                    parts.sentence(500, "This page could not be made", "Try again; if it stays, the log says why."));
        });
    }

    private static void send(HttpServerRequest request, Answer answer) {
        request.resume();
        answer.writeTo(request);
    }
}
