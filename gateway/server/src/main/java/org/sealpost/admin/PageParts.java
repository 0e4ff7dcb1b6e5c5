package org.sealpost.admin;

import io.vertx.core.http.HttpServerRequest;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.LongSupplier;

/// What all pages of a box have in common: their style, their frame, and who is logged in.
public final class PageParts {
    private static final int MAX_SESSIONS = 1024;

    final Assets assets = Assets.load();
    final Templates templates;
    final Sessions sessions;

    /// @param nanoTime running time, by which sessions end
    /// @param updates  whether there is an update agent, whose page the owner's frame then leads to
    public PageParts(LongSupplier nanoTime, boolean updates) {
        templates = new Templates(assets, updates);
        sessions = new Sessions(nanoTime, new SecureRandom(), MAX_SESSIONS);
    }

    /// Who is logged in in the browser that asks. For what is only read: another site's page can make a browser
    /// ask, but never see the answer.
    public Optional<String> client(HttpServerRequest request) {
        return sessions.of(request).map(Session::client);
    }

    Answer sentence(int status, String title, String sentence) {
        return templates.page(Page.sentence(status, title, sentence));
    }
}
