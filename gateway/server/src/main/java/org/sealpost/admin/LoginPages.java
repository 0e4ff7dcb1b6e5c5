package org.sealpost.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// Logging in and out. The secret is a client's bearer token, so that there is no second kind of password to manage.
final class LoginPages {
    static final String LOGIN = "/login";
    static final String LOGOUT = "/logout";

    private static final int MAX_FORM_BYTES = 4096;
    private static final int MAX_ADDRESSES = 1024;

    private final Vertx vertx;
    private final Templates templates;
    private final Sessions sessions;
    private final Function<String, Optional<String>> clientOf;
    private final LoginLimit limit;

    private record Content(Optional<String> refused) {}

    LoginPages(
            Vertx vertx,
            Templates templates,
            Sessions sessions,
            Function<String, Optional<String>> clientOf,
            LongSupplier nanoTime) {
        this.vertx = vertx;
        this.templates = templates;
        this.sessions = sessions;
        this.clientOf = clientOf;
        this.limit = new LoginLimit(nanoTime, MAX_ADDRESSES);
    }

    Answer form(Optional<Session> session) {
        return session.isPresent() ? Answer.seeOther(HomePages.PATH) : form(200, Optional.empty());
    }

    Future<Answer> login(HttpServerRequest request) {
        return Submission.receive(vertx, request, MAX_FORM_BYTES).map(submission -> switch (submission) {
            case PostedBody.Refused(int status, var sentence) -> form(status, Optional.of(sentence));
            case Submission.Fields fields -> judge(request, fields);
        });
    }

    private Answer judge(HttpServerRequest request, Submission.Fields fields) {
        var address = address(request);
        var wait = limit.wait(address);
        if (wait.isPositive()) {
            var seconds = Long.toString(roundedUp(wait));
            return form(
                            429,
                            Optional.of("Too many wrong tokens came from your address; try again in " + seconds
                                    + " seconds."))
                    .with("retry-after", seconds);
        }
        var client = fields.field("token").flatMap(clientOf);
        if (client.isEmpty()) {
            limit.failed(address);
            return form(
                    403,
                    Optional.of("This box knows no such token; enter the token of one of its clients, whole and as it"
                            + " was given out."));
        }
        return Answer.seeOther(HomePages.PATH).with("set-cookie", sessions.begin(request, new Session(client.get())));
    }

    Future<Answer> logout(HttpServerRequest request) {
        return Submission.receive(vertx, request, MAX_FORM_BYTES).map(submission -> switch (submission) {
            case PostedBody.Refused(int status, var sentence) ->
                templates.page(Page.sentence(status, "Not logged out", sentence));
            case Submission.Fields _ -> Answer.seeOther(LOGIN).with("set-cookie", sessions.end(request));
        });
    }

    /// For a part of a page that htmx asks for when the session has ended: it opens the login instead.
    static Answer askedByScript() {
        return new Answer(403, "text/plain; charset=utf-8", new byte[0], Answer.NEVER).with("hx-redirect", LOGIN);
    }

    private Answer form(int status, Optional<String> refused) {
        return templates.page(Page.open(status, "Log in", "login", new Content(refused)));
    }

    private static InetAddress address(HttpServerRequest request) {
        var remote = request.remoteAddress();
        if (remote == null || remote.hostAddress() == null) return InetAddress.getLoopbackAddress();
        // Without the interface, which a link-local address may name.
        return InetAddress.ofLiteral(remote.hostAddress().split("%", 2)[0]);
    }

    private static long roundedUp(Duration wait) {
        return wait.plusNanos(999_999_999).toSeconds();
    }
}
