package org.sealpost.admin;

import java.io.IOException;
import java.util.Optional;

/// Home: how the box is, at a glance. Reads disks: for worker threads only.
final class HomePages {
    static final String PATH = "/";

    /// The part of the page that changes; htmx asks for it every few seconds.
    static final String STATE_PATH = "/home/state";

    private final Templates templates;
    private final BoxView box;

    HomePages(Templates templates, BoxView box) {
        this.templates = templates;
        this.box = box;
    }

    Answer page(Session session) throws IOException {
        var view = HomeView.of(box.now(), session.isOwner());
        return templates.page(new Page(200, view.title(), "home", view, Optional.of(session.client())));
    }

    Answer state(Session session) throws IOException {
        return templates.fragment("home-answer", HomeView.of(box.now(), session.isOwner()));
    }
}
