package org.sealpost.admin;

import java.security.SecureRandom;
import java.util.function.LongSupplier;

/// What all pages of a box have in common: their style, their frame, and who is logged in.
public final class PageParts {
    private static final int MAX_SESSIONS = 1024;

    final Assets assets = Assets.load();
    final Templates templates = new Templates(assets);
    final Sessions sessions;

    /// @param nanoTime running time, by which sessions end
    public PageParts(LongSupplier nanoTime) {
        sessions = new Sessions(nanoTime, new SecureRandom(), MAX_SESSIONS);
    }

    Answer sentence(int status, String title, String sentence) {
        return templates.page(Page.sentence(status, title, sentence));
    }
}
