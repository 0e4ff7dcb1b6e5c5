package org.sealpost.admin;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import org.sealpost.capture.Problem;

/// What a box says that refuses to run: on every path the same, as a page for browsers and as a problem for
/// programs.
public final class RefusalPages implements Handler<HttpServerRequest> {
    private final Assets assets = Assets.load();
    private final Answer page;
    private final Answer problem;

    private record Content(String cause, String remedy) {}

    /// @param remedy may be empty, where the cause says it all
    public RefusalPages(String cause, String remedy) {
        page = new Templates(assets, false)
                .page(Page.open(503, "This box refuses to run", "refusal", new Content(cause, remedy)));
        problem = Answer.problem(new Problem(503, "refuses-to-run", "This box refuses to run", "box", cause, remedy));
    }

    @Override
    public void handle(HttpServerRequest request) {
        boolean reads = request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
        // A body is not waited for.
        if (!reads) Answer.closeAfter(request);
        request.resume();
        var path = Optional.ofNullable(request.path()).orElse("");
        var accepted = Optional.ofNullable(request.getHeader("accept")).orElse("");
        assets.find(path)
                .orElse(accepted.contains("text/html") ? page : problem)
                .writeTo(request);
    }
}
