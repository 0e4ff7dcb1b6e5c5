package org.sealpost.admin;

import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/// Tells whether a browser sent a form from a page of this box. Another site's page could send one, too, and
/// the browser would add the cookie; it cannot choose these headers.
final class SameOrigin {
    private SameOrigin() {}

    /// What is wrong with where the form comes from; empty if it is a page of this box.
    static Optional<String> objection(HttpServerRequest request) {
        var site = request.getHeader("sec-fetch-site");
        if (site != null) return site.equals("same-origin") ? Optional.empty() : Optional.of(foreign());
        var origin = request.getHeader("origin");
        if (origin != null && origin.equalsIgnoreCase(own(request))) return Optional.empty();
        // Over plain HTTP and a network, browsers say neither (a referrer policy of no-referrer makes the origin
        // "null"), and a token does not belong there.
        return Optional.of(
                origin == null || origin.equals("null")
                        ? "The browser does not say which page the form comes from; open this box with https://,"
                                + " or on the box itself."
                        : foreign());
    }

    private static String own(HttpServerRequest request) {
        var authority = request.authority();
        if (authority == null) return "";
        var port = authority.port() < 0 ? "" : ":" + authority.port();
        return (request.isSSL() ? "https://" : "http://") + authority.host() + port;
    }

    private static String foreign() {
        return "The form comes from a page of another site; open the page of this box and use its form.";
    }
}
